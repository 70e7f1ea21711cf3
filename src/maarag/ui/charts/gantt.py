"""Strips in time: a portfolio of programmes or missions over a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from maarag.ui import figures

from .drawing import SHAPES, Text, flow, frame, join, link, shape, tag, wrapped


@dataclass(frozen=True)
class Strip:
    """One row: name, days from and to (None: open), a tone with its word, and a note (money, owner)."""

    label: Text
    starts: date | None
    ends: date | None
    tone: str = "neutral"
    word: Text = ""
    note: Text = ""
    url: str = ""


def _months(first: date, last: date) -> list[date]:
    months, month = [], first.replace(day=1)
    while month <= last:
        months.append(month)
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return months


def gantt(
    strips: Sequence[Strip],
    first: date,
    last: date,
    title: Text,
    *,
    today: date | None = None,
    description: Text = "",
    described_by: str = "",
    rtl: bool | None = None,
    width: float = 680,
    label_width: float = 230,
) -> SafeString:
    """Rows of strips between two days, months along the top; what goes on beyond is cut at the edge."""
    there = flow(width, rtl)
    row, top = 44, 30
    height = float(top + row * len(strips) + 4)
    days = (last - first).days + 1
    scale = (width - label_width) / days
    months = _months(first, last)
    every = 1 if len(months) <= 14 else 3
    body: list[Any] = []
    for index, month in enumerate(months):
        at = label_width + max((month - first).days, 0) * scale
        body.append(
            tag("line", x1=there.x(at), x2=there.x(at), y1=float(top - 4), y2=height, class_="gridline")
        )
        if index % every == 0:
            words = date_format(month, "b" if every == 1 else "m.y")
            body.append(there.text(at + 15 * scale * every, 18, words, "soft", "middle", 12))
    body.append(tag("line", x1=0.0, x2=float(width), y1=float(top), y2=float(top), class_="axis"))
    for index, strip in enumerate(strips):
        y = top + index * row
        begins = max(strip.starts or first, first)
        finishes = min(strip.ends or last, last)
        under = " · ".join(str(part) for part in (strip.word, strip.note) if part)
        parts = [
            shape(SHAPES[strip.tone], there.x(8), y + 17, 5, f"tone-{strip.tone}"),
            there.text(22, y + 21, wrapped(str(strip.label), int((label_width - 26) / 6.4), 1)[0]),
            there.text(22, y + 37, under, "soft", size=11.5),
        ]
        if begins <= finishes:
            along = label_width + (begins - first).days * scale
            length = ((finishes - begins).days + 1) * scale
            parts.append(there.rect(along, y + 16, max(length, 2), 14, f"bar tone-{strip.tone}"))
        said = _("%(label)s: %(first)s to %(last)s") % {
            "label": strip.label, "first": figures.day(strip.starts), "last": figures.day(strip.ends),
        }  # fmt: skip
        body.append(link(strip.url, ". ".join(filter(None, (said, under))), *parts))
        body.append(
            tag("line", x1=0.0, x2=float(width), y1=float(y + row), y2=float(y + row), class_="gridline")
        )
    if today and first <= today <= last:
        at = there.x(label_width + (today - first).days * scale)
        body.append(tag("line", x1=at, x2=at, y1=float(top), y2=height, class_="today"))
    return frame(
        width, height, title, join(body), description=description, described_by=described_by,
        linked=any(strip.url for strip in strips), rtl=there.rtl, scroll="scroll scroll--wide",
    )  # fmt: skip
