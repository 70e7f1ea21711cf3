"""Addresses of the picture."""

from __future__ import annotations

from django.urls import path, re_path

from . import views

app_name = "picture"
urlpatterns = [
    path("", views.index, name="index"),
    path("<str:code>/", views.place, name="place"),
    re_path(r"^(?P<code>[^/]+)/picture\.(?P<form>xlsx|pdf)$", views.export, name="export"),
    path("<str:code>/<slug:topic>/<slug:unit>/", views.row, name="row"),
]
