"""An account as whoever manages access sees it: its roles, closing it, and a lost second factor."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from maarag.ui import figures

from ..actions import (
    ask_factor_reset,
    cancel_factor_reset,
    close_account,
    confirm_factor_reset,
    reopen_account,
)
from ..forms import ReasonForm
from ..models import Account, FactorReset
from ..permissions import Permission
from ..scope import account_of, managed_by, manages_all_of, needs_permission
from ..second_factor import has_second_factor
from ..sign_in import needs_recent_sign_in


def _managed(request: HttpRequest, pk: int) -> Account:
    """An account with a role that the viewer manages; any other does not exist for them."""
    if pk > 2**63 - 1:
        raise Http404
    return get_object_or_404(Account, pk__in=managed_by(request.user).filter(account=pk).values("account"))


def _waiting(account: Account) -> FactorReset | None:
    waiting = account.factor_resets.filter(
        confirmed_at=None, cancelled_at=None, expires_at__gt=timezone.now()
    )
    return waiting.select_related("asked_by").first()


@require_safe
@needs_permission(Permission.MANAGE_ACCESS)
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """The roles that I manage, the state of the account, and what I may do with it."""
    row = _managed(request, pk)
    whole = manages_all_of(request.user, row) and row != request.user
    factor = has_second_factor(row)
    context = {
        "row": row,
        "whole": whole,
        "own": row == request.user,
        "factor": factor,
        "reset": _waiting(row) if whole else None,
        "grants": managed_by(request.user).filter(account=row).order_by("-starts"),
        "crumbs": [(_("Access"), reverse("access:index")), (row.name, "")],
        "facts": [
            (_("E-mail"), row.email),
            (_("State"), pgettext("account", "Open") if row.is_active else pgettext("account", "Closed")),
            (_("Second factor"), _("Set up") if factor else _("Not set up")),
            (_("Last signed in"), figures.day(row.last_login) if row.last_login else _("never")),
        ],
    }
    return render(request, "access/account.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_ACCESS)
@needs_recent_sign_in
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an account, or open it again."""
    row = _managed(request, pk)
    if not manages_all_of(request.user, row) or row == request.user:
        raise PermissionDenied
    if request.method == "POST":
        if row.is_active:
            close_account(by=account_of(request), account=row)
            messages.success(request, _("The account was closed and its sessions have ended."))
        else:
            reopen_account(by=account_of(request), account=row)
            messages.success(request, _("The account was opened again."))
        return redirect("access:account", pk=row.pk)
    heading = _("Close the account") if row.is_active else _("Open the account again")
    return _ask(
        request,
        row,
        heading,
        text=_("Its sessions end at once and nobody can sign in with it. Its roles and the audit stay.")
        if row.is_active
        else _("Its owner can sign in again, with the roles that are still in force."),
        submit=heading,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_ACCESS)
@needs_recent_sign_in
def ask_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that the second factor of an account be taken away; somebody else has to confirm."""
    row = _managed(request, pk)
    if not manages_all_of(request.user, row) or row == request.user:
        raise PermissionDenied
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_factor_reset(by=account_of(request), account=row, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(
                request, _("Asked. Somebody else who manages access must confirm within 24 hours.")
            )
            return redirect("access:account", pk=row.pk)
    return _ask(
        request,
        row,
        _("Ask for a reset of the second factor"),
        text=_("It is taken away only when a second person who manages access confirms. The password stays."),
        submit=_("Ask for the reset"),
        form=form,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_ACCESS)
@needs_recent_sign_in
def decide_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a reset that somebody else asked for, or stop it."""
    if pk > 2**63 - 1:
        raise Http404
    reset = get_object_or_404(FactorReset.objects.select_related("account", "asked_by"), pk=pk)
    row = _managed(request, reset.account_id)
    me = account_of(request)
    if not manages_all_of(me, row) or row == me:
        raise PermissionDenied
    if request.method == "POST":
        try:
            if request.POST.get("what") == "cancel":
                cancel_factor_reset(by=me, reset=reset)
                messages.success(request, _("The reset was stopped."))
            else:
                confirm_factor_reset(by=me, reset=reset)
                messages.success(
                    request, _("The second factor was taken away; its owner was told by e-mail.")
                )
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect("access:account", pk=row.pk)
    own = reset.asked_by_id == me.pk
    return _ask(
        request,
        row,
        _("Confirm the reset of a second factor"),
        text=_("You asked for it yourself; somebody else has to confirm.")
        if own
        else _("Confirm only if you yourself know that this person asks for it."),
        submit="" if own else _("Take away the second factor"),
        facts=[
            (_("Account"), row.name),
            (_("Asked by"), reset.asked_by.name),
            (_("How it is known that the person asks"), reset.reason),
            (_("Holds until"), figures.moment(reset.expires_at)),
        ],
        cancel=_("Stop the reset"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def my_reset(request: HttpRequest) -> HttpResponse:
    """What waits for my own account; I can stop it."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    me = account_of(request)
    reset = _waiting(me)
    if request.method == "POST" and reset is not None:
        cancel_factor_reset(by=me, reset=reset)
        messages.success(request, _("The reset was stopped."))
        return redirect("mfa_index")
    return render(request, "access/my_reset.html", {"reset": reset})


def _ask(
    request: HttpRequest,
    row: Account,
    heading: str,
    *,
    text: str,
    submit: str,
    form: Any = None,
    facts: list[tuple[str, Any]] | None = None,
    cancel: str = "",
) -> HttpResponse:
    context = {
        "row": row,
        "heading": heading,
        "text": text,
        "submit": submit,
        "form": form,
        "facts": facts or [(_("Account"), row.name), (_("E-mail"), row.email)],
        "cancel": cancel,
        "crumbs": [
            (_("Access"), reverse("access:index")),
            (row.name, reverse("access:account", args=[row.pk])),
            (heading, ""),
        ],
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "access/ask.html", context, status=status)
