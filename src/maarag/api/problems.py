"""Problems of the API, always told in one form: `{"detail": …}`."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _

PREFIX = "/api/"
PAGES = ("/api/docs", "/api/tokens/")
"""Pages for people below the same address."""


def is_of_the_api(request: HttpRequest) -> bool:
    """Whether a program asks, and not a person for one of the pages beside the API."""
    return request.path.startswith(PREFIX) and not request.path.startswith(PAGES)


def problem(status: int, detail: Any, **headers: str) -> JsonResponse:
    """An answer that refuses; further headers with underscores for dashes."""
    response = JsonResponse({"detail": detail}, status=status, json_dumps_params={"ensure_ascii": False})
    for name, value in headers.items():
        response[name.replace("_", "-")] = value
    return response


def in_words(status: int) -> str:
    """What is told where nothing better is known than the status."""
    return {
        400: _("The request could not be understood: its address or its body is broken."),
        401: _("Sign in, or send a valid token."),
        403: _("Your account may not do this."),
        404: _("There is nothing at this address that you may see."),
        405: _("This address does not take this method."),
        413: _("What was sent is too large."),
        429: _("Too many requests; wait and ask again."),
    }.get(status) or (
        _("Something went wrong on our side; it was recorded.")
        if status >= 500
        else _("The request was refused.")
    )


def as_problem(response: HttpResponseBase) -> HttpResponseBase:
    """The same refusal in the API's form, where it was made as a page."""
    kind = response.get("Content-Type", "")
    if response.status_code < 400 or kind.startswith("application/json"):
        return response
    told = problem(response.status_code, in_words(response.status_code))
    for name in ("Allow", "Retry-After", "WWW-Authenticate"):
        if name in response.headers:
            told[name] = response.headers[name]
    told.cookies = response.cookies
    return told
