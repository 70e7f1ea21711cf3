"""Addresses for those who watch the installation."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "health"
urlpatterns = [
    path("health/live", views.live, name="live"),
    path("health/ready", views.ready, name="ready"),
    path("metrics", views.figures, name="metrics"),
]
