"""Addresses of access."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "access"
urlpatterns = [
    path("", views.index, name="index"),
    path("roles/", views.roles, name="roles"),
    path("accounts/new/", views.open_new, name="open_account"),
    path("grants/new/", views.give, name="grant"),
    path("grants/<int:pk>/end/", views.end, name="end"),
]
