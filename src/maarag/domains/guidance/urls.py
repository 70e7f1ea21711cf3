"""Addresses of guidance and of programmes' targets."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "guidance"
urlpatterns = [
    path("", views.index, name="index"),
    path("export/", views.export, name="export"),
    path("new/", views.plan, name="plan"),
    path("targets/", views.targets, name="targets"),
    path("targets/new/", views.new_target, name="set_target"),
    path("targets/<int:pk>/end/", views.finish_target, name="end_target"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/held/", views.hold, name="hold"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
]
