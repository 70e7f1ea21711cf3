"""What the component gallery shows: made-up samples of every kind, awkward ones too, in three languages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maarag.values import LocalText, Money, Suppressed

from . import charts, figures, icons
from .tables import Column, Status, Table

# Fictional neighbourhoods: name, leading topic, needs, responses, coverage, column and row on the map.
NEIGHBOURHOODS = [
    ("הדרים", "الحمضيات", "Citrus Groves", 0, 130, 79, 0.61, 0, 0),
    ("גבעת האלון", "تلة البلوط", "Oak Hill", 1, 60, 28, 0.47, 1, 0),
    ("רמת השקד", "هضبة اللوز", "Almond Heights", 1, 72, 57, 0.79, 2, 0),
    ("העיר הוותיקה", "البلدة القديمة", "Old Town", 2, 62, 58, 0.94, 3, 0),
    ("נווה תמר", "واحة النخيل", "Date Oasis", 0, 57, 26, 0.46, 0, 1),
    ("כרמים", "الكروم", "Vineyards", 2, 155, 71, 0.46, 1, 1),
    ("שכונת הפארק", "حي المتنزه", "Park Quarter", 0, 71, 66, 0.93, 2, 1),
    ("מורדות הנחל", "سفوح الوادي", "Stream Slopes", 2, 63, 29, None, 3, 1),
    ("קריית הרקפות", "مدينة بخور مريم", "Cyclamen Town", 3, 63, 53, 0.84, 0, 2),
    ("נוף העמק", "إطلالة المرج", "Valley View", 1, 104, 40, 0.38, 1, 2),
    ("צפון תעשייה", "الشمال الصناعي", "North Industry", 0, 82, 59, 0.72, 2, 2),
    (
        "המושבה הוותיקה על שם ראשוני המתיישבים (Founders’ Colony)",
        "المستوطنة القديمة على اسم أوائل السكان (Founders’ Colony)",
        "The Old Colony named after its first settlers",
        3, 3, 2, 0.93, 3, 2,
    ),
]  # fmt: skip
TOPICS = [
    LocalText("אזרחים ותיקים", "كبار السن", "Older people"),
    LocalText("תעסוקה", "تشغيل", "Employment"),
    LocalText("נוער בסיכון", "شبيبة في خطر", "Youth at risk"),
    LocalText("ביטחון תזונתי", "أمن غذائي", "Food security"),
    LocalText("דיור", "سكن", "Housing"),
]
PROGRAMMES = [
    (LocalText("ארוחה חמה לכל תלמיד", "وجبة ساخنة لكل تلميذ", "A hot meal for all"), 1, 10, "ok", 2_400_000),
    (LocalText("מרכז נוער לילי", "مركز شبيبة ليلي", "Night youth centre"), 3, 8, "attention", 900_000),
    (LocalText("דיור מעבר למשפחות", "سكن انتقالي للعائلات", "Transit homes"), 2, 10, "critical", 5_100_000),
    (
        LocalText("הכשרה תעסוקתית (Digital Skills)", "تأهيل مهني (Digital Skills)", "Job training"),
        7, 12, "unknown", 1_300_000,
    ),
]  # fmt: skip


class SampleForm(forms.Form):
    """Every kind of control."""

    name = forms.CharField(
        label=gettext_lazy("Name"), help_text=gettext_lazy("As it is known in the neighbourhood.")
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"))
    people = forms.IntegerField(label=gettext_lazy("Number of people"), min_value=0, required=False)
    topic = forms.ChoiceField(label=gettext_lazy("Topic"), choices=[("", "–")], required=False)
    due = forms.DateField(
        label=gettext_lazy("Due"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    text = forms.CharField(label=gettext_lazy("What is to be done"), widget=forms.Textarea, required=False)
    verdict = forms.ChoiceField(
        label=gettext_lazy("Verdict"),
        widget=forms.RadioSelect,
        required=False,
        choices=[
            ("d", gettext_lazy("Duplicate")),
            ("c", gettext_lazy("Complementary")),
            ("u", gettext_lazy("Unclear")),
        ],
    )
    agreed = forms.BooleanField(label=gettext_lazy("Tell the owner by e-mail"), required=False)


def _tone(share: float | None) -> Status:
    if share is None:
        return Status(_("Not known"), "unknown")
    if share < 0.5:
        return Status(_("Severe gap"), "critical")
    return Status(_("Needs attention"), "attention") if share < 0.75 else Status(_("In order"), "ok")


def _rows() -> list[dict[str, Any]]:
    return [
        {
            "place": LocalText(he, ar, en), "url": "#table", "topic": TOPICS[topic],
            "need": need if need >= 5 else Suppressed(5),
            "responses": responses if need >= 5 else Suppressed(5),
            "coverage": share, "status": _tone(share),
            "money": Money(need * 1_234_500), "seen": date(2026, 11, 1 + row),
            "cell": (column, row),
        }
        for he, ar, en, topic, need, responses, share, column, row in NEIGHBOURHOODS
    ]  # fmt: skip


def _corner(column: int, row: int) -> tuple[float, float]:
    """A corner of the made-up town's map, a little out of line."""
    push = ((column * 7 + row * 13) % 5 - 2) * 0.09
    return column * 1.5 + push, -row - push * 1.2


def _areas(rows: list[dict[str, Any]]) -> list[charts.Area]:
    areas = []
    for row in rows:
        c, r = row["cell"]
        ring = [_corner(c, r), _corner(c + 1, r), _corner(c + 1, r + 1), _corner(c, r + 1)]
        points = [(c * 1.5 + 0.45 + 0.3 * i, -r - 0.78 - 0.05 * (i % 2)) for i in range(c % 3 + 1)]
        areas.append(
            charts.Area(row["place"].in_language(figures.language()), ring, row["coverage"], "#table", points)
        )
    return areas


def _places() -> list[charts.Place]:
    """Made-up places over the frame of the country."""
    places = []
    for i in range(60):
        he, ar, en, *_rest = NEIGHBOURHOODS[i % 11]
        name = f"{LocalText(he, ar, en).in_language(figures.language())} {i + 1}"
        lat = 31.2 + (i * 37 % 60) / 60 * 2 if i % 4 else 31.9 + (i * 17 % 30) / 100
        lon = 34.72 + (i * 23 % 60) / 60 * 0.6 if i % 4 else 34.72 + (i * 11 % 28) / 100
        value = None if i % 19 == 7 else (i * 29 % 100) / 100
        places.append(
            charts.Place(name, lat, lon, 3000 + (i * 7919 % 97) ** 2 * 25, value, "#table", i % 6 == 1)
        )
    return places


def _charts(rows: list[dict[str, Any]]) -> dict[str, Any]:
    say = figures.name_in_language
    words = {
        "ok": _("In order"), "attention": _("Needs attention"),
        "critical": _("Severe gap"), "unknown": _("Not known"),
    }  # fmt: skip
    return {
        "bars": charts.grouped_bars(
            [charts.Bar(say(topic), (250 - 40 * i, Suppressed(5) if i == 3 else 135 + i * 9), "#table")
             for i, topic in enumerate(TOPICS)],
            [_("Needs"), _("Responses")], _("Needs against responses by topic"), described_by="table",
        ),
        "stacked": charts.stacked_bar(
            [charts.Part(_("In order"), 5, "tone-ok"), charts.Part(_("Needs attention"), 2, "tone-attention"),
             charts.Part(_("Severe gap"), 4, "tone-critical"),
             charts.Part(_("Not known"), 1, "tone-unknown")],
            _("Neighbourhoods by status"),
        ),
        "spark": charts.sparkline([3, 4, 4, 6, None, 5, 8, 9], _("Needs in the last eight months, rising")),
        "town": charts.choropleth(
            _areas(rows), _("Coverage by neighbourhood"), geographic=False, described_by="table",
            description=_("The share of needs that have a response; a dot is an active response."),
        ),
        "nation": charts.point_map(
            _places(), _("Places by coverage"), breaks=(0.2, 0.4, 0.6, 0.8), described_by="table",
            description=_("A circle is a place, its area the number of people; a diamond has no programme."),
        ),
        "scatter": charts.scatter(
            [charts.Dot(say(row["place"]), row["need"], row["coverage"], "#table", row["status"].tone,
                        label_shown=i % 4 == 1)
             for i, row in enumerate(rows) if row["coverage"] is not None and isinstance(row["need"], int)],
            _("Needs and coverage"), _("Needs"), _("Coverage"), y_kind="percent",
        ),
        "intervals": Table(
            [Column("place", _("Neighbourhood"), heading=True), Column("coverage", _("Coverage"))],
            [{"place": say(row["place"]),
              "coverage": charts.interval(
                  charts.Span(None if i == 2 else 0.3 + i * 0.13, 0.2 + i * 0.1, 0.42 + i * 0.14,
                              "attention" if i == 3 else "neutral"),
                  reference=0.52)}
             for i, row in enumerate(rows[:4])],
            _("Coverage with its uncertainty"), caption_hidden=True, dense=True,
        ),
        "gantt": charts.gantt(
            [charts.Strip(say(name), date(2026, a, 1), date(2026, b, 28), tone, words[tone],
                          figures.money_short(cost), "#table")
             for name, a, b, tone, cost in PROGRAMMES],
            date(2026, 1, 1), date(2026, 12, 31), _("Programmes of the year"), today=date(2026, 11, 21),
        ),
    }  # fmt: skip


def _order(value: Any) -> tuple[int, Any]:
    """Hidden figures before numbers, names by their letters."""
    if isinstance(value, Suppressed):
        return 0, 0
    return (1, value) if isinstance(value, int) else (2, figures.name_in_language(value))


def samples(request: HttpRequest) -> dict[str, Any]:
    """Everything the gallery's template shows."""
    sort = request.GET.get("sort", "-need")
    rows = _rows()
    columns = [
        Column("place", _("Neighbourhood"), "name", heading=True, link="url", sortable=True),
        Column("topic", _("Leading topic"), "name"),
        Column("need", _("Needs"), "number", sortable=True),
        Column("responses", _("Responses"), "number", sortable=True),
        Column("coverage", _("Coverage"), "coverage"),
        Column("status", _("Status"), "status"),
    ]
    wide = [*columns, Column("money", _("Gap in money"), "money_short"), Column("seen", _("As of"), "date")]
    key = sort.lstrip("-")
    ordered = sorted(rows, key=lambda row: _order(row[key] if key in row else row["need"]))
    if sort.startswith("-"):
        ordered.reverse()
    bound = SampleForm({"name": "", "email": "nobody", "people": "-3"})
    return {
        "rows": rows,
        "table": Table(
            columns, ordered, _("Neighbourhoods"), sort=sort, region="results", caption_hidden=True,
            foot=_("%(number)s neighbourhoods") % {"number": len(rows)},
            totals={"place": _("All neighbourhoods"), "need": 919, "responses": 566, "coverage": 0.62},
        ),
        "wide_table": Table(wide, ordered[-4:], _("All columns"), dense=True),
        "empty_table": Table(
            columns, [], _("Neighbourhoods"), empty=_("No neighbourhood matches the filter."),
        ),
        "charts": _charts(rows),
        "form": SampleForm(auto_id="plain_%s"),
        "bound_form": bound,
        "icon_names": icons.names(),
        "page": Paginator(range(1, 400), 20).page(4),
        "tab_items": [
            {"label": _("Table"), "url": "#table", "current": True, "count": 12},
            {"label": _("Map"), "url": "#maps"},
            {"label": _("Duplicates"), "url": "#status", "count": 14},
        ],
        "crumb_items": [
            (_("The nation"), "#"), (_("A district"), "#"),
            (figures.name_in_language(rows[11]["place"]), None),
        ],
        "topic_choices": [
            ("", _("All topics")),
            *[(str(i), figures.name_in_language(topic)) for i, topic in enumerate(TOPICS)],
        ],
        "fact_items": [
            (_("Provider"), rows[0]["place"].in_language(figures.language())),
            (_("Telephone"), "03-555-0142"),
            (_("Cost"), figures.money(Money.from_shekels("1234.50"))),
            (_("Fax"), None),
        ],
        "events": [
            {"when": datetime(2026, 11, 20, 9, 5, tzinfo=timezone.get_current_timezone()),
             "title": _("Mission opened"), "who": rows[2]["place"],
             "text": _("The gap was found in the picture of October.")},
            {"when": date(2026, 11, 21), "title": _("Owner changed"), "url": "#timeline"},
        ],
        "hidden_small": Suppressed(5),
        "hidden_other": Suppressed(5, primary=False),
        "negative": -1284.5,
        "small_money": Money(45_300_00),
        "today": date(2026, 11, 21),
        "mixed": LocalText(
            "תכנית STEP-UP 2.0 (שלב ב׳) – רח׳ הרצל 12/4, 1,250 ₪",
            "برنامج STEP-UP 2.0 (مرحلة 2) – شارع 12/4",
            "Programme STEP-UP 2.0 (stage 2) – 12/4 Herzl St.",
        ),
    }  # fmt: skip
