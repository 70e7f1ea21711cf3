"""Charts draw the values they are given, mirror where they must, and can be read without colour."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import date

import pytest
from django.utils.translation import override

from maarag.ui import charts
from maarag.ui.charts.choropleth import centroid
from maarag.ui.charts.drawing import scale_class, ticks, wrapped
from maarag.values import Suppressed

SVG = re.compile(r"<svg.*?</svg>", re.DOTALL)
BREAKS = (0.2, 0.4, 0.6, 0.8)
EVIL = '"><script>x</script>'


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def drawing(html: str) -> ET.Element:
    """The chart among the drawings (others are marks of its legend); fails if it is no well-formed XML."""
    return ET.fromstring(next(found for found in SVG.findall(html) if "aria-labelledby" in found))


def marks(html: str, name: str, css: str) -> list[ET.Element]:
    return [e for e in drawing(html).iter(name) if css in (e.get("class") or "").split()]


def every_chart(label: str, url: str = "/x/") -> dict[str, str]:
    ring = [(0, 0), (2, 0), (2, 2), (0, 2)]
    return {
        "bars": charts.grouped_bars([charts.Bar(label, (2, 1), url)], ["a", "b"], label),
        "stacked": charts.stacked_bar([charts.Part(label, 2), charts.Part("b", 1)], label),
        "spark": charts.sparkline([1, 2, 3], label),
        "scatter": charts.scatter([charts.Dot(label, 1, 2, url, label_shown=True)], label, "x", "y"),
        "gantt": charts.gantt(
            [charts.Strip(label, date(2026, 1, 1), None, "ok", label, label, url)],
            date(2026, 1, 1), date(2026, 12, 31), label,
        ),
        "areas": charts.choropleth([charts.Area(label, ring, 0.5, url, [(1, 1)])], label),
        "places": charts.point_map([charts.Place(label, 32, 34.8, 100, 0.5, url)], label, breaks=BREAKS),
    }  # fmt: skip


@pytest.mark.parametrize("name", list(every_chart("x")))
def test_every_chart_is_named_well_formed_and_free_of_styles(name: str) -> None:
    html = every_chart(EVIL)[name]
    assert "<script" not in html
    assert "style=" not in html
    root = drawing(html)
    title = next(e for e in root.iter("title") if e.get("id") == root.get("aria-labelledby"))
    assert title.text == EVIL
    # An image hides what is in it from screen readers: with links it must be a group.
    assert root.get("role") == ("group" if list(root.iter("a")) else "img")


@pytest.mark.parametrize("name", ["bars", "scatter", "gantt", "areas", "places"])
def test_marks_that_lead_somewhere_are_named_links(name: str) -> None:
    links = [a for a in drawing(every_chart("Haifa")[name]).iter("a") if a.get("tabindex") != "-1"]
    assert len(links) == 1
    assert links[0].get("href") == "/x/"
    assert "Haifa" in (links[0].find("title").text or "")


def test_bars_are_as_long_as_their_values_and_carry_their_numbers() -> None:
    html = charts.grouped_bars([charts.Bar("t", (250, 125))], ["Needs", "Responses"], "T", rtl=False)
    need, response = marks(html, "rect", "bar")
    assert float(need.get("width", 0)) == pytest.approx(2 * float(response.get("width", 0)), rel=0.01)
    texts = [e.text for e in drawing(html).iter("text")]
    assert "250" in texts
    assert "125" in texts
    assert "Needs" in html
    assert "Responses" in html


def test_bars_start_at_the_right_when_read_from_the_right() -> None:
    bars = [charts.Bar("t", (10, 4))]
    ltr, rtl = (
        marks(charts.grouped_bars(bars, ["a", "b"], "T", rtl=r), "rect", "bar") for r in (False, True)
    )
    assert len({round(float(e.get("x", 0)), 1) for e in ltr}) == 1  # one common left edge
    assert (
        len({round(float(e.get("x", 0)) + float(e.get("width", 0)), 1) for e in rtl}) == 1
    )  # one right edge
    assert float(rtl[0].get("x", 0)) == pytest.approx(
        520 - float(ltr[0].get("x", 0)) - float(ltr[0].get("width", 0)), abs=0.11
    )


def test_a_hidden_or_unknown_value_has_no_length() -> None:
    html = charts.grouped_bars(
        [charts.Bar("t", (Suppressed(5), None)), charts.Bar("u", (40, 40))], ["a", "b"], "T"
    )
    assert [float(e.get("width", 0)) for e in marks(html, "rect", "bar")][:2] == [1, 1]
    assert any("<5" in (e.text or "") for e in drawing(html).iter("text"))


def test_parts_fill_the_whole() -> None:
    html = charts.stacked_bar([charts.Part("a", 30), charts.Part("b", 10)], "T", rtl=False, width=400)
    first, second = marks(html, "rect", "bar")
    assert float(first.get("width", 0)) == pytest.approx(300, abs=2)
    assert float(second.get("x", 0)) == pytest.approx(300)
    assert "75%" in html


def test_a_gap_in_a_series_is_a_gap_in_the_line() -> None:
    assert len(marks(charts.sparkline([1, 2, None, 3, 4], "T"), "polyline", "line")) == 2


def test_a_strip_covers_its_days_and_is_cut_at_the_edge() -> None:
    strips = [
        charts.Strip("half", date(2026, 1, 1), date(2026, 7, 2)),
        charts.Strip("beyond", date(2020, 1, 1), None),
        charts.Strip("past", date(2020, 1, 1), date(2020, 2, 1)),
    ]
    html = charts.gantt(
        strips, date(2026, 1, 1), date(2026, 12, 31), "T", width=630, label_width=265, rtl=False
    )
    drawn = [(float(e.get("x", 0)), float(e.get("width", 0))) for e in marks(html, "rect", "bar")]
    assert drawn == [(265, 183), (265, 365)]
    mirrored = charts.gantt(
        strips, date(2026, 1, 1), date(2026, 12, 31), "T", width=630, label_width=265, rtl=True
    )
    assert [float(e.get("x", 0)) for e in marks(mirrored, "rect", "bar")] == [182, 0]


def test_areas_take_their_class_from_the_breaks_and_north_is_up() -> None:
    south, north = [(0, 0), (1, 0), (1, 1), (0, 1)], [(0, 1), (1, 1), (1, 2), (0, 2)]
    html = charts.choropleth(
        [charts.Area("south", south, 0.1), charts.Area("north", north, 0.95), charts.Area("?", north, None)],
        "T",
        geographic=False,
    )  # fmt: skip
    areas = marks(html, "polygon", "area")
    assert [area.get("class") for area in areas] == ["area scale-1", "area scale-5", "area scale-0"]
    heights = [min(float(c.split(",")[1]) for c in (a.get("points") or "").split()) for a in areas]
    assert heights[0] > heights[1]


def test_maps_are_never_mirrored() -> None:
    places = [charts.Place("west", 32, 34.3, 10, 0.5), charts.Place("east", 32, 35.7, 10, 0.5)]
    for language in ("he", "en"):
        with override(language):
            west, east = marks(charts.point_map(places, "T", breaks=BREAKS), "circle", "dot")
            assert float(west.get("cx", 0)) < float(east.get("cx", 0))


def test_a_place_without_a_programme_differs_in_shape_and_says_so() -> None:
    places = [charts.Place("a", 32, 34.3, 10, 0.5), charts.Place("b", 31, 35, 10, 0.5, missing=True)]
    html = charts.point_map(places, "T", breaks=BREAKS)
    assert len(marks(html, "circle", "dot")) == 1
    assert len(marks(html, "polygon", "dot")) == 1
    assert "b, 10, no programme" in html


def test_circles_grow_with_the_root_of_people() -> None:
    places = [charts.Place("a", 30, 34.8, 400, 0.5), charts.Place("b", 31, 35, 100, 0.5)]
    large, small = marks(charts.point_map(places, "T", breaks=BREAKS), "circle", "dot")
    assert (float(large.get("r", 0)) - 2.5) == pytest.approx(2 * (float(small.get("r", 0)) - 2.5), abs=0.11)


def test_names_on_the_map_do_not_cover_one_another() -> None:
    places = [charts.Place(f"A long name {i}", 31 + i / 100, 34.7, 1000 - i, 0.5) for i in range(60)]
    html = charts.point_map(places, "T", breaks=BREAKS, names=60)
    names = [e for e in drawing(html).iter("text") if e.get("class") == "halo"]
    assert 5 < len(names) < 60
    boxes = [(float(e.get("x", 0)), float(e.get("y", 0))) for e in names]
    for i, (x, y) in enumerate(boxes):
        assert all(abs(y - v) >= 14 or abs(x - u) > 60 for u, v in boxes[i + 1 :])


@pytest.mark.parametrize(("value", "level"), [(None, 0), (0.0, 1), (0.2, 2), (0.5, 3), (0.79, 4), (1.0, 5)])
def test_classes(value: float | None, level: int) -> None:
    assert scale_class(value, (0.2, 0.4, 0.6, 0.8)) == level


def test_ticks_are_round_and_reach_the_largest() -> None:
    assert ticks(250) == [0, 50, 100, 150, 200, 250]
    assert ticks(0) == [0, 1]
    assert ticks(7)[-1] >= 7


def test_centre_of_an_area() -> None:
    assert centroid([(0, 0), (2, 0), (2, 2), (0, 2)]) == (1, 1)


def test_long_names_are_wrapped_and_cut() -> None:
    assert wrapped("one two three four five", 9) == ["one two", "three fo…"]


@pytest.mark.parametrize("rtl", [False, True])
def test_an_interval_reaches_from_its_low_to_its_high_around_the_dot(rtl: bool) -> None:
    html = charts.interval(charts.Span(0.5, 0.25, 0.75, "attention"), reference=0.75, rtl=rtl)
    strip = ET.fromstring(SVG.findall(html)[0])
    assert strip.get("aria-hidden") == "true", "the same stands beside it in figures"
    (bar,) = (e for e in strip.iter("rect") if e.get("class") == "series-2")
    start, length = float(bar.get("x", 0)), float(bar.get("width", 0))
    (diamond,) = strip.iter("polygon")
    xs = [float(point.split(",")[0]) for point in (diamond.get("points") or "").split()]
    assert sum(xs) / 4 == pytest.approx(start + length / 2, abs=0.2)
    (line,) = (e for e in strip.iter("line") if e.get("class") == "reference")
    assert float(line.get("x1", 0)) == pytest.approx(start if rtl else start + length, abs=0.2)
    assert [said for said in ("50%", "25%", "75%") if said not in html] == []


@pytest.mark.parametrize("value", [None, Suppressed(5)])
def test_an_interval_that_is_not_told_is_not_drawn(value: Suppressed | None) -> None:
    html = charts.interval(charts.Span(value, 0.25, 0.75))
    assert "<svg" not in html
    assert "25" not in html
