"""How people sign in: no account without an invitation, and a fresh proof before what is grave."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Callable
from functools import wraps
from time import time
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from .letters import deliver, site_address
from .models import Account
from .second_factor import has_second_factor
from .sessions import BEGAN, begin

logger = logging.getLogger("maarag.sign_in")


class InvitedAccountsOnly(DefaultAccountAdapter):
    """Nobody opens an account for themselves: accounts are given by whoever manages access."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail or the password is not right."),
        "too_many_login_attempts": _(
            "Too many attempts that failed. Try again in five minutes and, if that is refused too,"
            " in an hour. Whoever forgot the password can choose a new one."
        ),
        "incorrect_code": _("This code is not right, or it was used already."),
        "incorrect_password": _("This password is not right."),
        "rate_limited": _("Too many attempts. Wait a while, then try again."),
        "enter_current_password": _("Enter your present password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        begin(request)
        methods = [record["method"] for record in get_authentication_records(request, user)]
        logger.info("signed in: account %s by %s", user.pk, "+".join(methods))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        logger.warning("sign-in refused: from %s", self.get_client_ip(request))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By account alone: the name of the site that a browser sends is not to be counted by."""
        return unicodedata.normalize("NFKC", credentials.get("email") or "").strip().casefold()

    def get_client_ip(self, request: HttpRequest) -> str:
        """The proxy's word; where it has none, whoever is connected: nobody asks uncounted."""
        try:
            return super().get_client_ip(request)
        except PermissionDenied:
            return request.META.get("REMOTE_ADDR") or "unknown"

    def get_reset_password_from_key_url(self, key: str) -> str:
        """At the site's own address, never at the one that a browser claims."""
        parts = urlsplit(super().get_reset_password_from_key_url(key))
        return site_address() + parts.path

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Beside the answer, so that its time does not tell whether there was an account to write to."""
        deliver(
            self.render_mail(template_prefix, email, {"request": self.request, "email": email, **context})
        )

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return super().get_login_redirect_url(request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Whoever has a second factor proves it again by the factor; the password alone is not enough."""
        methods = super().get_reauthentication_methods(user)
        if isinstance(user, Account) and has_second_factor(user):
            methods = [method for method in methods if method["id"] != "reauthenticate"]
            methods.sort(key=lambda method: method["id"] != "mfa_reauthenticate")
        return methods

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        return not signed_in_recently(self.request)


def signed_in_recently(request: HttpRequest) -> bool:
    """Whether the person proved who they are within RECENT_SIGN_IN_SECONDS: by signing in, or again since."""
    account = request.user
    if not isinstance(account, Account):
        return False
    since = time() - settings.RECENT_SIGN_IN_SECONDS
    if request.session.get(BEGAN, 0) >= since:
        return True
    proofs = [proof for proof in get_authentication_records(request, account) if proof.get("reauthenticated")]
    if has_second_factor(account):
        proofs = [proof for proof in proofs if proof["method"] == "mfa"]
    return any(proof["at"] >= since for proof in proofs)


def needs_recent_sign_in(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Guard a view: whoever signed in longer ago proves who they are again, then comes back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not signed_in_recently(request):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return guarded


def gone(request: HttpRequest, **_kwargs: Any) -> HttpResponse:
    """Pages of the sign-in library that this house does not have: more addresses, codes by e-mail."""
    raise Http404
