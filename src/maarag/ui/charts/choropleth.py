"""Areas coloured by a share, with names and numbers on them. North is up; never mirrored."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from maarag.ui import figures
from maarag.values import Shown

from .drawing import Text, frame, join, known, legend, link, plain, scale_class, tag, width_of

DARK = (1, 5)  # the classes on which words are white


@dataclass(frozen=True)
class Area:
    """A polygon: ring of (x, y) or (lon, lat), a share of one (None: unknown), an address, dots inside."""

    name: Text
    ring: Sequence[tuple[float, float]]
    value: Shown
    url: str = ""
    points: Sequence[tuple[float, float]] = field(default=())


def centroid(ring: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The centre of gravity of a polygon (the mean of its corners where it has no area)."""
    doubled = cx = cy = 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        doubled += cross
        cx += (x1 + x2) * cross
        cy += (y1 + y2) * cross
    if abs(doubled) < 1e-12:
        return sum(x for x, _y in ring) / len(ring), sum(y for _x, y in ring) / len(ring)
    return cx / (3 * doubled), cy / (3 * doubled)


def choropleth(
    areas: Sequence[Area],
    title: Text,
    *,
    breaks: Sequence[float] = (0.45, 0.6, 0.75, 0.9),
    geographic: bool = True,
    description: Text = "",
    described_by: str = "",
    width: float = 560,
    low: Text = "",
    high: Text = "",
) -> SafeString:
    """Areas in five classes with the name and the percent on each, dots for responses, and a legend.

    `breaks` are the four shares that part the classes. With `geographic` the corners are (lon, lat).
    """
    corners = [corner for area in areas for corner in area.ring]
    if not corners:
        return SafeString("")
    left, right = min(x for x, _y in corners), max(x for x, _y in corners)
    low_y, high_y = min(y for _x, y in corners), max(y for _x, y in corners)
    squeeze = math.cos(math.radians((low_y + high_y) / 2)) if geographic else 1.0
    scale = (width - 4) / (((right - left) or 1) * squeeze)
    height = ((high_y - low_y) or 1) * scale + 4

    def place(corner: tuple[float, float]) -> tuple[float, float]:
        return 2 + (corner[0] - left) * squeeze * scale, 2 + (high_y - corner[1]) * scale

    body: list[Any] = []
    for area in areas:
        ring = [place(corner) for corner in area.ring]
        level = scale_class(known(area.value), breaks)
        shown = figures.percent(area.value)
        body.append(
            link(
                area.url,
                f"{area.name}: {shown}",
                tag(
                    "polygon",
                    points=" ".join(f"{plain(x)},{plain(y)}" for x, y in ring),
                    class_=f"area scale-{level}",
                ),
                *[tag("circle", cx=x, cy=y, r=2.6, class_="point") for x, y in map(place, area.points)],
                *_words(str(area.name), shown, ring, level),
            )
        )
    drawing = frame(
        width, height, title, join(body), description=description, described_by=described_by,
        linked=any(area.url for area in areas),
    )  # fmt: skip
    return join([drawing, scale_legend(breaks, low or _("low"), high or _("high"))])


def _words(name: str, shown: str, ring: Sequence[tuple[float, float]], level: int) -> list[SafeString]:
    """Name and number where they fit into the area; the number alone, or nothing, where they do not."""
    x, y = centroid(ring)
    across = max(p for p, _q in ring) - min(p for p, _q in ring)
    css = "strong on-dark halo-dark" if level in DARK else "strong halo"
    lines = [name, shown] if width_of(name, 12) < across * 0.95 else [shown] if across > 34 else []
    return [
        tag("text", line, x=x, y=y - 8 + 15 * i, class_=css, text_anchor="middle", font_size=12)
        for i, line in enumerate(lines)
    ]


def scale_legend(
    breaks: Sequence[float],
    low: Text,
    high: Text,
    kind: str = "percent",
    more: Sequence[tuple[str, Text, str]] = (),
    high_is_worse: bool = False,
) -> SafeString:
    """The five classes in words: "< 45%", "45%-60%" …, then whatever else the map shows."""
    say = figures.percent if kind == "percent" else figures.number
    iso, end = figures.ISOLATE_LTR, figures.END_ISOLATE
    words = [
        f"{iso}< {say(breaks[0])}{end} ({low})",
        *[f"{iso}{say(a)}–{say(b)}{end}" for a, b in pairwise(breaks)],
        f"{iso}≥ {say(breaks[-1])}{end} ({high})",
    ]
    classes = range(5, 0, -1) if high_is_worse else range(1, 6)
    return legend([*[(f"scale-{i}", word, "square") for i, word in zip(classes, words, strict=True)], *more])
