"""The steps that a family's worker takes on a referral; each leads back to its page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from maarag.domains.families.parts import page_of
from maarag.domains.services.models import Service
from maarag.domains.services.queries import offered
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.drafts.actions import forget_draft

from .. import actions
from ..actions import AlreadySent, Closed, NotNow
from ..actions.sending import SENT_ON_FROM
from ..forms import (
    AcceptForm,
    CloseForm,
    DeclineForm,
    HelpForm,
    LimitsForm,
    StartForm,
    WithdrawConsentForm,
    WithdrawForm,
)
from ..models import Referral
from ..queries import answered_here, services_for, suggested_after
from ..scope import may_send
from ..words import fields_in_words, status_of
from .files import add_errors
from .shown import detail_page, kept_referral


def _mine(request: HttpRequest, pk: UUID) -> Referral:
    referral = kept_referral(request, pk)
    if not may_send(request.user, referral.family):
        raise Http404
    return referral


def _step(
    request: HttpRequest,
    pk: UUID,
    name: str,
    make: Callable[[Referral], Any],
    write: Callable[[Referral, dict[str, Any]], Any],
    done: str,
) -> HttpResponse:
    """Check the form of a step, take it, and go back to the referral; or show what is wrong with it."""
    referral = _mine(request, pk)
    if request.method != "POST":
        return redirect("referrals:detail", pk=pk)
    form = make(referral)
    if not form.is_valid():
        return detail_page(request, referral, {name: form}, status=422)
    try:
        write(referral, form.cleaned_data)
    except NotNow as error:
        messages.error(request, not_now(error.referral))
    except ValidationError as error:
        add_errors(form, error, {})
        return detail_page(request, referral, {name: form}, status=422)
    else:
        forget_draft(request)
        messages.success(request, done)
    return redirect("referrals:detail", pk=pk)


def not_now(referral: Referral) -> str:
    """Why a step cannot be taken, with where the referral stands now."""
    state = status_of(referral).word
    return _("This step does not follow from where the referral stands now: %(state)s.") % {"state": state}


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down in the service's name that it takes the family."""
    by = account_of(request)
    return _step(
        request,
        pk,
        "accept",
        lambda _referral: AcceptForm(request.POST, prefix="accept"),
        lambda referral, given: actions.accept_referral(by=by, referral=referral, words=given["words"]),
        _("Written down: the service takes the family."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def decline(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down in the service's name that it does not take the family."""
    by = account_of(request)
    return _step(
        request,
        pk,
        "decline",
        lambda _referral: DeclineForm(request.POST, prefix="decline"),
        lambda referral, given: actions.decline_referral(
            by=by, referral=referral, reason=given["reason"], words=given["words"]
        ),
        _("Written down: the service does not take the family. Send the referral on to another one."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down in the service's name that it has begun."""
    by = account_of(request)
    return _step(
        request,
        pk,
        "start",
        lambda _referral: StartForm(request.POST, prefix="start"),
        lambda referral, given: actions.start_referral(by=by, referral=referral, words=given["words"]),
        _("Written down: the service has begun."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def hear(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down the family's own word."""
    by = account_of(request)
    return _step(
        request,
        pk,
        "hear",
        lambda referral: HelpForm(request.POST, family=referral.family, prefix="hear"),
        lambda referral, given: actions.record_help(by=by, referral=referral, **given),
        _("The family's word is written down."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close a referral that a service took."""
    by = account_of(request)
    return _step(
        request,
        pk,
        "close",
        lambda _referral: CloseForm(request.POST, prefix="close"),
        lambda referral, given: actions.close_referral(by=by, referral=referral, **given),
        _("The referral is closed."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a referral back."""
    by = account_of(request)
    return _step(
        request,
        pk,
        "withdraw",
        lambda _referral: WithdrawForm(request.POST, prefix="withdraw"),
        lambda referral, given: actions.withdraw_referral(by=by, referral=referral, **given),
        _("Withdrawn: the service does not see it any more."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def withdraw_consent(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down that the family takes back its consent."""
    by = account_of(request)
    return _step(
        request,
        pk,
        "consent",
        lambda _referral: WithdrawConsentForm(request.POST, prefix="consent"),
        lambda referral, given: actions.withdraw_referral_consent(by=by, referral=referral, **given),
        _("Written down: the service does not see it any more, and is told that it ended."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def limits(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give one referral time limits of its own."""
    by = account_of(request)
    form = LimitsForm(request.POST, prefix="limits")
    return _step(
        request,
        pk,
        "limits",
        lambda _referral: form,
        lambda referral, given: actions.set_limits(
            by=by, referral=referral, limits=form.limits(), seen_days=given["seen_days"]
        ),
        _("The time limits are saved."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def on(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send what was declined on to another service: one click opens the list, one sends."""
    referral, by = _mine(request, pk), account_of(request)
    if request.method == "POST":
        service = offered().filter(code=request.POST.get("service", "")).first()
        if service is None:
            raise Http404
        try:
            made = actions.send_on(by=by, referral=referral, service=service, key=_key(request))
        except AlreadySent as error:
            messages.error(request, _("An open referral of the family to this service is under way already."))
            return redirect("referrals:detail", pk=error.referral.pk)
        except (NotNow, Closed):
            messages.error(
                request, _("Only what was declined or lapsed is sent on, and only from an open file.")
            )
            return redirect("referrals:detail", pk=pk)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("referrals:send_on", pk=pk)
        messages.success(request, _("The referral was sent on."))
        return redirect("referrals:detail", pk=made.pk)
    if referral.status not in SENT_ON_FROM or referral.consent_withdrawn_at:
        messages.info(request, _("Only what was declined or lapsed is sent on."))
        return redirect("referrals:detail", pk=pk)
    found = _suggested(referral)
    bodies = answered_here({service.organisation_id for service in found})
    context = {
        **page_of(request, referral.family, "referrals", crumb=_("Send on")),
        "referral": referral,
        "state": status_of(referral),
        "fields": fields_in_words(referral.fields),
        "services": [(service, service.organisation_id in bodies) for service in found],
        "key": uuid4(),
    }
    return render(request, "referrals/send_on.html", context)


def _suggested(referral: Referral) -> list[Service]:
    """Services of the same response; where none was asked for, of the responses that the service gives."""
    if referral.response is not None:
        return suggested_after(referral)
    terms = referral.service.service_terms.filter(term__vocabulary="response").select_related("term")
    for link in terms.order_by("-term__code")[:3]:
        page = services_for(referral.family, term=link.term.code)
        if others := [row.service for row in page.rows if row.service.pk != referral.service_id]:
            return others
    return []


def _key(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return None
