"""Addresses of programmes for families."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "programmes"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.create, name="create"),
    path("methods/", views.method_list, name="method_list"),
    path("methods/new/", views.create_method, name="create_method"),
    path("methods/<slug:method>/", views.method, name="method"),
    path("methods/<slug:method>/edit/", views.edit_method, name="edit_method"),
    path("toolbox/", views.toolboxes, name="toolboxes"),
    path("toolbox/<str:authority>/", views.toolbox, name="toolbox"),
    path("toolbox/<str:authority>/switch/", views.switch, name="switch"),
    path("toolbox/<str:authority>/back/", views.back, name="back"),
    path("<slug:code>/", views.detail, name="detail"),
    path("<slug:code>/edit/", views.edit, name="edit"),
    path("<slug:code>/methods/", views.methods, name="methods"),
    path("<slug:code>/rules/new/", views.add_rule, name="add_rule"),
    path("<slug:code>/rules/<int:pk>/", views.rule, name="rule"),
    path("<slug:code>/rules/<int:pk>/remove/", views.remove_rule, name="remove_rule"),
    path("<slug:code>/workers/<str:authority>/", views.workers, name="workers"),
    path("<slug:code>/workers/<str:authority>/end/", views.end, name="end"),
    path("<slug:code>/quotas/<slug:budget>/", views.give, name="give"),
    path("<slug:code>/quotas/<slug:budget>/<str:authority>/", views.quota, name="quota"),
]
