"""The error pages and the component gallery."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.translation import gettext as _

from .context import frame


def _error(
    request: HttpRequest, code: int, title: str, what: str, advice: str, detail: str = ""
) -> HttpResponse:
    words = {"code": code, "title": title, "what": what, "advice": advice, "detail": detail}
    return render(request, "ui/error.html", {**words, "home": _("To the first page")}, status=code)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400. Bare, because the request itself may be what is broken."""
    return _bare(
        400,
        _("The request could not be understood"),
        _("Something in the address or in the form that was sent is not as it should be."),
        _("Go back, check what you entered, and send it again."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in or not, this account may not do this."""
    return _error(
        request,
        403,
        _("You are not allowed to see this"),
        _("Your account has no role that opens this page or this action."),
        _("If you need it for your work, ask whoever manages access in your authority."),
    )


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form without the token of this browser: mostly one that was opened before signing in anew."""
    return _error(
        request,
        403,
        _("The form is out of date"),
        _("It was opened before you last signed in or out, perhaps in another window. Nothing was sent."),
        _("Go back, load the page again and send the form once more."),
        _("If this happens again, see whether the browser accepts cookies from this site."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: also for what belongs to another authority."""
    return _error(
        request,
        404,
        _("There is no such page"),
        _("The address may be mistyped, or what it showed is no longer here or is not open to you."),
        _("Check the address, or start from the first page."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500. Touches neither the database nor the session."""
    return _bare(
        500,
        _("Something went wrong on our side"),
        _("The fault was recorded. What you entered may not have been saved."),
        _("Try again in a few minutes."),
    )


def _bare(code: int, title: str, what: str, advice: str) -> HttpResponse:
    """An error page that needs no request, no account and no database."""
    context: dict[str, Any] = {
        "code": code, "title": title, "what": what, "advice": advice,
        "home": _("To the first page"), "interface": frame(),
    }  # fmt: skip
    return HttpResponse(get_template("ui/error_bare.html").render(context), status=code)


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component, in the active language."""
    from .gallery import samples

    return render(request, "ui/gallery.html", samples(request))
