"""Addresses of the API and of the pages beside it; its document is at /api/openapi.json."""

from __future__ import annotations

from django.urls import include, path

from . import views
from .document import api

urlpatterns = [
    path("docs", views.docs, name="api_docs"),
    path("tokens/", include("maarag.api.token_urls")),
    path("", api.urls),
]
