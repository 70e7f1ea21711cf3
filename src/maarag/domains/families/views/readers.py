"""Who read a file: for whoever keeps it, and for the family itself; and what may be done about keeping it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.audit.actions import record_read
from maarag.kernel.retention.actions import AlreadyOpen, Held
from maarag.kernel.retention.models import ErasureReason
from maarag.kernel.retention.queries import hold_on
from maarag.ui import figures
from maarag.ui.documents.attached import attached
from maarag.ui.documents.pdf import Report
from maarag.ui.documents.pdf import pdf as report_as_pdf
from maarag.ui.documents.tables import DocumentColumn, DocumentTable
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from ..actions.files import read_family
from ..actions.reading import (
    erase_family,
    hold_family,
    release_family,
    remove_holder,
    resident_with,
    set_holder,
)
from ..forms.reading import ErasureForm, HolderForm, HoldForm
from ..models import Family
from ..queries.reading import ReadBy, holders_of, my_files, readers_of
from ..scope import may


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def readers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who read the file, when and in which role."""
    return _page(request, _family(request, pk))


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def letter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A letter for the family: who read its file."""
    family = _family(request, pk)
    record_read(by=account_of(request), subject=family, what="families.print_readers")
    place = name_in_language(family.authority)
    labels = (_("When"), _("Who"), _("In which role"), _("What for"))
    report = Report(
        _("Who read your file"),
        f"{_('File number')} {family.number} · {place} · {figures.day(timezone.localdate())}",
        paragraphs=[
            _("To the family %(name)s") % {"name": family.name},
            _(
                "The department of social services keeps a file about you. You have a right to know who read"
                " it. Readings of one person within ten minutes are one line. Ask the department about any"
                " line that you do not understand."
            ),
        ],
        tables=[
            DocumentTable(
                _("Who read the file"),
                [DocumentColumn(label) for label in labels],
                [[figures.moment(one.when), one.who, one.role, one.what] for one in readers_of(family)],
            )
        ],
        banner=_("Fictional: invented people for demonstration.") if family.authority.is_fictional else "",
    )
    return attached(report_as_pdf(report), f"readers-{family.number}.pdf")


@require_POST
@needs_permission(Permission.EDIT_FAMILIES)
def add_holder(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let somebody of the family see who reads the file."""
    family = _family(request, pk, Permission.EDIT_FAMILIES)
    form = HolderForm(request.POST)
    if form.is_valid():
        account = resident_with(form.cleaned_data["email"])
        try:
            if account is None:
                raise ValidationError({"email": _("No account of a resident has this address.")})
            set_holder(by=account_of(request), family=family, account=account)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("The account sees from now on who reads the file."))
            return redirect("families:readers", pk=pk)
    return _page(request, family, holder_form=form, status=422)


@require_POST
@needs_permission(Permission.EDIT_FAMILIES)
def drop_holder(request: HttpRequest, pk: UUID, account: int) -> HttpResponse:
    """Somebody of the family no longer sees who reads the file."""
    family = _family(request, pk, Permission.EDIT_FAMILIES)
    holder = holders_of(family).filter(account=account).first()
    if holder is None:
        raise Http404
    remove_holder(by=account_of(request), family=family, account=holder.account)
    messages.success(request, _("The account no longer sees who reads the file."))
    return redirect("families:readers", pk=pk)


@require_POST
@needs_permission(Permission.REVIEW_READING)
def hold(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep the file from being erased until a day."""
    family = _family(request, pk, Permission.REVIEW_READING)
    form = HoldForm(request.POST)
    if form.is_valid():
        try:
            hold_family(by=account_of(request), family=family, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        except AlreadyOpen:
            form.add_error(None, _("The file is held already."))
        else:
            messages.success(request, _("The file is not erased until then."))
            return redirect("families:readers", pk=pk)
    return _page(request, family, hold_form=form, status=422)


@require_POST
@needs_permission(Permission.REVIEW_READING)
def release(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let the file be erased again when its time comes."""
    family = _family(request, pk, Permission.REVIEW_READING)
    if hold_on(family) is not None:
        release_family(by=account_of(request), family=family)
        messages.success(request, _("The file may be erased again when its time comes."))
    return redirect("families:readers", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.REVIEW_READING)
def erase(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Erase the file before its time: asked twice, with its number typed again."""
    family = _family(request, pk, Permission.REVIEW_READING)
    form = ErasureForm(request.POST or None, family=family)
    if request.method == "POST" and form.is_valid():
        try:
            reason = ErasureReason(form.cleaned_data["reason"])
            erase_family(by=account_of(request), family=family, reason=reason)
        except Held:
            form.add_error(None, _("The file is held and must not be erased."))
        else:
            messages.success(request, _("The file was erased."))
            return redirect("families:index")
    context = {
        "family": family,
        "form": form,
        "held": hold_on(family),
        "crumbs": [*_crumbs(family), (_("Erase the file"), "")],
    }
    return render(request, "families/erase.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """For a resident: who read the file that is about them, and nothing else of it."""
    files = [
        {"authority": one.authority, "title": name_in_language(one.authority), "table": _table(one.reads)}
        for one in my_files(account_of(request))
    ]
    return render(request, "families/mine.html", {"files": files})


def _table(reads: Any) -> Table:
    rows: list[ReadBy] = list(reads)
    return Table(
        columns=[
            Column("when", _("When"), "moment"),
            Column("who", _("Who"), heading=True),
            Column("role", _("In which role")),
            Column("what", _("What for")),
        ],
        rows=rows,
        caption=_("Who read the file"),
        caption_hidden=True,
        empty=_("Nobody read the file yet."),
        dense=True,
    )


def _page(
    request: HttpRequest,
    family: Family,
    *,
    holder_form: Form | None = None,
    hold_form: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    reviews = may(request.user, Permission.REVIEW_READING, family)
    held = hold_on(family)
    context = {
        "family": family,
        "table": _table(readers_of(family)),
        "holders": list(holders_of(family)),
        "may_edit": may(request.user, Permission.EDIT_FAMILIES, family),
        "reviews": reviews,
        "held": held,
        "hold_facts": [
            (_("Until"), figures.day(held.until)),
            (_("Why it must not be erased"), held.reason),
            (_("Placed by"), held.placed_by.name),
        ]
        if held and reviews
        else [],
        "holder_form": holder_form or HolderForm(prefix=None),
        "hold_form": hold_form or HoldForm(),
        "crumbs": [*_crumbs(family), (_("Who read the file"), "")],
    }
    return render(request, "families/readers.html", context, status=status)


def _crumbs(family: Family) -> list[tuple[str, str]]:
    return [
        (_("Families"), reverse("families:index")),
        (family.name, reverse("families:detail", args=[family.pk])),
    ]


def _family(request: HttpRequest, pk: UUID, permission: Permission | None = None) -> Family:
    by: Account = account_of(request)
    family = read_family(by=by, pk=pk)
    if family is None or (permission and not may(by, permission, family)):
        raise Http404
    return family
