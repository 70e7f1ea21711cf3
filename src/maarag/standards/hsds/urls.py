"""Addresses of this app."""

app_name = "hsds"
urlpatterns: list = []
