"""Each request gets a number, is counted and timed by the name of its view, and leaves one line in the log.

Neither the address nor anything the reader typed is kept: an address may name a family.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from time import perf_counter

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from .metrics import note

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Only what a reverse proxy makes up itself: 32 hexadecimal digits.
REQUEST_ID = re.compile(r"[0-9a-f]{32}")
log = logging.getLogger("maarag.requests")


@dataclass(frozen=True)
class Observed:
    """The request that is being answered."""

    id: str
    request: HttpRequest

    @property
    def view(self) -> str:
        """The name of the view, never the address: `picture:place`."""
        match = getattr(self.request, "resolver_match", None)
        if match is not None:
            return match.view_name or "unnamed"
        return "static" if self.request.path.startswith(settings.STATIC_URL) else "none"

    @property
    def account(self) -> int | None:
        """The number of the account, where it has been asked for already; asks nothing itself."""
        user = self.request.__dict__.get("_cached_user") or self.request.__dict__.get("api_account")
        return getattr(user, "pk", None)


_current: ContextVar[Observed | None] = ContextVar("maarag_request", default=None)


def current() -> Observed | None:
    """The request that this thread is answering."""
    return _current.get()


def observe(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """The outermost middleware."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        observed = Observed(given if REQUEST_ID.fullmatch(given) else secrets.token_hex(16), request)
        token = _current.set(observed)
        began = perf_counter()
        try:
            response = get_response(request)
            seconds = perf_counter() - began
            method = request.method if request.method in METHODS else "other"
            note(observed.view, str(method), response.status_code, seconds)
            log.info(
                "answered",
                extra={"method": method, "status": response.status_code, "ms": round(seconds * 1000, 1)},
            )
            response.headers["X-Request-ID"] = observed.id
            return response
        finally:
            _current.reset(token)

    return middleware
