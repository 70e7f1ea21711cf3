"""A map of places as circles: the nation's authorities. North is up; never mirrored.

No outline of the country is kept, so the map shows a frame with degrees, and names the largest places.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from maarag.ui import figures
from maarag.ui.library import counter
from maarag.values import Shown, is_suppressed

from .choropleth import scale_legend
from .drawing import Text, frame, join, link, scale_class, shape, tag, width_of

Box = tuple[float, float, float, float]
NATION: Box = (34.1, 29.35, 35.95, 33.4)  # west, south, east, north
CENTRE: Box = (34.68, 31.86, 35.02, 32.22)  # the crowded middle, drawn again larger


@dataclass(frozen=True)
class Place:
    """A place: name, degrees, people (its size), a value for its colour, whether nothing is there (a diamond)."""

    name: Text
    lat: float
    lon: float
    size: float
    value: Shown
    url: str = ""
    missing: bool = False
    note: Text = ""


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


class _Sheet:
    """One rectangle of the drawing that shows one rectangle of the earth."""

    def __init__(self, box: Box, x: float, y: float, height: float) -> None:
        self.box, self.x, self.y, self.height = box, x, y, height
        west, south, east, north = box
        self.squeeze = math.cos(math.radians((south + north) / 2))
        self.scale = height / (north - south)
        self.width = (east - west) * self.squeeze * self.scale

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        west, _south, _east, north = self.box
        return self.x + (lon - west) * self.squeeze * self.scale, self.y + (north - lat) * self.scale

    def holds(self, lon: float, lat: float) -> bool:
        west, south, east, north = self.box
        return west <= lon <= east and south <= lat <= north

    def background(self, step: float, labelled: bool) -> list[SafeString]:
        west, south, east, north = self.box
        parts = [tag("rect", x=self.x, y=self.y, width=self.width, height=self.height, class_="frame")]
        for k in range(math.ceil(west / step), math.floor(east / step) + 1):
            x, _y = self.place(k * step, north)
            parts.append(tag("line", x1=x, x2=x, y1=self.y, y2=self.y + self.height, class_="gridline"))
            if labelled:
                parts.append(_degrees(k * step, x + 3, self.y + self.height - 5))
        for k in range(math.ceil(south / step), math.floor(north / step) + 1):
            _x, y = self.place(west, k * step)
            parts.append(tag("line", x1=self.x, x2=self.x + self.width, y1=y, y2=y, class_="gridline"))
            if labelled:
                parts.append(_degrees(k * step, self.x + 4, y - 3))
        return parts

    def marks(
        self,
        places: Sequence[Place],
        radius: Callable[[float], float],
        level: Callable[[Place], int],
        links: bool,
    ) -> list[SafeString]:
        drawn = []
        for place in places:
            x, y = self.place(place.lon, place.lat)
            css = f"dot scale-{level(place)}"
            mark = shape("diamond" if place.missing else "circle", x, y, radius(place.size), css)
            drawn.append(link(place.url if links else "", _said(place), mark))
        return drawn

    def names(self, places: Sequence[Place], radius: Callable[[float], float], most: int) -> list[SafeString]:
        """Names of the largest places that collide neither with one another nor with the larger circles."""
        taken: list[Box] = []
        drawn: list[SafeString] = []
        for place in sorted(places, key=lambda p: -p.size):
            if len(drawn) == most:
                break
            x, y = self.place(place.lon, place.lat)
            reach, wide = radius(place.size) + 4, width_of(str(place.name), 11.5)
            for anchor, at, top in (
                ("left", x - reach - wide, y - 7), ("right", x + reach, y - 7),
                ("above", x - wide / 2, y - reach - 13), ("below", x - wide / 2, y + reach),
            ):  # fmt: skip
                box = (at, top, at + wide, top + 14)
                inside = self.x < box[0] and box[2] < self.x + self.width and anchor
                if inside and not any(_overlap(box, other) for other in taken):
                    taken.append(box)
                    middle = at + wide / 2
                    drawn.append(
                        tag(
                            "text",
                            place.name,
                            x=middle,
                            y=top + 11,
                            class_="halo",
                            text_anchor="middle",
                            font_size=11.5,
                        )
                    )
                    break
        return drawn


def _degrees(value: float, x: float, y: float) -> SafeString:
    return tag("text", f"{value:g}°", x=x, y=y, class_="soft", font_size=10, direction="ltr")


def _said(place: Place) -> str:
    parts = [str(place.name), figures.number(place.size), str(place.note or "")]
    if place.missing:
        parts.append(_("no programme"))
    return ", ".join(part for part in parts if part)


def point_map(
    places: Sequence[Place],
    title: Text,
    *,
    breaks: Sequence[float],
    kind: str = "percent",
    low: Text = "",
    high: Text = "",
    missing: Text = "",
    description: Text = "",
    described_by: str = "",
    names: int = 16,
    height: float = 760,
) -> SafeString:
    """Places as circles (area by size) in five classes by value; where nothing is there, a diamond.

    `breaks`: four values that part the classes. A value that is unknown or hidden is an open dashed mark. The
    crowded middle is drawn again, larger, beside the map. The links stand in the main map, largest place first.
    """
    main = _Sheet(NATION, 312, 1, height - 2)
    inset = _Sheet(CENTRE, 1, 1, 360)
    largest = max((place.size for place in places), default=1) or 1

    def radius(size: float) -> float:
        return 2.5 + 13 * math.sqrt(max(size, 0) / largest)

    def near(size: float) -> float:
        return 4 + 20 * math.sqrt(max(size, 0) / largest)

    def level(place: Place) -> int:
        known = None if place.value is None or is_suppressed(place.value) else float(place.value)
        return scale_class(known, breaks)

    ordered = sorted((p for p in places if main.holds(p.lon, p.lat)), key=lambda p: -p.size)
    middle = [p for p in ordered if inset.holds(p.lon, p.lat)]
    west, south, east, north = CENTRE
    x1, y1 = main.place(west, north)
    x2, y2 = main.place(east, south)
    body: list[Any] = [
        *main.background(1, True),
        *main.marks(ordered, radius, level, True),
        tag("rect", x=x1, y=y1, width=x2 - x1, height=y2 - y1, class_="looking-glass"),
        tag("line", x1=inset.x + inset.width, y1=inset.y, x2=x1, y2=y1, class_="looking-glass"),
        tag(
            "line", x1=inset.x + inset.width, y1=inset.y + inset.height, x2=x1, y2=y2, class_="looking-glass"
        ),
        *main.names([p for p in ordered if not inset.holds(p.lon, p.lat)], radius, names),
        *inset.background(0.1, False),
        *inset.marks(middle, near, level, False),
        *inset.names(middle, near, names),
    ]
    linked = any(place.url for place in places)
    drawing = frame(
        main.x + main.width + 1, height, title, join(body), description=description, described_by=described_by,
        linked=linked,
    )  # fmt: skip
    more = [("diamond", missing or _("no programme"), "diamond")] if any(p.missing for p in places) else []
    if any(level(p) == 0 for p in places):
        more.append(("scale-0", _("not known"), "circle"))
    key = scale_legend(breaks, low or _("low"), high or _("high"), kind, more)
    if not linked:
        return join([key, drawing])
    after = f"after-map-{next(counter)}"
    skip = tag("a", _("Skip the map"), href=f"#{after}", class_="skip-map")
    return join([skip, key, drawing, tag("span", id=after, tabindex="-1")])
