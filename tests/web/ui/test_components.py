"""Components draw what they are given, escape it, and can be read without colour."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django.utils.translation import override

from maarag.ui import icons, navigation
from maarag.ui.tables import Column, Status, Table, next_sort
from maarag.values import LocalText, Suppressed

EVIL = '<script>alert("x")</script>&'


@pytest.fixture(autouse=True)
def _english() -> Any:
    with override("en"):
        yield


def draw(source: str, address: str = "/here/?topic=food&page=2", **context: Any) -> str:
    return engines["django"].from_string(source).render(context, RequestFactory().get(address))


def test_a_source_is_named_in_the_language_of_the_page() -> None:
    name = LocalText("מקור", "مصدر", "A source")
    for language, words in (("he", "מקור"), ("ar", "مصدر"), ("en", "A source")):
        with override(language):
            assert f"<bdi>{words}</bdi>" in draw("{% source x %}", x=name)
            assert f"<bdi>{words}</bdi></a>" in draw("{% source x url='/sources/' %}", x=name)


@pytest.mark.parametrize(
    "source",
    [
        "{% tile x x note=x how=x href=x %}",
        "{% status x 'ok' %}",
        "{% card title=x subtitle=x end=x %}{{ x }}{% endcard %}",
        "{% button x name=x value=x data_confirm=x %}",
        "{% link_button x x %}",
        "{% notice title=x %}{{ x }}{% endnotice %}",
        "{% empty title=x %}{{ x }}{% endempty %}",
        "{% disclosure summary=x id=x %}{{ x }}{% enddisclosure %}",
        "{% facts pairs %}",
        "{% source x url=x certainty=x %}",
        "{% breadcrumbs pairs %}",
        "{% tabs items x %}",
        "{% timeline items %}",
        "{% search_box x 'q' x x x %}",
        "{% choice_field 't' pairs x x %}",
        "{% file_drop 'f' x hint=x error=x %}",
        "{% progress 1 2 x %}",
        "{{ x|bdi }}",
        "{% data_table table %}",
    ],
)
def test_what_people_wrote_never_becomes_markup(source: str) -> None:
    table = Table(
        [Column("a", EVIL, sortable=True), Column("b", EVIL, link="a")],
        [{"a": EVIL, "b": EVIL}],
        EVIL,
        foot=EVIL,
    )
    item = {"label": EVIL, "url": EVIL, "title": EVIL, "who": EVIL, "text": EVIL, "when": date(2026, 1, 1)}
    html = draw(source, x=EVIL, pairs=[(EVIL, EVIL)], items=[item], table=table)
    assert "<script" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("tone", ["ok", "attention", "critical", "neutral", "info", "unknown"])
def test_a_status_is_a_word_a_shape_and_a_colour(tone: str) -> None:
    html = draw("{% status 'Word' tone %}", tone=tone)
    assert "Word" in html
    assert f"status--{tone}" in html
    assert re.search(r"<svg[^>]*aria-hidden=.true.[^>]*>\s*<(circle|path)", html)


def test_the_shapes_of_the_tones_differ() -> None:
    shapes = {
        re.search(r"<svg.*?</svg>", draw("{% status 'w' t %}", t=t)).group()
        for t in ("ok", "attention", "critical", "neutral", "info", "unknown")
    }  # type: ignore[union-attr]
    assert len(shapes) == 6


def test_coverage_shows_its_number_and_keeps_the_bar_within_bounds() -> None:
    assert 'width="61"' in draw("{% coverage 0.61 %}")
    assert "61%" in draw("{% coverage 0.61 %}")
    over = draw("{% coverage 1.2 %}")
    assert "120%" in over
    assert 'class="coverage__fill" width="100"' in over
    assert "<svg" not in draw("{% coverage v %}", v=None)


def test_a_hidden_figure_explains_itself() -> None:
    html = draw("{{ v|figure }}", v=Suppressed(5))
    assert "&lt;5" in html
    assert "Fewer than 5" in html
    assert "cannot be worked out" in draw("{{ v|figure }}", v=Suppressed(5, primary=False))


def rows() -> list[dict[str, Any]]:
    return [
        {
            "place": LocalText("א", "أ", "A"),
            "need": 1284,
            "share": 0.5,
            "state": Status("Fine", "ok"),
            "url": "/a/",
        },
        {"place": LocalText("ב", "", ""), "need": Suppressed(5), "share": None, "state": None, "url": ""},
    ]


COLUMNS = [
    Column("place", "Place", "name", sortable=True, heading=True, link="url"),
    Column("need", "Need", "number", sortable=True),
    Column("share", "Share", "coverage"),
    Column("state", "State", "status"),
]


def test_a_table_names_rows_and_columns_and_labels_each_cell_for_the_phone() -> None:
    html = draw(
        "{% data_table t %}", t=Table(COLUMNS, rows(), "Places", totals={"place": "All", "need": 1290})
    )
    assert html.count('scope="row"') == 3
    assert html.count('scope="col"') == 4
    assert html.count('data-label="Need"') == 3
    assert "1,284" in html
    assert '<a href="/a/"><bdi>A</bdi></a>' in html
    assert "<bdi>ב</bdi>" in html  # no English name: Hebrew
    assert "1,290" in html


def test_a_heading_sorts_by_link_and_keeps_the_rest_of_the_address() -> None:
    html = draw("{% data_table t %}", t=Table(COLUMNS, rows(), sort="-need", region="results"))
    assert 'href="?topic=food&amp;sort=need"' in html
    assert 'hx-get="?topic=food&amp;sort=need" hx-target="#results" hx-select="#results"' in html
    assert 'aria-sort="descending"' in html
    assert "page=2" not in html


def test_numbers_sort_from_the_largest_and_names_from_the_first() -> None:
    assert next_sort(COLUMNS[1], "") == "-need"
    assert next_sort(COLUMNS[1], "-need") == "need"
    assert next_sort(COLUMNS[0], "") == "place"
    assert next_sort(COLUMNS[0], "place") == "-place"


def test_an_empty_table_says_so_instead_of_showing_headings() -> None:
    html = draw("{% data_table t %}", t=Table(COLUMNS, [], empty="No place matches."))
    assert "No place matches." in html
    assert "<table" not in html


def test_a_kind_of_cell_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no kind of cell"):
        Column("a", "A", "colour")


def test_paging_keeps_the_query() -> None:
    html = draw("{% pagination page region='results' %}", page=Paginator(range(100), 10).page(2))
    assert 'href="?topic=food&amp;page=3" rel="next"' in html
    assert 'aria-current="page" class="num">2<' in html
    assert draw("{% pagination page %}", page=Paginator(range(3), 10).page(1)).strip() == ""


def test_a_filter_bar_works_without_javascript_and_replaces_its_region_with_it() -> None:
    html = draw(
        "{% filterbar region='results' %}{% choice_field 't' c 'b' 'T' %}{% endfilterbar %}",
        c=[("a", "A"), ("b", "B")],
    )
    assert '<form class="filters" method="get"' in html
    assert 'type="submit"' in html
    assert 'action="/here/"' in html  # without the query, which the form replaces
    assert 'hx-target="#results" hx-select="#results"' in html
    assert 'hx-push-url="true"' in html
    assert '<option value="b" selected>B</option>' in html
    assert '<option value="a">A</option>' in html


class Sample(forms.Form):
    name = forms.CharField(label="Name", help_text="As known.")
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A")], widget=forms.RadioSelect, required=False)
    yes = forms.BooleanField(label="Yes", required=False)


def test_a_form_ties_label_hint_and_error_to_its_control() -> None:
    html = draw("{{ form }}", form=Sample({"name": ""}))
    assert '<label class="field__label" for="id_name">' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert '<a href="#id_name">' in html  # the summary leads to the field
    assert "<legend" in html
    assert html.count("(optional)") == 1  # the radio group; a single box needs no such word


def test_a_form_without_errors_has_no_summary() -> None:
    assert "error-summary" not in draw("{{ form }}", form=Sample())


def test_icons_are_decoration_unless_named() -> None:
    assert 'aria-hidden="true"' in icons.icon("map")
    assert 'aria-label="Map"' in icons.icon("map", "Map")
    with pytest.raises(LookupError):
        icons.icon("no-such-icon")


def test_every_icon_is_a_drawing_without_its_frame() -> None:
    assert len(icons.names()) > 40
    for name in icons.names():
        assert "<svg" not in icons._paths(name)
        assert icons._paths(name).startswith("<")


class Account:
    is_authenticated = True

    def __init__(self, *permissions: str) -> None:
        self.permissions = permissions

    def may_somewhere(self, permission: str) -> bool:
        return permission in self.permissions


class Visitor:
    is_authenticated = False


def test_the_header_shows_only_what_the_account_may_open() -> None:
    assert navigation.may_see(Visitor(), None)
    assert not navigation.may_see(Visitor(), "view_audit")
    assert navigation.may_see(Account("view_audit"), "view_audit")
    assert not navigation.may_see(Account("view_audit"), "manage_access")


def test_the_permissions_of_the_header_exist() -> None:
    from maarag.kernel.access.permissions import Permission

    assert {entry.permission for entry in navigation.ENTRIES} <= {None, *map(str, Permission)}
