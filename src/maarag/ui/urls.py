"""The address of the component gallery."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "ui"
urlpatterns = [path("", views.gallery, name="gallery")]
