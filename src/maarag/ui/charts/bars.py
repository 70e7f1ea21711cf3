"""Horizontal bars: several series side by side, or the parts of one whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from maarag.ui import figures
from maarag.values import Shown

from .drawing import Text, flow, frame, join, known, legend, link, tag, ticks, wrapped


@dataclass(frozen=True)
class Bar:
    """One row: a name and a value for each series (None: unknown; Suppressed: hidden)."""

    label: Text
    values: Sequence[Shown]
    url: str = ""


@dataclass(frozen=True)
class Part:
    """One part of a whole; `css` is series-1 … series-5, or tone- with the name of a tone."""

    label: Text
    value: float
    css: str = ""


def grouped_bars(
    bars: Sequence[Bar],
    series: Sequence[Text],
    title: Text,
    *,
    description: Text = "",
    described_by: str = "",
    rtl: bool | None = None,
    width: float = 520,
    label_width: float = 130,
) -> SafeString:
    """Needs against responses by topic: for each row one bar per series, its number at the end.

    The first series is the lighter (what is wanted), the second the darker (what there is).
    """
    classes = ["series-2", "series-1", "series-3", "series-4", "series-5"][: len(series)]
    thick, gap, top = 14, 14, 8
    row = thick * len(series) + gap
    height = top + row * len(bars) + 28
    there = flow(width, rtl)
    largest = max((known(v) or 0 for bar in bars for v in bar.values), default=0)
    marks = ticks(largest)
    length = width - label_width - 48
    scale = length / marks[-1]
    body: list[Any] = []
    for mark in marks:
        at = there.x(label_width + mark * scale)
        body.append(
            tag(
                "line",
                x1=at,
                x2=at,
                y1=float(top),
                y2=float(height - 24),
                class_="axis" if mark == 0 else "gridline",
            )
        )
        body.append(
            there.text(
                label_width + mark * scale,
                height - 6,
                figures.number(mark, 0 if mark % 1 == 0 else 1),
                "soft",
                "middle",
            )
        )
    for index, bar in enumerate(bars):
        start = top + index * row + gap / 2
        lines = wrapped(str(bar.label), int((label_width - 12) / 7))
        middle = start + thick * len(series) / 2 + 4.5 - (len(lines) - 1) * 7.5
        words = [there.text(0, middle + 15 * i, line) for i, line in enumerate(lines)]
        drawn = []
        for i, value in enumerate(bar.values):
            at = start + i * thick
            known_value = known(value) or 0.0
            drawn.append(
                there.rect(label_width, at, max(known_value * scale, 1), thick - 1, f"bar {classes[i]}")
            )
            drawn.append(
                there.text(
                    label_width + known_value * scale + 6,
                    at + thick - 3,
                    figures.number(value),
                    "",
                    size=11.5,
                )
            )
        said = ", ".join(f"{name} {figures.number(v)}" for name, v in zip(series, bar.values, strict=True))
        body.append(link(bar.url, f"{bar.label}: {said}", *words, *drawn))
    drawing = frame(
        width, height, title, join(body), description=description, described_by=described_by,
        linked=any(bar.url for bar in bars), rtl=there.rtl,
    )  # fmt: skip
    return join([legend([(css, name, "square") for css, name in zip(classes, series, strict=True)]), drawing])


def stacked_bar(
    parts: Sequence[Part],
    title: Text,
    *,
    description: Text = "",
    described_by: str = "",
    rtl: bool | None = None,
    width: float = 520,
) -> SafeString:
    """The parts of a whole in one bar; the legend carries each part's number and share."""
    there = flow(width, rtl)
    total = sum(part.value for part in parts) or 1
    classes = [part.css or f"series-{i % 5 + 1}" for i, part in enumerate(parts)]
    body, along = [], 0.0
    for part, css in zip(parts, classes, strict=True):
        length = part.value / total * width
        if length > 0:
            said = f"{part.label}: {figures.number(part.value)} ({figures.percent(part.value / total)})"
            body.append(link("", said, there.rect(along, 0, max(length - 1.5, 0.5), 24, f"bar {css}")))
        along += length
    words = [
        (css, _("%(label)s: %(number)s (%(share)s)") % {
            "label": part.label,
            "number": figures.number(part.value),
            "share": figures.percent(part.value / total),
        }, "square")
        for part, css in zip(parts, classes, strict=True)
    ]  # fmt: skip
    drawing = frame(
        width, 24, title, join(body), description=description, described_by=described_by, rtl=there.rtl,
        scroll="",
    )  # fmt: skip
    return join([legend(words), drawing])
