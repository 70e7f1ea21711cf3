"""The ministry's catalogue of welfare services, with the terms of the taxonomy that its words surely mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from maarag.kernel.imports import parsing
from maarag.kernel.imports.importer import Existing, Field, Importer, NotUnderstood, Row, Understood, register
from maarag.kernel.imports.lookups import TermLookup, named_source
from maarag.kernel.imports.parsing import did_you_mean
from maarag.kernel.places.models import Place, PlaceKind
from maarag.kernel.taxonomy.models import Term
from maarag.language import normalise

from ..actions import ServiceDraft, save_services
from ..models import Service
from .ministry import ministry_of_welfare

SOURCE = "welfare-catalogue-2021"
# Words of the catalogue → the term they surely mean; "" where none of the taxonomy's terms says the same.
WAYS = {
    "טיפול אישי, זוגי, משפחתי וקבוצתי": "human_services:health:mental_health_care:counseling",
    "הדרכה, הכוונה והכשרה": "human_services:care:guidance",
    "ניהול טיפול וליווי אישי": "human_services:care:guidance",
    "סנגור ומיצוי זכויות": "human_services:legal:advocacy_legal_aid:understand_government_programs",
    "אבחון": "human_services:care:early_childhood_intervention",
    "סיוע חומרי ומימון": "human_services:money:financial_assistance",
    "פעילות פנאי, העשרה, הפגה והשתלבות בחברה": "human_services:community_services:recreation",
    "מוקד/אתר מידע וסיוע": "",
    "הליכים בבית משפט, חקירה, עדות וגיבוש תסקיר": "",
    "סיוע ראשוני והתערבות בשעת חירום": "",
    "איתור ויישוג": "",
    "פעילות קהילתית": "",
    "מדידה, הערכה ובקרה": "",
}
FIELDS_OF_WORK = {
    "דיור ומלונאות": "human_services:housing:residential_housing",
    "תרבות, פנאי והעשרה": "human_services:community_services:recreation",
    "הכשרה מקצועית ותעסוקה": "human_services:work",
    "חינוך והשכלה גבוהה": "human_services:education",
    "קהילה והתנדבות": "",
}
POPULATIONS = {
    "אנשים עם מוגבלויות": "human_situations:disability",
    "קהילות ומתנדבים/ות": "human_situations:community",
    "אוכלוסייה כללית": "",
}
ADMINISTRATIONS = {
    "אזרחים ותיקים": "human_situations:age_group:seniors",
    "מוגבלויות": "human_situations:disability",
}
_GROUPS = {"ways": WAYS, "fields": FIELDS_OF_WORK, "populations": POPULATIONS}


@register
class Catalogue(Importer):
    """One row for each kind of service; known again by its number in the catalogue."""

    kind = "service-catalogue"
    title = _l("Catalogue of welfare services")
    description = _l(
        "The ministry's services: name, description, purpose, unit, population and ways of intervention."
    )
    is_national = True
    fields = (
        Field("number", _l("Number"), ("id", "מספר", "מס'"), parsing.whole(1, 10_000_000), required=True),
        Field("name", _l("Name"), ("שם השירות (ציבורי)", "שם השירות", "اسم الخدمة"), required=True),
        Field(
            "description",
            _l("Description"),
            ("תיאור השירות (תיאור קצר)", "תיאור השירות", "תיאור"),
            parsing.lines,
        ),
        Field("purpose", _l("Purpose"), ("השירות (מטרת השירות)", "מטרת השירות", "מטרה"), parsing.lines),
        Field("administration", _l("Administration"), ("מינהל - שיוך ארגוני 1", "מינהל")),
        Field("division", _l("Division"), ("אגף - שיוך ארגוני 2", "אגף")),
        Field("unit", _l("Unit of the ministry"), ("יחידה - שיוך ארגוני 3", "יחידה")),
        Field("populations", _l("Population"), ("אוכלוסייה", "אוכלוסיה"), parsing.several),
        Field("fields", _l("Field of work"), ("תחום ההתערבות", "תחום"), parsing.several),
        Field("ways", _l("Ways of intervention"), ("אופן התערבות", "אופן ההתערבות"), parsing.several),
    )
    example = (
        {
            "number": 9001,
            "name": "ליווי משפחות (דוגמה)",
            "description": "ליווי אישי של משפחות במצוקה.",
            "populations": "אוכלוסייה כללית",
            "ways": "ניהול טיפול וליווי אישי|סנגור ומיצוי זכויות",
        },
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._terms = TermLookup()
        self._words = {
            group: {normalise(word): (word, code) for word, code in words.items()}
            for group, words in _GROUPS.items()
        }

    def understand(self, row: Row) -> Understood:
        number, name = row.get("number"), row.get("name")
        if len(name) > 300:
            raise NotUnderstood(_("The name is longer than 300 letters."))
        notes: list[str] = []
        terms: dict[str, Term] = {}
        for group in _GROUPS:
            for word in row.get(group, ()):
                self._propose(group, word, terms, notes)
        if term := self._terms.by_code(ADMINISTRATIONS.get(row.get("administration", ""), "")):
            terms[term.code] = term
        units = " · ".join(filter(None, (row.get(level) for level in ("administration", "division", "unit"))))
        fields = {
            "name_he": name,
            "description_he": row.get("description", ""),
            "purpose": row.get("purpose", ""),
            "eligibility": "; ".join(row.get("populations", ())),
            "application_process": "",
            "source_row": f"{number} – {units}"[:120] if units else str(number),
        }
        code = f"welfare-{number}"
        shown = {**fields, "terms": sorted(terms)}
        return Understood(code, shown, (code, fields, list(terms.values())), notes=tuple(notes))

    def _propose(self, group: str, word: str, terms: dict[str, Term], notes: list[str]) -> None:
        """The term that a word of the catalogue means; a misspelt word is taken for the nearest and noted."""
        key = normalise(word)
        known = self._words[group]
        if key not in known:
            hint = did_you_mean(key, {k: shown for k, (shown, _code) in known.items()}, limit=1)
            notes.append(
                _("“%(word)s” is not a word of the catalogue.") % {"word": word}
                + (f" {hint}" if hint else "")
            )
            return
        code = known[key][1]
        if code and (term := self._terms.by_code(code)):
            terms[term.code] = term
        elif code:
            notes.append(_("The taxonomy has no term %(code)s yet.") % {"code": code})

    def existing(self, keys: Sequence[str]) -> Mapping[str, Existing]:
        found: dict[str, Existing] = {}
        for service in Service.objects.filter(code__in=keys).prefetch_related("terms"):
            names = (
                "name_he",
                "description_he",
                "purpose",
                "eligibility",
                "application_process",
                "source_row",
            )
            shown = {name: getattr(service, name) for name in names}
            found[service.code] = Existing(
                {**shown, "terms": sorted(term.code for term in service.terms.all())}
            )
        return found

    def apply(self, rows: Sequence[Understood]) -> None:
        ministry = ministry_of_welfare(by=self.by)
        names = {"name_he": "קטלוג שירותי הרווחה", "name_en": "Catalogue of welfare services"}
        source = named_source(SOURCE, by=self.by, names=names)
        nation = list(Place.objects.filter(kind=PlaceKind.NATION))
        save_services(
            by=self.by,
            drafts=[
                ServiceDraft(
                    code=code,
                    organisation=ministry,
                    source=source,
                    as_of=self.date_of_file(),
                    fields=fields,
                    terms=terms,
                    areas=nation,
                )
                for code, fields, terms in (row.target for row in rows)
            ],
        )
