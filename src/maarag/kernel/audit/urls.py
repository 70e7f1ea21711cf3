"""Addresses of the audit."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "audit"
urlpatterns = [
    path("", views.index, name="index"),
    path("outside/", views.outside, name="outside"),
    path("<int:pk>/", views.event, name="event"),
]
