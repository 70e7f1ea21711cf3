"""The pages of sharing: for the keeper of a file, and for the body it is shared with."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.access.sign_in import needs_recent_sign_in
from maarag.kernel.drafts.actions import forget_draft
from maarag.ui import figures
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from ..actions import AlreadyClosed, AlreadyEnded, read_family, read_shared, share_family, withdraw_share
from ..forms import ShareForm
from ..models import Family, FamilyStatus, Share, SharedField
from ..queries import shared_lines, shares_of
from ..scope import may
from ..words import status_of_share
from .shown import facts_of, people_of

PER_PAGE = 30


def shares_table(family: Family, *, may_share: bool) -> Table:
    """What of the file is or was shared, for its page."""
    return Table(
        columns=[
            Column("body", _("Shared with"), "name", heading=True),
            Column("fields", _("What is shared")),
            Column("basis", _("By what right")),
            Column("until", _("Until"), "date"),
            Column("by", _("Shared by")),
            Column("status", _("State"), "status"),
            *([Column("actions", _("Actions"), "actions")] if may_share else []),
        ],
        rows=[
            {
                "body": share.organisation,
                "fields": fields_in_words(share),
                "basis": share.get_basis_display(),
                "until": share.ends,
                "by": share.shared_by.name,
                "status": status_of_share(share),
                "actions": _withdraw_link(share),
            }
            for share in shares_of(family)
        ],
        caption=_("What is shared"),
        caption_hidden=True,
        empty=_("Nothing of this file is shared with another body."),
    )


def fields_in_words(share: Share) -> str:
    """The names of what is shared."""
    return ", ".join(str(SharedField(name).label) for name in share.fields)


def _withdraw_link(share: Share) -> str:
    if status_of_share(share).tone == "neutral":
        return ""
    return format_html(
        '<a class="button button--small" href="{}">{}<span class="for-readers"> {}</span></a>',
        reverse("families:withdraw_share", args=[share.family_id, share.pk]),
        _("Withdraw"),
        name_in_language(share.organisation),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.SHARE_FAMILIES)
@needs_recent_sign_in
def share(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Share parts of a file with a body."""
    family, by = _kept(request, pk), account_of(request)
    if family.status != FamilyStatus.OPEN:
        messages.info(request, _("The file is closed; open it again before you share it."))
        return redirect("families:detail", pk=pk)
    form, status = ShareForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = dict(form.cleaned_data)
            try:
                share_family(by=by, family=family, fields=given.pop("fields_shared"), **given)
            except ValidationError as error:
                for name, texts in error.message_dict.items():
                    form.add_error("fields_shared" if name == "fields" else name, texts)
            except AlreadyClosed:
                messages.error(request, _("Somebody closed the file meanwhile; nothing was shared."))
                return redirect("families:detail", pk=pk)
            else:
                forget_draft(request)
                messages.success(request, _("It is shared; the body sees it from its first day on."))
                return redirect("families:detail", pk=pk)
    crumbs = [
        (_("Families"), reverse("families:index")),
        (family.name, reverse("families:detail", args=[pk])),
        (_("Share parts of the file"), ""),
    ]
    return render(
        request, "families/share.html", {"form": form, "family": family, "crumbs": crumbs}, status=status
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.SHARE_FAMILIES)
def withdraw(request: HttpRequest, pk: UUID, share: UUID) -> HttpResponse:
    """Ask once more, then withdraw a share."""
    family = _kept(request, pk)
    found = shares_of(family).filter(pk=share).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        try:
            withdraw_share(by=account_of(request), share=found)
        except AlreadyEnded:
            messages.info(request, _("It was withdrawn, or had ended, already."))
        else:
            messages.success(request, _("Withdrawn: the body does not see it any more."))
        return redirect("families:detail", pk=pk)
    context = {
        "family": family,
        "facts": [
            (_("Shared with"), name_in_language(found.organisation)),
            (_("What is shared"), fields_in_words(found)),
            (_("By what right"), found.get_basis_display()),
            (_("Details"), found.basis_details),
            (_("From"), figures.day(found.starts)),
            (_("Until"), figures.day(found.ends)),
        ],
        "crumbs": [
            (_("Families"), reverse("families:index")),
            (family.name, reverse("families:detail", args=[pk])),
            (_("Withdraw the share"), ""),
        ],
    }
    return render(request, "families/withdraw.html", context)


@require_safe
@needs_permission(Permission.VIEW_SHARED_FILES)
def shared(request: HttpRequest) -> HttpResponse:
    """What is shared with my body."""
    total, _none = shared_lines(request.user, limit=0)
    page = Paginator(range(total), PER_PAGE).get_page(request.GET.get("page"))
    offset = (page.number - 1) * PER_PAGE
    lines = shared_lines(request.user, limit=PER_PAGE, offset=offset)[1]
    table = Table(
        columns=[
            Column("name", _("Family"), heading=True, link="url"),
            Column("authority", _("Local authority"), "name"),
            Column("fields", _("What is shared")),
            Column("until", _("Until"), "date"),
        ],
        rows=[
            {
                "name": line.name or _("File %(number)s") % {"number": line.number},
                "url": reverse("families:shared_file", args=[line.pk]),
                "authority": line.authority,
                "fields": ", ".join(str(field.label) for field in SharedField if field in line.fields),
                "until": line.until,
            }
            for line in lines
        ],
        caption=_("Shared with us"),
        caption_hidden=True,
        empty=_("Nothing is shared with your body now."),
    )
    return render(request, "families/shared.html", {"table": table, "page": page})


@require_safe
@needs_permission(Permission.VIEW_SHARED_FILES)
def shared_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One share: what was named in it, and nothing else. That it is read is recorded."""
    found = read_shared(by=account_of(request), pk=pk)
    if found is None:
        raise Http404
    share, file = found
    heading = file.name or _("File %(number)s") % {"number": file.number}
    context = {
        "share": share,
        "file": file,
        "heading": heading,
        "facts": [*facts_of(file), (_("Shared until"), figures.day(share.ends))],
        "people": people_of(file),
        "crumbs": [(_("Shared with us"), reverse("families:shared")), (heading, "")],
    }
    return render(request, "families/shared_file.html", context)


def _kept(request: HttpRequest, pk: UUID) -> Family:
    family = read_family(by=account_of(request), pk=pk)
    if family is None or not may(request.user, Permission.SHARE_FAMILIES, family):
        raise Http404
    return family
