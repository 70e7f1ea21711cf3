"""What every chart is drawn with: elements, the frame, axes, wrapping, legends."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from maarag.ui import figures
from maarag.ui.library import counter
from maarag.values import Shown, Suppressed

Text = str
LETTER = 6.9  # the mean width of a letter at the charts' 13 px
SHAPES = {
    "ok": "circle",
    "attention": "diamond",
    "critical": "square",
    "neutral": "square",
    "info": "triangle",
    "unknown": "circle",
}


def plain(value: float) -> str:
    """A coordinate, short."""
    return f"{value:.1f}".rstrip("0").rstrip(".") or "0"


def tag(name: str, *children: Any, **attributes: Any) -> SafeString:
    """An SVG element; `_` in names becomes `-`, a trailing `_` is dropped; None leaves an attribute out."""
    parts = [
        format_html(
            ' {}="{}"',
            key.rstrip("_").replace("_", "-") if key != "viewBox" else key,
            plain(value) if isinstance(value, float) else value,
        )
        for key, value in attributes.items()
        if value is not None and value != ""
    ]
    return format_html(
        "<{}{}>{}</{}>", mark_safe(name), mark_safe("".join(parts)), join(children), mark_safe(name)
    )


def join(parts: Iterable[Any]) -> SafeString:
    """Escaped and put one after another."""
    return mark_safe("".join(format_html("{}", part) for part in parts if part))


def link(url: str, label: str, *children: Any, tabindex: str = "") -> SafeString:
    """Marks that lead somewhere, named for the pointer and for screen readers; without url only named."""
    named = tag("title", label)
    return tag("a", named, *children, href=url, tabindex=tabindex) if url else tag("g", named, *children)


def frame(
    width: float,
    height: float,
    title: Text,
    body: SafeString,
    *,
    description: Text = "",
    described_by: str = "",
    linked: bool = False,
    rtl: bool = False,
    css: str = "chart",
    scroll: str = "scroll",
) -> SafeString:
    """The <svg> with its name and description, in a box that scrolls on a phone (`scroll` empty: no box).

    With links inside it is a group, for an image hides its content from screen readers.
    """
    id = f"chart-{next(counter)}"
    named = tag("title", title, id=f"{id}-title") + (
        tag("desc", description, id=f"{id}-desc") if description else ""
    )
    by = " ".join(filter(None, (f"{id}-desc" if description else "", described_by)))
    drawing = tag(
        "svg",
        mark_safe(named),
        body,
        class_=css,
        viewBox=f"0 0 {plain(width)} {plain(height)}",
        role="group" if linked else "img",
        aria_labelledby=f"{id}-title",
        aria_describedby=by,
        direction="rtl" if rtl else "ltr",
        focusable="false",
    )
    if not scroll:
        return drawing
    reach = {} if linked else {"tabindex": "0", "role": "group", "aria_label": title}
    return tag("div", drawing, class_=scroll, **reach)


@dataclass(frozen=True)
class Flow:
    """Places along the line of reading: 0 is where reading starts, on the right in right-to-left pages."""

    width: float
    rtl: bool

    def x(self, along: float) -> float:
        return self.width - along if self.rtl else along

    def rect(
        self, along: float, top: float, length: float, height: float, css: str, rx: float = 2
    ) -> SafeString:
        x = self.width - along - length if self.rtl else along
        return tag(
            "rect", x=x, y=float(top), width=float(length), height=float(height), rx=float(rx), class_=css
        )

    def text(
        self,
        along: float,
        y: float,
        words: Any,
        css: str = "",
        anchor: str = "start",
        size: float | None = None,
    ) -> SafeString:
        """`anchor` start: the text runs on from here; end: it ends here."""
        return tag(
            "text", words, x=self.x(along), y=float(y), class_=css, font_size=size,
            text_anchor=None if anchor == "start" else anchor,
        )  # fmt: skip


def flow(width: float, rtl: bool | None) -> Flow:
    """The direction asked for, or that of the active language."""
    return Flow(width, figures.is_rtl() if rtl is None else rtl)


def ticks(largest: float, wanted: int = 5) -> list[float]:
    """Round numbers from 0 to at least `largest`."""
    if largest <= 0:
        return [0, 1]
    rough = largest / wanted
    size = 10 ** math.floor(math.log10(rough))
    step = next(factor * size for factor in (1, 2, 2.5, 5, 10) if factor * size >= rough)
    return [step * i for i in range(math.ceil(largest / step - 1e-9) + 1)]


def wrapped(words: str, letters: int, lines: int = 2) -> list[str]:
    """Text in at most `lines` lines of about `letters` letters; the rest is cut with an ellipsis."""
    out: list[str] = []
    for word in words.split():
        if out and len(out[-1]) + 1 + len(word) <= letters:
            out[-1] += f" {word}"
        else:
            out.append(word)
    if len(out) > lines:
        out = [*out[: lines - 1], " ".join(out[lines - 1 :])]
    return [line if len(line) <= letters + 2 else f"{line[: letters - 1].rstrip()}…" for line in out]


def width_of(words: str, size: float = 13) -> float:
    """About how wide a text is, in px."""
    return len(words) * LETTER * size / 13


def shape(kind: str, x: float, y: float, radius: float, css: str) -> SafeString:
    """A mark: circle, diamond, square or triangle, of about the same area."""
    if kind == "circle":
        return tag("circle", cx=float(x), cy=float(y), r=float(radius), class_=css)
    corners = {
        "diamond": [(0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)],
        "square": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        "triangle": [(0, -1.2), (1.15, 0.9), (-1.15, 0.9)],
    }[kind]
    points = " ".join(f"{plain(x + dx * radius)},{plain(y + dy * radius)}" for dx, dy in corners)
    return tag("polygon", points=points, class_=css)


def legend(items: Sequence[tuple[str, Text, str]]) -> SafeString:
    """What the marks mean: (class, words, shape) for each."""
    entries = [
        tag(
            "span",
            tag(
                "svg", shape(kind, 7, 7, 5, css), class_="legend__mark chart-mark", viewBox="0 0 14 14",
                aria_hidden="true", focusable="false",
            ),
            words,
            class_="legend__item",
        )
        for css, words, kind in items
    ]  # fmt: skip
    return tag("div", *entries, class_="legend")


def known(value: Shown) -> float | None:
    """The value as a number; None where it is unknown or hidden."""
    return None if value is None or isinstance(value, Suppressed) else float(value)


def scale_class(value: float | None, breaks: Sequence[float]) -> int:
    """1 (lowest) to 5 (highest) by the four breaks; 0 where there is no value."""
    if value is None or value != value:
        return 0
    return 1 + sum(value >= edge for edge in breaks)
