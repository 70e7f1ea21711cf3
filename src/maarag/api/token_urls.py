"""Addresses of the tokens of one's own account."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "tokens"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.issue, name="issue"),
    path("<int:pk>/revoke/", views.revoke, name="revoke"),
]
