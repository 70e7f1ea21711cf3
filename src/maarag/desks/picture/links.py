"""Addresses within the picture, with the view's filters kept."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from maarag.kernel.places.models import Place

from .assemble import Picture, Row


def place_url(place: Place, view: Picture) -> str:
    """The picture of another place with the filters kept."""
    return reverse("picture:place", args=[place.code]) + query(view)


def query(view: Picture, **changes: str) -> str:
    """The view's filters as a query string."""
    asked = {
        "topic": view.filters.topic.code if view.filters.topic else "",
        "population": view.filters.population_code,
        "sector": view.filters.sector,
        "as_of": "" if view.as_of == timezone.localdate() else view.as_of.isoformat(),
        **changes,
    }
    text = urlencode({name: value for name, value in asked.items() if value})
    return f"?{text}" if text else ""


def row_url(row: Row, view: Picture) -> str:
    """The page behind one row: its sources and how it was computed."""
    return reverse("picture:row", args=[row.place.code, row.topic.code, row.unit]) + query(view, topic="")
