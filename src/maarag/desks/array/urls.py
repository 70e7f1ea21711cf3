"""Addresses of the array of programmes."""

from __future__ import annotations

from django.urls import path

from . import views
from .community import views as community

app_name = "array"
urlpatterns = [
    path("", views.index, name="index"),
    path("<str:code>/", views.place, name="place"),
    path("<str:code>/community/", community.page, name="community"),
    path("<str:code>/community/export/<str:form>/", community.export, name="community_export"),
    path("<str:code>/community/families/<slug:of>/", community.families, name="weighed"),
    path("<str:code>/export/<str:form>/", views.export, name="export"),
    path("<str:code>/families/<slug:of>/", views.families, name="families"),
]
