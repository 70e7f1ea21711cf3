"""Requests that no page can make sense of."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase


def refuse_nul(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer 400 to an address with a NUL character: PostgreSQL cannot hold it, and nobody types it."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if "\x00" in request.path or any(
            "\x00" in value for values in request.GET.lists() for value in values[1]
        ):
            raise BadRequest
        return get_response(request)

    return middleware
