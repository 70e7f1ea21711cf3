"""Addresses of this app."""

app_name = "missions"
urlpatterns: list = []
