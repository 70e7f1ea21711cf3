"""A sparkline, and a scatter plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from maarag.ui import figures

from .drawing import SHAPES, Flow, Text, flow, frame, join, link, plain, shape, tag, ticks, width_of


def sparkline(values: Sequence[float | None], title: Text, *, rtl: bool | None = None) -> SafeString:
    """Values in time, oldest first, the newest marked; a missing value is a gap in the line."""
    there = flow(96, rtl)
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0, 0)
    spread = (high - low) or 1

    def point(index: int, value: float) -> tuple[float, float]:
        along = 4 + (index / max(len(values) - 1, 1)) * 88
        return there.x(along), 20 - (value - low) / spread * 16

    pieces: list[list[tuple[float, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            pieces.append([])
        else:
            pieces[-1].append(point(index, value))
    lines = [
        tag("polyline", points=" ".join(f"{plain(x)},{plain(y)}" for x, y in piece), class_="line")
        for piece in pieces
        if len(piece) > 1
    ]
    last = [
        tag("circle", cx=piece[-1][0], cy=piece[-1][1], r=3.0, class_="series-1") for piece in pieces if piece
    ][-1:]
    return frame(96, 24, title, join([*lines, *last]), rtl=there.rtl, css="chart spark", scroll="")


@dataclass(frozen=True)
class Dot:
    """One thing with two measures; `label_shown` writes its name beside it."""

    label: Text
    x: float
    y: float
    url: str = ""
    tone: str = "neutral"
    label_shown: bool = False


def scatter(
    dots: Sequence[Dot],
    title: Text,
    x_label: Text,
    y_label: Text,
    *,
    description: Text = "",
    described_by: str = "",
    width: float = 560,
    height: float = 360,
    x_kind: str = "number",
    y_kind: str = "number",
) -> SafeString:
    """Two measures against each other; axes run as in mathematics everywhere. Kinds: number, percent."""
    words = {"number": figures.number, "percent": figures.percent}
    there = Flow(width, False)
    start, top, end, bottom = 64.0, 28.0, 16.0, 44.0
    xs, ys = ticks(max((d.x for d in dots), default=0)), ticks(max((d.y for d in dots), default=0))

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            start + x / xs[-1] * (width - start - end),
            height - bottom - y / ys[-1] * (height - top - bottom),
        )

    body: list[Any] = []
    for value in xs:
        at, _y = place(value, 0)
        body.append(
            tag("line", x1=at, x2=at, y1=top, y2=height - bottom, class_="axis" if value == 0 else "gridline")
        )
        body.append(there.text(at, height - bottom + 18, words[x_kind](value), "soft", "middle"))
    for value in ys:
        _x, at = place(0, value)
        body.append(
            tag("line", x1=start, x2=width - end, y1=at, y2=at, class_="axis" if value == 0 else "gridline")
        )
        body.append(there.text(start - 8, at + 4, words[y_kind](value), "soft", "end"))
    body.append(there.text(start, 14, y_label, "soft strong"))
    body.append(there.text(width - end, height - 6, x_label, "soft strong", "end"))
    for dot in dots:
        x, y = place(dot.x, dot.y)
        said = f"{dot.label}: {x_label} {words[x_kind](dot.x)}, {y_label} {words[y_kind](dot.y)}"
        name: Any = ""
        if dot.label_shown:
            inside = x + 8 + width_of(str(dot.label), 12) < width
            name = there.text(
                x + (9 if inside else -9), y + 4, dot.label, "halo", "start" if inside else "end", 12
            )
        body.append(link(dot.url, said, shape(SHAPES[dot.tone], x, y, 5, f"dot tone-{dot.tone}"), name))
    return frame(
        width, height, title, join(body), description=description, described_by=described_by,
        linked=any(dot.url for dot in dots),
    )  # fmt: skip
