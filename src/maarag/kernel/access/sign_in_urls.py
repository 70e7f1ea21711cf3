"""Addresses of signing in; those of the library that would open a second way in are closed."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from allauth.usersessions.views import list_usersessions
from django.urls import include, path

from . import oidc
from .sign_in import gone

urlpatterns = [
    path("email/", gone, name="account_email"),
    path("confirm-email/<key>/", gone, name="account_confirm_email"),
    path("confirm-email/", gone, name="account_email_verification_sent"),
    path("login/code/confirm/", gone, name="account_confirm_login_code"),
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
    # seen by whoever is signed in, ended only by whoever proves anew who they are
    path("sessions/", reauthentication_required(list_usersessions, allow_get=True), name="usersessions_list"),
    path("oidc/<slug:provider_id>/login/", oidc.login, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", oidc.callback, name="openid_connect_callback"),
    path("3rdparty/signup/", gone, name="socialaccount_signup"),
    path("3rdparty/", gone, name="socialaccount_connections"),
]
