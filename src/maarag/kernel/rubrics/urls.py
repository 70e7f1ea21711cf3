"""Addresses of rubrics."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "rubrics"
urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:code>/", views.detail, name="detail"),
    path("<slug:code>/<int:version>/", views.detail, name="version"),
]
