"""Addresses of the array of programmes."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "array"
urlpatterns = [
    path("", views.index, name="index"),
    path("<str:code>/", views.place, name="place"),
    path("<str:code>/export/<str:form>/", views.export, name="export"),
    path("<str:code>/families/<slug:of>/", views.families, name="families"),
]
