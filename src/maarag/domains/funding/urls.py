"""Addresses of budgets."""

from __future__ import annotations

from django.urls import path, re_path

from . import views

app_name = "funding"
urlpatterns = [
    path("", views.index, name="index"),
    path("budgets/new/", views.create, name="create"),
    path("budget/<slug:code>/", views.detail, name="budget"),
    re_path(r"^budget/(?P<code>[-\w]+)/budget\.(?P<form>xlsx|pdf)$", views.export, name="export"),
    path("budget/<slug:code>/edit/", views.edit, name="edit"),
    path("budget/<slug:code>/lines/new/", views.add_line, name="add_line"),
    path("budget/<slug:code>/lines/<slug:line>/", views.line, name="line"),
    path("budget/<slug:code>/funders/", views.funders, name="funders"),
    path("budget/<slug:code>/grant/", views.approve, name="approve"),
    path("budget/<slug:code>/close/", views.close, name="close"),
]
