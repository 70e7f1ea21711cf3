"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "services"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.create, name="create"),
    path("overlaps/", views.overlaps, name="overlaps"),
    path("overlaps/<slug:first>/<slug:second>/", views.judge, name="judge"),
    path("<slug:code>/", views.detail, name="detail"),
    path("<slug:code>/edit/", views.edit, name="edit"),
]
