"""For those who watch the installation: whether it lives, whether it is ready, its figures."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from . import checks, metrics

LOOPBACK = ("127.0.0.1", "::1")
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


def watcher(request: HttpRequest) -> bool:
    """Whether the request comes from this machine and through no proxy, or carries the token."""
    token = getattr(settings, "METRICS_TOKEN", "")
    scheme, _space, given = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if token and scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), token.encode()):
        return True
    through_proxy = any(name in request.META for name in FORWARDED)
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not through_proxy


def for_watchers(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """To everybody else the page does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not watcher(request):
            raise Http404
        return view(request)

    return guarded


@require_safe
@never_cache
def live(_request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
@for_watchers
def ready(_request: HttpRequest) -> HttpResponse:
    """Every check with its figures; 503 where requests cannot be answered."""
    found = checks.every()
    state = checks.state_of(found)
    return JsonResponse(
        {"state": state, "checks": {check.name: _told(check) for check in found}},
        status=503 if state == "down" else 200,
    )


def _told(check: checks.Check) -> dict[str, object]:
    names = {"named": check.named} if check.named else {}
    return {"state": check.state, **check.figures, **names}


@require_safe
@never_cache
@for_watchers
def figures(_request: HttpRequest) -> HttpResponse:
    """For Prometheus."""
    return HttpResponse(metrics.text(), content_type="text/plain; version=0.0.4; charset=utf-8")
