from django.urls import path

from . import views

app_name = "retention"
urlpatterns = [
    path("", views.index, name="index"),
    path("preview/", views.make, name="make"),
    path("<uuid:pk>/", views.preview, name="preview"),
    path("<uuid:pk>/approve/", views.approve_preview, name="approve"),
    path("<uuid:pk>/withdraw/", views.withdraw_preview, name="withdraw"),
]
