"""The service's side of a referral: by its body's worker, or written down in its name by the family's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from maarag.database.rows import visible
from maarag.domains.families.models import Family
from maarag.domains.families.shown import ShownFile, shown
from maarag.kernel.access.models import Account
from maarag.kernel.audit.actions import record, record_read

from ..models import DeclineReason, Referral, ReferralStatus, StepKind
from ..queries import one_family, sent_to
from ..scope import require_sender
from .rules import moment_of, move, require_next, trace


@transaction.atomic
def read_referral(*, by: Account, pk: UUID) -> tuple[Referral, ShownFile] | None:
    """A referral to a body of `by`, and the shared fields of the file; that it was read is recorded with the
    authority. The rows of the family are in sight inside this function alone.
    """
    seen = sent_to(by).filter(pk=pk).first()
    if seen is None:
        return None
    with visible(one_family(by.pk, seen)):
        # Whoever withdraws it at this moment waits for this reading, or this reading finds it withdrawn.
        locked = Referral.objects.select_for_update(no_key=True, of=("self",)).filter(pk=pk).first()
        if locked is None or locked.seen_until is None or locked.fields != seen.fields:
            return None
        family = Family.objects.select_related("authority", "neighbourhood", "worker").get(
            pk=locked.family_id
        )
        body = {"organisation": [None, seen.organisation.code]}
        record_read(by=by, subject=family, what="referrals.read_shared", changes=body)
        return seen, shown(family, locked.fields)


@transaction.atomic
def accept_referral(
    *, by: Account, referral: Referral, words: str = "", at: datetime | None = None
) -> Referral:
    """The service takes the family. Raises Http404, NotNow, ValidationError."""
    with _for_answer(by, referral) as (found, in_name):
        require_next(found, ReferralStatus.ACCEPTED)
        moment = moment_of(found, at)
        _answered(found, moment, words, in_name)
        move(found, ReferralStatus.ACCEPTED, moment)
        _save(by, found, "referrals.accept", StepKind.ACCEPTED, moment, words, in_name)
        return found


@transaction.atomic
def decline_referral(
    *, by: Account, referral: Referral, reason: str, words: str = "", at: datetime | None = None
) -> Referral:
    """The service does not take the family, for a coded reason and in its words. Raises Http404, NotNow,
    ValidationError.
    """
    with _for_answer(by, referral) as (found, in_name):
        require_next(found, ReferralStatus.DECLINED)
        if reason not in DeclineReason.values:
            raise ValidationError({"reason": _("Choose why.")})
        if reason == DeclineReason.OTHER and not words.strip():
            raise ValidationError({"words": _("Say in a few words why.")})
        moment = moment_of(found, at)
        _answered(found, moment, words, in_name)
        found.decline_reason = reason
        move(found, ReferralStatus.DECLINED, moment)
        _save(by, found, "referrals.decline", StepKind.DECLINED, moment, words, in_name)
        return found


@transaction.atomic
def start_referral(
    *, by: Account, referral: Referral, words: str = "", at: datetime | None = None
) -> Referral:
    """The service has begun. Raises Http404, NotNow, ValidationError."""
    with _for_answer(by, referral) as (found, in_name):
        require_next(found, ReferralStatus.STARTED)
        moment = moment_of(found, at)
        found.started_at = moment
        move(found, ReferralStatus.STARTED, moment)
        _save(by, found, "referrals.start", StepKind.STARTED, moment, words, in_name)
        return found


@contextmanager
def _for_answer(by: Account, referral: Referral) -> Iterator[tuple[Referral, bool]]:
    """The referral, locked, in a scope that may write it; and whether it is written in the service's name."""
    seen = sent_to(by).filter(pk=referral.pk).first()
    if seen is not None:
        with visible(one_family(by.pk, seen)):
            yield _locked(referral.pk), False
        return
    found = _locked(referral.pk)
    require_sender(by, found.family)
    yield found, True


def _locked(pk: UUID) -> Referral:
    found = Referral.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _answered(referral: Referral, at: datetime, words: str, in_name: bool) -> None:
    referral.answered_at, referral.answered_in_name = at, in_name
    referral.answer_words = _short(words)


def _short(words: str) -> str:
    text = words.strip()
    if len(text) > 1000:
        raise ValidationError({"words": _("A thousand characters at most.")})
    return text


def _save(
    by: Account, referral: Referral, action: str, kind: str, at: datetime, words: str, in_name: bool
) -> None:
    referral.save()
    trace(referral, kind, by=by, at=at, words=_short(words), in_name=in_name)
    changes = {"status": [None, referral.status], "answered_in_name": [None, in_name]}
    if referral.decline_reason:
        changes["decline_reason"] = [None, referral.decline_reason]
    record(by=by, action=action, subject=referral, changes=changes)
