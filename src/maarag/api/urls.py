"""Addresses of this app."""

app_name = "api"
urlpatterns: list = []
