"""Addresses of this app; its views arrive with their first page."""

app_name = "audit"
urlpatterns: list = []
