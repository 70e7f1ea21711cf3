"""Sending a referral, and sending a declined one on to another service."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.domains.families.models import Family, FamilyStatus, SharedField
from maarag.domains.services.models import Service, ServiceStatus
from maarag.kernel.access.models import Account
from maarag.kernel.audit.actions import record
from maarag.kernel.jobs.actions import defer
from maarag.kernel.jobs.registry import TASKS
from maarag.kernel.taxonomy.models import Term, Vocabulary

from ..limits import DEFAULTS, SEEN_AFTER, SEEN_AT_MOST, Limits
from ..models import Referral, ReferralStatus, StepKind
from ..queries import open_ones_like
from ..scope import require_sender
from .rules import AlreadySent, Closed, NotNow, moment_of, move, trace

SENT_ON_FROM = frozenset({ReferralStatus.DECLINED.value, ReferralStatus.LAPSED.value})
LONGEST_SEEN = 365


@transaction.atomic
def send_referral(
    *,
    by: Account,
    family: Family,
    service: Service,
    text: str,
    fields: Collection[str],
    basis: str,
    basis_details: str,
    response: Term | None = None,
    need: UUID | None = None,
    limits: Limits = DEFAULTS,
    seen_days: int = SEEN_AFTER,
    key: UUID | None = None,
    at: datetime | None = None,
) -> Referral:
    """Refer the family to a service, which sees the named fields and what is asked for.

    `key`: of the form; sent again it gives back the referral that it made, and sends nothing. `need`: of an
    earlier referral that answers the same need. `at`: an earlier moment, for what is written down afterwards.
    Raises Http404, Closed, AlreadySent, ValidationError.
    """
    found = _locked(family)
    require_sender(by, found)
    key = key or uuid4()
    if earlier := Referral.objects.filter(authority=found.authority_id, key=key).first():
        if earlier.family_id != found.pk:
            raise ValidationError(_("This form was sent for another family already; begin a new one."))
        return earlier
    if found.status != FamilyStatus.OPEN:
        raise Closed(found.pk)
    if double := open_ones_like(found, service, response.pk if response else None).first():
        raise AlreadySent(double)
    moment = moment_of(None, at)
    referral = Referral(
        authority=found.authority,
        family=found,
        service=service,
        organisation=service.organisation,
        response=response,
        need=_need(found, need),
        key=key,
        text=text.strip(),
        fields=[name for name in SharedField.values if name in fields],
        basis=basis,
        basis_details=basis_details.strip(),
        sent_by=by,
        sent_at=moment,
        answer_days=limits.answer,
        start_days=limits.start,
        ask_days=limits.ask,
        close_days=limits.close,
        seen_days=seen_days,
        seen_until=timezone.localdate(moment) + timedelta(days=SEEN_AT_MOST),
    )
    return _save(by, referral, fields)


@transaction.atomic
def send_on(
    *, by: Account, referral: Referral, service: Service, key: UUID | None = None, at: datetime | None = None
) -> Referral:
    """Send what a service declined, or did not answer, to another one with the same content.

    Raises Http404, Closed, AlreadySent, NotNow (nobody declined it), ValidationError.
    """
    old = Referral.objects.select_for_update(of=("self",)).filter(pk=referral.pk).first()
    if old is None:
        raise Http404
    family = _locked(old.family)
    require_sender(by, family)
    key = key or uuid4()
    if earlier := Referral.objects.filter(authority=family.authority_id, key=key, previous=old).first():
        return earlier
    if old.status not in SENT_ON_FROM:
        raise NotNow(old)
    if old.consent_withdrawn_at is not None:
        raise ValidationError(_("The family withdrew its consent to this: ask it, and send a new referral."))
    if service.pk == old.service_id:
        raise ValidationError({"service": _("This is the service that it came back from.")})
    moment = moment_of(old, at)
    limits = Limits(old.answer_days, old.start_days, old.ask_days, old.close_days)
    made = send_referral(
        by=by,
        family=family,
        service=service,
        text=old.text,
        fields=old.fields,
        basis=old.basis,
        basis_details=old.basis_details,
        response=old.response,
        need=old.need,
        limits=limits,
        seen_days=old.seen_days,
        key=key,
        at=moment if at else None,
    )
    made.previous = old
    made.save(update_fields=["previous"])
    trace(old, StepKind.SENT_ON, by=by, at=made.sent_at)
    return made


def _save(by: Account, referral: Referral, fields: Collection[str]) -> Referral:
    _check(referral, fields)
    move(referral, ReferralStatus.SENT, referral.sent_at)
    referral.save(force_insert=True)
    trace(referral, StepKind.SENT, by=by, at=referral.sent_at)
    changes = {
        "service": [None, referral.service_id],
        "fields": [None, referral.fields],
        "basis": [None, referral.basis],
        "due_on": [None, referral.due_on],
    }
    record(by=by, action="referrals.send", subject=referral, changes=changes)
    if referral.sent_at >= timezone.now() - timedelta(days=1):
        lock = f"referrals.tell_of_referral:{referral.organisation_id}"
        defer(
            TASKS["referrals.tell_of_referral"],
            lock=lock,
            single=True,
            organisation=referral.organisation_id,
        )
    return referral


def _locked(family: Family) -> Family:
    """The family as it is now; what is sent for it at once is sent one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('referrals.send'), hashtext(%s))", [str(family.pk)]
        )
    found = Family.objects.select_related("authority", "neighbourhood").filter(pk=family.pk).first()
    if found is None:
        raise Http404
    return found


def _need(family: Family, need: UUID | None) -> UUID:
    """The key of the need; one of another family is not taken over."""
    if need is None:
        return uuid4()
    if not Referral.objects.filter(family=family, need=need).exists():
        raise ValidationError({"need": _("No referral of this family is for this need.")})
    return need


def _check(referral: Referral, fields: Collection[str]) -> None:
    if not fields:
        raise ValidationError({"fields": _("Choose what is shared.")})
    if unknown := set(fields) - set(SharedField.values):
        raise ValidationError({"fields": _("Nothing to share is called %(name)s.") % {"name": min(unknown)}})
    if referral.service.status != ServiceStatus.ACTIVE:
        raise ValidationError({"service": _("The directory says that this service takes nobody now.")})
    if referral.response is not None and referral.response.vocabulary != Vocabulary.RESPONSE:
        raise ValidationError({"response": _("This term is not a response.")})
    if not 0 <= referral.seen_days <= LONGEST_SEEN:
        raise ValidationError({"seen_days": _("From no day to a year.")})
    skipped = {"due_on", "answered_at", "started_at", "heard_at", "ended_at", "late_since", "reminded_on"}
    skipped |= {"response", "previous", "seen_until"}
    referral.full_clean(exclude=skipped, validate_unique=False, validate_constraints=False)
