"""Referrals of one family: the list in its file, choosing a service, sending, one referral and its letter."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from maarag.domains.families.actions import read_family
from maarag.domains.families.models import Family, FamilyStatus
from maarag.domains.families.parts import page_of
from maarag.domains.services.models import Service
from maarag.domains.services.queries import offered
from maarag.domains.services.search import why_found
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.audit.actions import record
from maarag.kernel.drafts.actions import forget_draft
from maarag.kernel.taxonomy.queries import term_by_code
from maarag.ui import figures
from maarag.ui.choices import asked_text
from maarag.ui.documents.attached import attached
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from ..actions import AlreadySent, Closed, send_referral
from ..documents import letter_pdf
from ..forms import ReferralForm
from ..models import Referral
from ..queries import answered_here, of_family, services_for
from ..scope import may_send
from ..words import status_of, status_of_help
from .shown import detail_page, kept_referral

PER_PAGE = 10


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def of_one_family(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The referrals of a family, as a part of its file."""
    family = kept_family(request, pk)
    context = {
        **page_of(request, family, "referrals"),
        "table": family_table(of_family(request.user, family)),
        "may_send": may_send(request.user, family),
    }
    return render(request, "referrals/family.html", context)


def family_table(referrals: QuerySet[Referral]) -> Table:
    """The referrals of one family."""
    return Table(
        columns=[
            Column("service", _("Service"), "name", heading=True, link="url"),
            Column("response", _("Response asked for"), "name"),
            Column("sent", _("Sent"), "date"),
            Column("due", _("Due"), "date"),
            Column("status", _("State"), "status"),
            Column("help", _("Help received"), "status"),
        ],
        rows=[
            {
                "service": one.service,
                "url": reverse("referrals:detail", args=[one.pk]),
                "response": one.response,
                "sent": one.sent_at,
                "due": one.due_on,
                "status": status_of(one),
                "help": status_of_help(one.help),  # type: ignore[attr-defined]
            }
            for one in referrals
        ],
        caption=_("Referrals of the family"),
        caption_hidden=True,
        empty=_("The family was referred to no service yet."),
    )


@require_safe
@needs_permission(Permission.EDIT_FAMILIES)
def choose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Find a service in the directory, among those that the people of the family's place may use."""
    family = kept_family(request, pk, sends=True)
    if family.status != FamilyStatus.OPEN:
        return _closed(request, family)
    query, term = asked_text(request.GET, "q"), term_by_code(asked_text(request.GET, "term", 200))
    number = asked_text(request.GET, "page", 6)
    offset = (max(int(number) if number.isdecimal() else 1, 1) - 1) * PER_PAGE
    code = term.code if term else ""
    found = services_for(family, query, term=code, limit=PER_PAGE, offset=offset)
    bodies = answered_here({row.service.organisation_id for row in found.rows})
    context = {
        **page_of(request, family, "referrals", crumb=_("New referral")),
        "query": query,
        "term": term,
        "found": found,
        "page": Paginator(range(found.total), PER_PAGE).get_page(number or 1) if found.total else None,
        "like": _like(request, family),
        "rows": [
            {
                "service": row.service,
                "why": why_found(row.matched),
                "terms": [link.term for link in row.service.service_terms.all()][:5],
                "answers_here": row.service.organisation_id in bodies,
            }
            for row in found.rows
        ],
    }
    return render(request, "referrals/choose.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def send(request: HttpRequest, pk: UUID, service: str) -> HttpResponse:
    """Refer the family to the service that was chosen."""
    family, by = kept_family(request, pk, sends=True), account_of(request)
    if family.status != FamilyStatus.OPEN:
        return _closed(request, family)
    chosen = get_object_or_404(offered().select_related("organisation"), code=service)
    like = _like(request, family)
    form, status, double = ReferralForm(request.POST or None, service=chosen, like=like), 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            before = Referral.objects.filter(authority=family.authority_id, key=given["key"]).exists()
            try:
                made = send_referral(
                    by=by,
                    family=family,
                    service=chosen,
                    text=given["text"],
                    fields=given["fields_shared"],
                    basis=given["basis"],
                    basis_details=given["basis_details"],
                    response=given["response"],
                    need=like.need if like else None,
                    limits=form.limits(),
                    seen_days=given["seen_days"],
                    key=given["key"],
                )
            except AlreadySent as error:
                double, status = error.referral, 409
            except Closed:
                return _closed(request, family)
            except ValidationError as error:
                add_errors(form, error, {"fields": "fields_shared", "service": None, "need": None})
            else:
                forget_draft(request)
                if before:
                    messages.info(request, _("It was sent already; nothing was sent twice."))
                else:
                    messages.success(request, _("The referral was sent."))
                return redirect("referrals:detail", pk=made.pk)
    context = {
        **page_of(request, family, "referrals", crumb=_("New referral")),
        "form": form,
        "service": chosen,
        "like": like,
        "double": double,
        "answers_here": bool(answered_here([chosen.organisation_id])),
        "facts": _about(chosen),
    }
    return render(request, "referrals/send.html", context, status=status)


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One referral: its way, what was asked and shared, what the family says."""
    return detail_page(request, kept_referral(request, pk))


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def letter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The referral as a letter to print: what is asked for and the shared fields, nothing else."""
    referral = kept_referral(request, pk)
    content = letter_pdf(referral)
    record(by=account_of(request), action="referrals.print", subject=referral.family)
    return attached(content, f"referral-{referral.family.number}.pdf")


def kept_family(request: HttpRequest, pk: UUID, *, sends: bool = False) -> Family:
    """The family of the page, whose reading is recorded; raises Http404 where the account may not."""
    family = read_family(by=account_of(request), pk=pk)
    if family is None or (sends and not may_send(request.user, family)):
        raise Http404
    return family


def add_errors(form: Any, error: ValidationError, names: dict[str, str | None]) -> None:
    """Put what an action refused beside the fields of the form; `names`: what they are called there."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error.messages)
        return
    for name, texts in error.message_dict.items():
        field = names.get(name, name)
        form.add_error(field if field in form.fields else None, texts)


def _like(request: HttpRequest, family: Family) -> Referral | None:
    """The earlier referral whose need this one answers too, where the address names one."""
    try:
        key = UUID(request.GET.get("like", ""))
    except ValueError:
        return None
    return of_family(request.user, family).filter(pk=key).first()


def _closed(request: HttpRequest, family: Family) -> HttpResponse:
    messages.info(request, _("The file is closed; open it again before you refer the family."))
    return redirect("referrals:family", pk=family.pk)


def _about(service: Service) -> list[tuple[Any, Any]]:
    phones = figures.joined(
        f"{figures.ISOLATE_LTR}{phone.number}{figures.END_ISOLATE}" for phone in service.phones.all()[:3]
    )
    facts = [
        (_("Organisation"), name_in_language(service.organisation)),
        (_("Who it is for"), service.eligibility),
        (_("How to apply"), service.application_process),
        (_("Phone"), phones),
        (_("As of"), figures.day(service.as_of)),
    ]
    return [fact for fact in facts if fact[1]]
