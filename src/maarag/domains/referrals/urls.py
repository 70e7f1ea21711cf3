from django.urls import path

from .views import figures, files, inbox, mine, steps

app_name = "referrals"
urlpatterns = [
    path("", mine.index, name="index"),
    path("export.xlsx", mine.export, name="export"),
    path("figures/", figures.index, name="figures"),
    path("figures.xlsx", figures.export, name="figures_export"),
    path("inbox/", inbox.index, name="inbox"),
    path("inbox/<uuid:pk>/", inbox.referral, name="inbox_referral"),
    path("inbox/<uuid:pk>/accept/", inbox.accept, name="inbox_accept"),
    path("inbox/<uuid:pk>/decline/", inbox.decline, name="inbox_decline"),
    path("inbox/<uuid:pk>/start/", inbox.start, name="inbox_start"),
    path("family/<uuid:pk>/", files.of_one_family, name="family"),
    path("family/<uuid:pk>/new/", files.choose, name="choose"),
    path("family/<uuid:pk>/new/<slug:service>/", files.send, name="send"),
    path("<uuid:pk>/", files.detail, name="detail"),
    path("<uuid:pk>/letter.pdf", files.letter, name="letter"),
    path("<uuid:pk>/accept/", steps.accept, name="accept"),
    path("<uuid:pk>/decline/", steps.decline, name="decline"),
    path("<uuid:pk>/start/", steps.start, name="start"),
    path("<uuid:pk>/help/", steps.hear, name="hear"),
    path("<uuid:pk>/close/", steps.close, name="close"),
    path("<uuid:pk>/withdraw/", steps.withdraw, name="withdraw"),
    path("<uuid:pk>/consent/", steps.withdraw_consent, name="withdraw_consent"),
    path("<uuid:pk>/limits/", steps.limits, name="limits"),
    path("<uuid:pk>/send-on/", steps.on, name="send_on"),
]
