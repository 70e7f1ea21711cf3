"""Addresses of missions."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "missions"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.open_new, name="open"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/close/", views.close, name="close"),
]
