"""Invitations: sending, sending again, withdrawing; and accepting, for whoever holds a letter."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.core import ratelimit
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maarag.ui import figures
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Status, Table

from ..actions import accept_invitation, invite, resend_invitation, revoke_invitation
from ..forms import AcceptForm, InvitationForm
from ..letters import hash_of
from ..models import Account, Invitation
from ..permissions import Permission, Role
from ..scope import account_of, invitations_of, needs_permission
from ..sign_in import needs_recent_sign_in

PER_PAGE = 30
TOKEN = "maarag_invitation"


@require_safe
@needs_permission(Permission.MANAGE_ACCESS)
def index(request: HttpRequest) -> HttpResponse:
    """The invitations of my places: those that wait, or all."""
    rows = invitations_of(request.user)
    when = request.GET.get("when", "open")
    if when != "all":
        when, rows = "open", rows.filter(accepted_at=None, revoked_at=None)
    page = Paginator(rows.order_by("-sent_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    count = page.paginator.count
    table = Table(
        columns=[
            Column("email", _("E-mail"), heading=True),
            Column("role", _("Role")),
            Column("where", _("For")),
            Column("sent", _("Sent"), "date"),
            Column("until", _("Holds until"), "date"),
            Column("status", _("State"), "status"),
            Column("actions", _("Actions"), "actions"),
        ],
        rows=[_line(request, row) for row in page],
        caption=_("Invitations"),
        caption_hidden=True,
        empty=_("No invitation waits to be accepted."),
        region="results",
        foot=ngettext("%(count)s invitation", "%(count)s invitations", count)
        % {"count": figures.number(count)},
    )
    context = {
        "table": table,
        "page": page,
        "asked": {"when": when},
        "periods": [("open", _("Waiting")), ("all", _("All"))],
        "crumbs": [(_("Access"), reverse("access:index")), (_("Invitations"), "")],
    }
    return render(request, "access/invitations.html", context)


def _line(request: HttpRequest, row: Invitation) -> dict[str, Any]:
    waits = row.accepted_at is None and row.revoked_at is None
    actions = _buttons(request, row) if waits else ""
    return {
        "email": row.email,
        "role": row.get_role_display(),
        "where": name_in_language(row.place or row.organisation),
        "sent": row.sent_at,
        "until": row.expires_at,
        "status": _state(row),
        "actions": actions,
    }


def _buttons(request: HttpRequest, row: Invitation) -> str:
    from django.template.loader import render_to_string

    return render_to_string("access/invitation_buttons.html", {"row": row}, request)


def _state(row: Invitation) -> Status:
    if row.accepted_at:
        return Status(_("Accepted"), "ok")
    if row.revoked_at:
        return Status(_("Withdrawn"), "neutral")
    return Status(_("Waiting"), "info") if row.is_open else Status(_("Its time has passed"), "attention")


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_ACCESS)
@needs_recent_sign_in
def invite_new(request: HttpRequest) -> HttpResponse:
    """Invite somebody to a role."""
    if request.method == "POST":
        form = InvitationForm(request.POST, by=account_of(request))
        if form.is_valid() and _invited(request, form):
            messages.success(request, _("The invitation was sent."))
            return redirect("access:invitations")
    else:
        form = InvitationForm(by=account_of(request), initial={"language": get_language()})
    context = {
        "form": form,
        "heading": _("Invite"),
        "submit": _("Send the invitation"),
        "crumbs": [
            (_("Access"), reverse("access:index")),
            (_("Invitations"), reverse("access:invitations")),
            (_("Invite"), ""),
        ],
    }
    return render(request, "access/form.html", context, status=422 if form.errors else 200)


def _invited(request: HttpRequest, form: InvitationForm) -> bool:
    given = form.cleaned_data
    try:
        invite(
            by=account_of(request),
            email=given["email"],
            role=Role(given["role"]),
            place=given.get("place"),
            organisation=given.get("organisation"),
            language=given["language"],
        )
    except ValidationError as error:
        form.add_error(None, error.messages)
        return False
    except PermissionDenied:
        raise Http404 from None
    return True


@require_POST
@needs_permission(Permission.MANAGE_ACCESS)
@needs_recent_sign_in
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the letter again."""
    row = _mine(request, pk)
    try:
        resend_invitation(by=account_of(request), invitation=row)
        messages.success(
            request, _("The invitation was sent again; the link of the former letter has ended.")
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("access:invitations")


@require_POST
@needs_permission(Permission.MANAGE_ACCESS)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw an invitation."""
    row = _mine(request, pk)
    try:
        revoke_invitation(by=account_of(request), invitation=row)
        messages.success(request, _("The invitation was withdrawn; its link no longer works."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("access:invitations")


def _mine(request: HttpRequest, pk: int) -> Invitation:
    if pk > 2**63 - 1:
        raise Http404
    return get_object_or_404(invitations_of(request.user), pk=pk)


@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a letter: the token leaves the address bar at once."""
    request.session[TOKEN] = token[:100]
    return redirect("access:accept_invitation")


@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest) -> HttpResponse:
    """Accept the invitation of the letter that was followed: sign in, or choose a name and a password."""
    if refused := ratelimit.consume_or_429(request, action="invitation"):
        return refused
    token = request.session.get(TOKEN, "")
    row = Invitation.objects.filter(token_hash=hash_of(token)).select_related("place", "organisation").first()
    if row is None or not row.is_open:
        return render(request, "access/invitation_ended.html", status=404)
    existing = Account.objects.filter(email__iexact=row.email).first()
    form = None if existing else AcceptForm(request.POST if request.method == "POST" else None)
    ready = request.user == existing if existing else (form is not None and form.is_valid())
    if request.method == "POST" and ready:
        account = _accepted(request, row, existing, form)
        if account is not None:
            del request.session[TOKEN]
            messages.success(request, _("You now hold the role: %(role)s") % {"role": row.get_role_display()})
            if existing:
                return redirect("home:index")
            record_authentication(request, account, method="password", email=account.email)
            return perform_login(request, Login(user=account))
    context = {
        "form": form,
        "row": row,
        "where": name_in_language(row.place or row.organisation),
        "existing": existing,
        "mine": existing is not None and request.user == existing,
        "until": row.expires_at,
        "now": timezone.now(),
    }
    return render(
        request, "access/accept_invitation.html", context, status=422 if form and form.errors else 200
    )


def _accepted(
    request: HttpRequest, row: Invitation, existing: Account | None, form: AcceptForm | None
) -> Account | None:
    given = form.cleaned_data if form else {}
    try:
        return accept_invitation(
            by=existing, invitation=row, name=given.get("name", ""), password=given.get("password")
        )
    except ValidationError as error:
        if form is not None:
            form.add_error("password", error.messages)
        else:
            messages.error(request, " ".join(error.messages))
        return None
    except PermissionDenied:
        raise Http404 from None
