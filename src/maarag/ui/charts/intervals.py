"""A measured share with its uncertainty: a strip with a dot and its interval, and the same in figures.

Strips stand one below the other in a column of a table: there they are read as a chart.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from maarag.ui import figures
from maarag.values import Shown

from .drawing import SHAPES, flow, join, known, shape, tag

WIDTH, HEIGHT = 240, 18


@dataclass(frozen=True)
class Span:
    """A share of one (None: unknown; Suppressed: hidden) between `low` and `high`; the tone is its shape."""

    value: Shown
    low: float | None = None
    high: float | None = None
    tone: str = "neutral"


def interval(span: Span, *, reference: float | None = None, rtl: bool | None = None) -> SafeString:
    """From 0 % to 100 %, with a dashed line at the `reference`, the share of all."""
    value = known(span.value)
    said = figures.percent(span.value)
    if value is None or span.low is None or span.high is None:
        return format_html("<bdi>{}</bdi>", said)
    there = flow(WIDTH, rtl)
    middle = HEIGHT / 2

    def along(share: float) -> float:
        return 8 + share * (WIDTH - 16)

    def line(share: float, css: str) -> SafeString:
        x = there.x(along(share))
        return tag("line", x1=x, x2=x, y1=0.0, y2=float(HEIGHT), class_=css)

    drawn = [
        *(line(mark, "axis" if mark in (0, 1) else "gridline") for mark in (0, 0.25, 0.5, 0.75, 1)),
        line(reference, "reference") if reference is not None else "",
        there.rect(
            along(span.low), middle - 3, max(along(span.high) - along(span.low), 1.0), 6, "series-2", 3
        ),
        shape(SHAPES[span.tone], there.x(along(value)), middle, 6, f"dot tone-{span.tone}"),
    ]
    strip = tag(
        "svg", join(drawn), class_="chart strip", viewBox=f"0 0 {WIDTH} {HEIGHT}",
        aria_hidden="true", focusable="false",
    )  # fmt: skip
    words = figures.spread(said, figures.percent(span.low), figures.percent(span.high))
    return format_html('<span class="interval">{}<span class="nowrap">{}</span></span>', strip, words)
