"""The pages of access: who holds which role where; for whoever manages access there."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from maarag.kernel.places.models import Place
from maarag.ui import figures
from maarag.ui.choices import asked_text
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Status, Table

from ..actions import end_grant, grant, open_account
from ..forms import AccountForm, GrantForm
from ..models import Account, Grant
from ..permissions import ROLE_PERMISSIONS, Permission, Role
from ..queries import in_force
from ..scope import account_of, managed_by, needs_permission, permits
from ..sign_in import needs_recent_sign_in
from ..words import PERMISSIONS

PER_PAGE = 30
ORDERS = {"account": "account__name", "role": "role", "starts": "starts", "ends": "ends"}


@require_safe
@needs_permission(Permission.MANAGE_ACCESS)
def index(request: HttpRequest) -> HttpResponse:
    """The grants of my places: those in force, or all that ever were."""
    asked = request.GET
    grants = managed_by(request.user)
    when = asked.get("when", "now")
    today = timezone.localdate()
    if when == "past":
        grants = grants.filter(ends__lt=today)
    elif when != "all":
        when, grants = "now", grants.filter(Q(ends=None) | Q(ends__gte=today))
    if query := asked_text(asked, "q"):
        grants = grants.filter(Q(account__name__icontains=query) | Q(account__email__icontains=query))
    role = asked.get("role", "")
    if role in Role.values:
        grants = grants.filter(role=role)
    sort = asked.get("sort", "account")
    if sort.lstrip("-") not in ORDERS:
        sort = "account"
    order = ("-" if sort.startswith("-") else "") + ORDERS[sort.lstrip("-")]
    page = Paginator(grants.order_by(order, "account__name", "pk"), PER_PAGE).get_page(asked.get("page"))
    count = page.paginator.count
    table = Table(
        columns=[
            Column("account", _("Account"), heading=True, sortable=True, link="url"),
            Column("email", _("E-mail")),
            Column("role", _("Role"), sortable=True),
            Column("where", _("For")),
            Column("starts", _("From"), "date", sortable=True),
            Column("ends", _("Until"), "date", sortable=True),
            Column("status", _("State"), "status"),
            Column("actions", _("Actions"), "actions"),
        ],
        rows=[_line(row, today) for row in page],
        caption=_("Roles"),
        caption_hidden=True,
        empty=_("No role matches. Open an account and give it a role for one of your places."),
        sort=sort,
        region="results",
        foot=ngettext("%(count)s role", "%(count)s roles", count) % {"count": figures.number(count)},
    )
    context = {
        "table": table,
        "page": page,
        "asked": {"q": query, "role": role, "when": when},
        "roles": [("", _("Every role")), *Role.choices],
        "periods": [("now", _("In force or to come")), ("past", _("Ended")), ("all", _("All"))],
    }
    return render(request, "access/index.html", context)


def _line(row: Grant, today: date) -> dict[str, Any]:
    ended = row.ends is not None and row.ends < today
    actions = (
        ""
        if ended
        else format_html(
            '<a class="button button--small" href="{}">{}<span class="for-readers"> {}</span></a>',
            reverse("access:end", args=[row.pk]),
            _("End"),
            row,
        )
    )
    return {
        "account": row.account.name,
        "url": reverse("access:account", args=[row.account_id]),
        "email": row.account.email,
        "role": row.get_role_display(),
        "where": name_in_language(row.place or row.organisation),
        "starts": row.starts,
        "ends": row.ends,
        "status": _state(row, today),
        "actions": actions,
    }


def _state(row: Grant, today: date) -> Status:
    if row.ends is not None and row.ends < today:
        return Status(_("Ended"), "neutral")
    if row.starts > today:
        return Status(_("To come"), "info")
    return Status(_("In force"), "ok")


@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """What each role may do: open to everyone who signs in."""
    if not request.user.is_authenticated:
        return redirect(f"{reverse('account_login')}?next={request.path}")
    yes, no = Status(_("yes"), "ok"), Status(_("no"), "unknown")
    rows = [
        {
            "permission": str(words),
            **{role.value: yes if permission in held else no for role, held in ROLE_PERMISSIONS.items()},
        }
        for permission, words in PERMISSIONS.items()
    ]
    acting = [role for role in Role if ROLE_PERMISSIONS[role]]
    table = Table(
        columns=[
            Column("permission", _("What it opens"), heading=True),
            *(Column(role.value, role.label, "status") for role in acting),
        ],
        rows=rows,
        caption=_("What each role may do"),
        caption_hidden=True,
        dense=True,
        foot=_("Volunteers and residents read what is public; reading public facts needs no role."),
    )
    return render(request, "access/roles.html", {"table": table})


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_ACCESS)
@needs_recent_sign_in
def open_new(request: HttpRequest) -> HttpResponse:
    """Open an account, then give it its first role."""
    form = AccountForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            account = open_account(by=account_of(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("The account was opened. Now give it a role."))
            return redirect(f"{reverse('access:grant')}?email={account.email}")
    status = 422 if form.errors else 200
    heading = _("Open an account")
    return _form_page(request, form, heading, _("Open the account"), status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_ACCESS)
@needs_recent_sign_in
def give(request: HttpRequest) -> HttpResponse:
    """Give a role; a place that the manager does not manage does not exist for them."""
    for code in filter(None, (asked_text(request.POST, "place"), asked_text(request.GET, "place"))):
        place = Place.objects.filter(code=code).first()
        if place is not None and not permits(request.user, Permission.MANAGE_ACCESS, place=place):
            raise Http404
    if request.method == "POST":
        form = GrantForm(request.POST, by=account_of(request))
        if form.is_valid() and (new := _give(request, form)):
            messages.success(request, _("The role was given: %(grant)s") % {"grant": new})
            return redirect("access:index")
        return _form_page(request, form, _("Give a role"), _("Give the role"), status=422)
    initial = {
        "email": request.GET.get("email", ""),
        "place": request.GET.get("place", ""),
        "starts": timezone.localdate(),
    }
    form = GrantForm(by=account_of(request), initial=initial)
    return _form_page(request, form, _("Give a role"), _("Give the role"))


def _give(request: HttpRequest, form: GrantForm) -> Grant | None:
    given = form.cleaned_data
    account: Account = given["account"]
    place, organisation = given.get("place"), given.get("organisation")
    same = account.grants.filter(in_force(), role=given["role"], place=place, organisation=organisation)
    if same.exists():
        form.add_error("role", _("%(account)s holds this role there already.") % {"account": account})
        return None
    try:
        return grant(
            by=account_of(request),
            account=account,
            role=Role(given["role"]),
            place=place,
            organisation=organisation,
            starts=given["starts"],
            ends=given["ends"],
        )
    except ValidationError as error:
        form.add_error(None, error.messages)
    except PermissionDenied:
        raise Http404 from None
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_ACCESS)
@needs_recent_sign_in
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a role from today on, after asking."""
    if pk > 2**63 - 1:
        raise Http404
    row = get_object_or_404(managed_by(request.user), pk=pk)
    today = timezone.localdate()
    if row.ends is not None and row.ends < today:
        messages.info(request, _("This role has ended already."))
        return redirect("access:index")
    if request.method == "POST":
        end_grant(by=account_of(request), grant=row)
        messages.success(request, _("The role was ended: %(grant)s") % {"grant": row})
        return redirect("access:index")
    context = {
        "grant": row,
        "own": row.account_id == request.user.pk,
        "withdrawn": row.starts >= today,
        "crumbs": [(_("Access"), reverse("access:index")), (_("End a role"), "")],
        "facts": [
            (_("Account"), row.account.name),
            (_("Role"), row.get_role_display()),
            (_("For"), name_in_language(row.place or row.organisation)),
            (_("From"), figures.day(row.starts)),
            (_("Given by"), row.granted_by.name),
        ],
    }
    return render(request, "access/end.html", context)


def _form_page(request: HttpRequest, form: Any, heading: str, submit: str, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "heading": heading,
        "submit": submit,
        "crumbs": [(_("Access"), reverse("access:index")), (heading, "")],
    }
    return render(request, "access/form.html", context, status=status)
