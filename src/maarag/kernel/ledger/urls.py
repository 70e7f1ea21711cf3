"""Addresses of the ledger."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "ledger"
urlpatterns = [
    path("", views.index, name="index"),
    path("periods/", views.periods, name="periods"),
    path("entries/<int:pk>/", views.entry, name="entry"),
    path("pots/<str:code>/", views.pot_statement, name="statement"),
    path("pots/<str:code>/statement.xlsx", views.statement_workbook, name="workbook"),
]
