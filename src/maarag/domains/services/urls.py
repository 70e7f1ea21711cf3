"""Addresses of this app."""

app_name = "services"
urlpatterns: list = []
