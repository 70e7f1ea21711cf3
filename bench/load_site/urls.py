"""Every address of the site, and the yardstick: ten rows of a table in the frame of every page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from maarag.config.urls import handler400, handler403, handler404, handler500
from maarag.config.urls import urlpatterns as site
from maarag.kernel.places.models import Place

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def ten_rows(request: HttpRequest) -> HttpResponse:
    """Ten places with three columns, straight from the database."""
    rows = Place.objects.filter(kind="authority").defer("outline").order_by("code")[:10]
    return render(request, "load_site/ten_rows.html", {"rows": rows})


urlpatterns = [path("ten-rows/", ten_rows), *site]
