from django.urls import path

from . import exports, views
from .views import counts, readers, reading

app_name = "families"
urlpatterns = [
    path("", views.index, name="index"),
    path("find/", views.find, name="find"),
    path("open/", views.open_new, name="open"),
    path("reviews.ics", exports.reviews, name="reviews"),
    path("export.<str:form>", exports.export, name="export"),
    path("emergency/", views.emergency, name="emergency"),
    path("emergency/open/", views.open_foreign, name="open_foreign"),
    path("emergency/<uuid:pk>/", views.emergency_file, name="emergency_file"),
    path("emergency/<uuid:pk>/justify/", views.justify, name="justify"),
    path("emergency/<uuid:pk>/end/", views.end_own, name="end_own"),
    path("openings/", views.openings_list, name="openings"),
    path("openings/counts/", views.opening_counts, name="opening_counts"),
    path("openings/<uuid:pk>/", views.opening, name="opening"),
    path("openings/<uuid:pk>/end/", views.end_foreign, name="end_foreign"),
    path("shared/", views.shared, name="shared"),
    path("shared/<uuid:pk>/", views.shared_file, name="shared_file"),
    path("<uuid:pk>/share/", views.share, name="share"),
    path("<uuid:pk>/shares/<uuid:share>/withdraw/", views.withdraw, name="withdraw_share"),
    path("mine/", readers.mine, name="mine"),
    path("counts/", counts.index, name="counts"),
    path("counts.<str:form>", counts.export, name="counts_export"),
    path("reading/", reading.index, name="reading"),
    path("reading/<str:code>/<int:reader>/<str:on>/", reading.day, name="reading_day"),
    path("<uuid:pk>/readers/", readers.readers, name="readers"),
    path("<uuid:pk>/readers.pdf", readers.letter, name="readers_letter"),
    path("<uuid:pk>/readers/add/", readers.add_holder, name="add_holder"),
    path("<uuid:pk>/readers/<int:account>/drop/", readers.drop_holder, name="drop_holder"),
    path("<uuid:pk>/hold/", readers.hold, name="hold"),
    path("<uuid:pk>/release/", readers.release, name="release"),
    path("<uuid:pk>/erase/", readers.erase, name="erase"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/edit/", views.edit, name="edit"),
    path("<uuid:pk>/close/", views.close, name="close"),
    path("<uuid:pk>/reopen/", views.reopen, name="reopen"),
    path("<uuid:pk>/file.pdf", exports.file_pdf, name="pdf"),
]
