"""The lucide icons that the interface uses, as inline SVG. One file each in `icons/`; see ASSETS.md."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

FOLDER = Path(__file__).parent / "icons"
# These point along the line of reading, so they turn round in right-to-left pages.
DIRECTIONAL = frozenset({"chevron-left", "chevron-right", "log-in", "log-out", "external-link", "list"})


@cache
def _paths(name: str) -> SafeString:
    """The drawing inside one icon's <svg>; raises LookupError for a name that is not kept."""
    try:
        drawing = (FOLDER / f"{name}.svg").read_text(encoding="utf-8").strip()
    except OSError as error:
        raise LookupError(f"there is no icon {name!r} in ui/icons") from error
    return mark_safe(drawing)


def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """An icon; with a `label` it is an image with that name, without one it is decoration."""
    if not label:
        return _drawn(name, css, mark_safe('aria-hidden="true"'))
    return _drawn(name, css, format_html('role="img" aria-label="{}"', label))


@lru_cache(maxsize=1000)
def _drawn(name: str, css: str, access: SafeString) -> SafeString:
    classes = " ".join(filter(None, ("icon", "icon--flip" if name in DIRECTIONAL else "", css)))
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" focusable="false" {}>{}</svg>', classes, access, _paths(name)
    )


@cache
def names() -> tuple[str, ...]:
    """Every icon kept, for the gallery."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.svg")))
