"""Measured values with their uncertainty: a dot and an interval for each group, one line a group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from maarag.ui import figures
from maarag.values import Shown

from .drawing import SHAPES, Text, flow, frame, join, known, legend, link, shape, tag, ticks, wrapped

ROW = 34
LETTERS = 7.0


@dataclass(frozen=True)
class Span:
    """A value (None: unknown; Suppressed: hidden) between `low` and `high`; its shape follows the tone."""

    label: Text
    value: Shown
    low: float | None = None
    high: float | None = None
    tone: str = "neutral"
    url: str = ""


def dot_intervals(
    spans: Sequence[Span],
    title: Text,
    *,
    kind: str = "percent",
    reference: float | None = None,
    reference_label: Text = "",
    meanings: Sequence[tuple[str, Text]] = (),
    description: Text = "",
    described_by: str = "",
    rtl: bool | None = None,
    width: float = 600,
    label_width: float = 130,
) -> SafeString:
    """Rates of groups with intervals of confidence, and a line for all of them together.

    `meanings`: what each tone says, for the legend. Kinds: percent (shares of one), number.
    """
    there = flow(width, rtl)
    words = {"percent": figures.percent, "number": figures.number}[kind]
    top, bottom, values = 22.0, 26.0, 118.0
    height = top + ROW * len(spans) + bottom
    length = width - label_width - values
    most = max((s.high or known(s.value) or 0 for s in spans), default=1)
    marks = [0.0, 0.25, 0.5, 0.75, 1.0] if kind == "percent" and most <= 1 else ticks(most)
    scale = length / marks[-1]
    body: list[Any] = []
    for mark in marks:
        x = there.x(label_width + mark * scale)
        css = "axis" if mark == 0 else "gridline"
        body.append(tag("line", x1=x, x2=x, y1=top, y2=height - bottom, class_=css))
        body.append(there.text(label_width + mark * scale, height - 8, words(mark), "soft", "middle", 12))
    if reference is not None:
        x = there.x(label_width + reference * scale)
        body.append(tag("line", x1=x, x2=x, y1=top - 4, y2=height - bottom, class_="reference"))
        body.append(there.text(label_width + reference * scale, 12, reference_label, "soft", "middle", 12))
    for index, span in enumerate(spans):
        body.append(_row(span, top + ROW * (index + 0.5), there, words, label_width, scale, width))
    drawing = frame(
        width, height, title, join(body), description=description, described_by=described_by,
        linked=any(span.url for span in spans), rtl=there.rtl,
    )  # fmt: skip
    said = [(f"dot tone-{tone}", meaning, SHAPES[tone]) for tone, meaning in meanings]
    return join([legend(said) if said else "", drawing])


def _row(
    span: Span, y: float, there: Any, words: Any, label_width: float, scale: float, width: float
) -> SafeString:
    lines = wrapped(str(span.label), int((label_width - 12) / LETTERS))
    first = y + 4.5 - (len(lines) - 1) * 7.5
    drawn: list[Any] = [there.text(0, first + 15 * i, line) for i, line in enumerate(lines)]
    value, said = known(span.value), words(span.value)
    if value is not None and span.low is not None and span.high is not None:
        length = max((span.high - span.low) * scale, 1.0)
        drawn.append(there.rect(label_width + span.low * scale, y - 3, length, 6, "series-2", 3))
        said = _("%(value)s (%(low)s to %(high)s)") % {
            "value": words(value), "low": words(span.low), "high": words(span.high),
        }  # fmt: skip
    if value is not None:
        x = there.x(label_width + value * scale)
        drawn.append(shape(SHAPES[span.tone], x, y, 6, f"dot tone-{span.tone}"))
    drawn.append(there.text(width - 112, y + 4.5, said, "", size=12))
    return link(span.url, f"{span.label}: {said}", *drawn)
