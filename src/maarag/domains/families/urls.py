from django.urls import path

from . import exports, views

app_name = "families"
urlpatterns = [
    path("", views.index, name="index"),
    path("find/", views.find, name="find"),
    path("open/", views.open_new, name="open"),
    path("reviews.ics", exports.reviews, name="reviews"),
    path("export.<str:form>", exports.export, name="export"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/edit/", views.edit, name="edit"),
    path("<uuid:pk>/close/", views.close, name="close"),
    path("<uuid:pk>/reopen/", views.reopen, name="reopen"),
    path("<uuid:pk>/file.pdf", exports.file_pdf, name="pdf"),
]
