"""Addresses of programmes for families."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "programmes"
urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:code>/", views.detail, name="detail"),
    path("<slug:code>/quotas/<slug:budget>/", views.give, name="give"),
    path("<slug:code>/quotas/<slug:budget>/<str:authority>/", views.quota, name="quota"),
]
