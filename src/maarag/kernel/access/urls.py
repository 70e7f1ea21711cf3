"""Addresses of this app; its views arrive with their first page."""

app_name = "access"
urlpatterns: list = []
