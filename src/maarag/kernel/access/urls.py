"""Addresses of access."""

from __future__ import annotations

from django.urls import path

from .views import accounts, invitations, roles

app_name = "access"
urlpatterns = [
    path("", roles.index, name="index"),
    path("roles/", roles.roles, name="roles"),
    path("accounts/new/", roles.open_new, name="open_account"),
    path("accounts/<int:pk>/", accounts.account, name="account"),
    path("accounts/<int:pk>/close/", accounts.close, name="close_account"),
    path("accounts/<int:pk>/reset/", accounts.ask_reset, name="ask_reset"),
    path("resets/<int:pk>/", accounts.decide_reset, name="decide_reset"),
    path("my-reset/", accounts.my_reset, name="my_reset"),
    path("grants/new/", roles.give, name="grant"),
    path("grants/<int:pk>/end/", roles.end, name="end"),
    path("invitations/", invitations.index, name="invitations"),
    path("invitations/new/", invitations.invite_new, name="invite"),
    path("invitations/<int:pk>/resend/", invitations.resend, name="resend_invitation"),
    path("invitations/<int:pk>/revoke/", invitations.revoke, name="revoke_invitation"),
    path("invitation/", invitations.accept, name="accept_invitation"),
    path("invitation/<str:token>/", invitations.follow, name="follow_invitation"),
]
