"""Addresses of sources."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "sources"
urlpatterns = [path("", views.index, name="index")]
