"""Addresses of this app."""

app_name = "picture"
urlpatterns: list = []
