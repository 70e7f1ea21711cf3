"""The address of a file that was merged away leads to the file that goes on."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

from .actions import MergedAway


def way_on(request: HttpRequest, found: MergedAway) -> HttpResponseRedirect:
    """The same page of the other file; whatever was sent to the file that is gone is not sent on."""
    address = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
    return HttpResponseRedirect(address.replace(str(found.away), str(found.into)))


class FollowMerged:
    """Middleware: pages of a merged file are those of the file that goes on, which asks who may."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        return way_on(request, exception) if isinstance(exception, MergedAway) else None
