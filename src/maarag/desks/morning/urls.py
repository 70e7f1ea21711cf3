from django.urls import path

from . import views

app_name = "morning"
urlpatterns = [
    path("", views.index, name="index"),
    path("letter/", views.letter, name="letter"),
]
