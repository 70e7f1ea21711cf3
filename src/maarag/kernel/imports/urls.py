"""Addresses of this app."""

from django.urls import path, re_path

from . import views

app_name = "imports"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/<slug:kind>/", views.upload, name="upload"),
    re_path(r"^example/(?P<kind>[-\w]+)\.(?P<form>csv|xlsx)$", views.template, name="template"),
    path("<int:pk>/", views.preview, name="preview"),
    path("<int:pk>/read/", views.read_again, name="read_again"),
    path("<int:pk>/apply/", views.apply, name="apply"),
    re_path(r"^(?P<pk>\d+)/problems\.(?P<form>csv|xlsx)$", views.problems, name="problems"),
]
