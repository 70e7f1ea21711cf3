"""What happens to a request of the API before and after its operation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.second_factor import may_open_for_staff

from .limits import seconds_to_wait
from .models import ApiToken, TokenAccess
from .problems import as_problem, in_words, is_of_the_api, problem
from .tokens import token_in_force

Handler = Callable[[HttpRequest], HttpResponseBase]
READING = ("GET", "HEAD", "OPTIONS")
_NOTED_EVERY = timedelta(minutes=1)


def tell_problems(get_response: Handler) -> Handler:
    """Answer programs in JSON, also where the refusal comes from outside the operations."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        return as_problem(response) if is_of_the_api(request) else response

    return middleware


def refuse_without_tls(get_response: Handler) -> Handler:
    """A program that asks without TLS is told so; sent on in silence, it would go on telling its token."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if settings.SECURE_SSL_REDIRECT and is_of_the_api(request) and not request.is_secure():
            return problem(
                403, _("The API answers over https alone. Revoke a token that was sent without it.")
            )
        return get_response(request)

    return middleware


def bearer_tokens(get_response: Handler) -> Handler:
    """Let `Authorization: Bearer` say whose request it is. It stands right after AuthenticationMiddleware.

    Such a request has no session and needs no CSRF token: no browser sends the header by itself.
    """
    sessions = import_module(settings.SESSION_ENGINE)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not is_of_the_api(request):
            return get_response(request)
        request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        request.session = sessions.SessionStore()
        token = token_in_force(text.strip())
        if token is None:
            # a valid token is never made to wait for the mistakes of others behind the same address
            if wait := seconds_to_wait("wrong_tokens", get_adapter(request).get_client_ip(request)):
                return problem(429, in_words(429), Retry_After=str(wait))
            return problem(
                401,
                _("The token is not valid: it is mistyped, ran out or was revoked. Issue another."),
                WWW_Authenticate='Bearer error="invalid_token"',
            )
        if wait := seconds_to_wait("token", token.prefix):
            return problem(429, in_words(429), Retry_After=str(wait))
        if token.access == TokenAccess.READ and request.method not in READING:
            return problem(403, _("This token is for reading only."))
        account = token.account
        if not may_open_for_staff(account, token.created_at):
            return problem(
                403, _("Your role needs a token that was issued with a second factor: issue another.")
            )
        _note_use(token)
        if token.permissions:
            account.limited_to = frozenset(map(Permission, token.permissions))
        request.user = account
        request.api_token = token  # type: ignore[attr-defined]
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def _note_use(token: ApiToken) -> None:
    """When the token was last used, to the minute: not a write for every reading."""
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - _NOTED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _NOTED_EVERY)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
