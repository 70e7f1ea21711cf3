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
from maarag.values import Shown

from .choropleth import scale_legend
from .drawing import Text, frame, join, known, link, scale_class, shape, tag, width_of

Box = tuple[float, float, float, float]
NATION: Box = (34.1, 29.35, 35.95, 33.4)  # west, south, east, north
CROWDED: tuple[Box, ...] = ((35.0, 32.58, 35.45, 33.07), (34.68, 31.86, 35.02, 32.22))  # drawn again, larger


@dataclass(frozen=True)
class Place:
    """A place: name, degrees, people (its size), a value for its colour, whether no programme is there."""

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
        reached: bool,
    ) -> list[SafeString]:
        drawn = []
        for place in places:
            x, y = self.place(place.lon, place.lat)
            css = f"dot scale-{level(place)}"
            mark = shape("diamond" if place.missing else "circle", x, y, radius(place.size), css)
            drawn.append(link(place.url, _said(place), mark, tabindex="" if reached else "-1"))
        return drawn

    def names(self, places: Sequence[Place], radius: Callable[[float], float], most: int) -> list[SafeString]:
        """Names of the largest places that collide neither with one another nor with the larger circles."""
        drawn: list[SafeString] = []
        taken: list[Box] = []
        circles: dict[int, Box] = {}
        for place in places:
            if (r := radius(place.size)) > 5:
                x, y = self.place(place.lon, place.lat)
                circles[id(place)] = (x - r, y - r, x + r, y + r)
        for place in sorted(places, key=lambda p: -p.size):
            if len(drawn) == most:
                break
            x, y = self.place(place.lon, place.lat)
            avoided = taken + [box for key, box in circles.items() if key != id(place)]
            reach, wide = radius(place.size) + 4, width_of(str(place.name), 11.5)
            beside, over = y - 7, x - wide / 2
            corners = (
                (x - reach - wide, beside),
                (x + reach, beside),
                (over, y - reach - 13),
                (over, y + reach),
            )
            for at, top in corners:
                box = (at, top, at + wide, top + 14)
                inside = self.x < box[0] and box[2] < self.x + self.width and self.y < box[1]
                if inside and not any(_overlap(box, other) for other in avoided):
                    taken.append(box)
                    drawn.append(
                        tag(
                            "text",
                            place.name,
                            x=at + wide / 2,
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
    high_is_worse: bool = False,
    low: Text = "",
    high: Text = "",
    missing: Text = "",
    description: Text = "",
    described_by: str = "",
    names: int = 16,
    height: float = 760,
) -> SafeString:
    """Places as circles (area by size) in five classes by value; where nothing is there, a diamond.

    `breaks`: four values that part the classes; the colours turn about where `high_is_worse`. A value that is
    unknown or hidden is an open dashed mark. The crowded parts are drawn again, larger, beside the map. The
    keyboard reaches each place once, in the main map, largest first.
    """
    main = _Sheet(NATION, 312, 1, height - 2)
    insets = [_Sheet(box, 1, 1 + i * height / 2, height / 2 - 8) for i, box in enumerate(CROWDED)]
    largest = max((place.size for place in places), default=1) or 1

    def radius(size: float) -> float:
        return 2.5 + 13 * math.sqrt(max(size, 0) / largest)

    def near(size: float) -> float:
        return 4 + 20 * math.sqrt(max(size, 0) / largest)

    def level(place: Place) -> int:
        found = scale_class(known(place.value), breaks)
        return 6 - found if found and high_is_worse else found

    ordered = sorted((p for p in places if main.holds(p.lon, p.lat)), key=lambda p: -p.size)
    elsewhere = [p for p in ordered if not any(sheet.holds(p.lon, p.lat) for sheet in insets)]
    body: list[Any] = [*main.background(1, True), *main.marks(ordered, radius, level, True)]
    for sheet in insets:
        inside = [p for p in ordered if sheet.holds(p.lon, p.lat)]
        if not inside:
            continue
        west, south, east, north = sheet.box
        (x1, y1), (x2, y2) = main.place(west, north), main.place(east, south)
        edge = sheet.x + sheet.width
        body += [
            tag("rect", x=x1, y=y1, width=x2 - x1, height=y2 - y1, class_="looking-glass"),
            tag("line", x1=edge, y1=sheet.y, x2=x1, y2=y1, class_="looking-glass"),
            tag("line", x1=edge, y1=sheet.y + sheet.height, x2=x1, y2=y2, class_="looking-glass"),
            *sheet.background(0.1, False),
            *sheet.marks(inside, near, level, False),
            *sheet.names(inside, near, names),
        ]
    body += main.names(elsewhere, radius, names)
    linked = any(place.url for place in places)
    drawing = frame(
        main.x + main.width + 1, height, title, join(body),
        description=description, described_by=described_by,
        linked=linked,
    )  # fmt: skip
    more = [("diamond", missing or _("no programme"), "diamond")] if any(p.missing for p in places) else []
    if any(level(p) == 0 for p in places):
        more.append(("scale-0", _("Not known"), "circle"))
    key = scale_legend(breaks, low or _("low"), high or _("high"), kind, more, high_is_worse)
    if not linked:
        return join([key, drawing])
    after = f"after-map-{next(counter)}"
    skip = tag("a", _("Skip the map"), href=f"#{after}", class_="skip-map")
    return join([skip, key, drawing, tag("span", id=after, tabindex="-1")])
