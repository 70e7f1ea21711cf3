"""What every page's template may use under the name `interface`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language_info

from . import figures, navigation


def frame(language: str | None = None) -> dict[str, Any]:
    """What the frame of a page needs and no database gives: language, direction, languages, version."""
    from maarag import __version__

    code = language or figures.language()
    return {
        "language": code,
        "direction": "rtl" if code in ("he", "ar") else "ltr",
        "languages": [(key, get_language_info(key)["name_local"]) for key, _name in settings.LANGUAGES],
        "version": __version__,
        "demonstration": getattr(settings, "DEMONSTRATION", False),
    }


def interface(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `interface.direction`, `.language`, `.languages`, `.navigation`, `.version`."""
    navigation_links = SimpleLazyObject(lambda: navigation.links(request))
    return {"interface": {**frame(), "navigation": navigation_links}}
