"""Requests that no page can make sense of."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase

# The standard's own addresses refuse it themselves, in the standard's form.
OWN_WORDS = ("/hsds/",)


def refuse_nul(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer 400 to an address with a NUL character: PostgreSQL cannot hold it, and nobody types it."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        asked = (request.path, *(value for _name, values in request.GET.lists() for value in values))
        if any("\x00" in text for text in asked) and not request.path.startswith(OWN_WORDS):
            raise BadRequest
        return get_response(request)

    return middleware
