"""Addresses of the API; its document is at /api/docs and /api/openapi.json."""

from __future__ import annotations

from django.urls import path

from .document import api

urlpatterns = [path("", api.urls)]
