"""The course of one dimension over time, as a small drawing."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from maarag.ui import figures
from maarag.ui.charts.drawing import flow, frame, join, plain, tag
from maarag.ui.figures import name_in_language

from .queries import Line

WIDTH, STEP, MARGIN = 220.0, 14.0, 10.0


def course(line: Line, *, rtl: bool | None = None) -> SafeString:
    """Levels as rungs, the lowest below; a point for each round, a bar where the raters are apart.

    Time runs in the direction of reading; days are spaced by the days between them.
    """
    there = flow(WIDTH, rtl)
    most = max(point.of for point in line.points)
    height = 2 * MARGIN + (most - 1) * STEP
    first, last = line.points[0].day, line.points[-1].day
    long = max((last - first).days, 1)

    def across(day: int) -> float:
        return there.x(MARGIN + day / long * (WIDTH - 2 * MARGIN))

    def up(level: float) -> float:
        return height - MARGIN - (level - 1) * STEP

    rungs = [
        tag("line", x1=0.0, x2=WIDTH, y1=up(level), y2=up(level), class_="gridline")
        for level in range(1, most + 1)
    ]
    placed = [(across((point.day - first).days), point) for point in line.points]
    way = " ".join(f"{plain(x)},{plain(up((point.lowest + point.highest) / 2))}" for x, point in placed)
    bars = [
        tag("line", x1=x, x2=x, y1=up(point.lowest), y2=up(point.highest), class_="axis")
        for x, point in placed
        if point.highest > point.lowest
    ]
    dots = [
        tag("circle", cx=x, cy=up((point.lowest + point.highest) / 2), r=4.0, class_="series-1")
        for x, point in placed
    ]
    title = _("%(name)s: from %(first)s to %(last)s") % {
        "name": name_in_language(line.dimension),
        "first": figures.day(first),
        "last": figures.day(last),
    }
    body = join([*rungs, tag("polyline", points=way, class_="line"), *bars, *dots])
    return frame(WIDTH, height, title, body, rtl=there.rtl, css="chart course", scroll="")
