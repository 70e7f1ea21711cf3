"""Consents of a family, and sharing its plan with a body on the ground of one or of a law."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.database.rows import RowScope, visible
from maarag.domains.families import consented
from maarag.domains.families.consented import Consented
from maarag.domains.families.models import Basis, Family
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.audit.actions import record_read
from maarag.kernel.people.models import Organisation

from ..models import Consent, Document, PlanShare
from ..queries.sharing import SharedPlan, in_force, may_stay_after, plan_for, shared_with
from .writing import AlreadyDone, check, file_for_change, in_future, put, row_for_change, told, without

MOST_YEARS = 2


@transaction.atomic
def record_consent(
    *,
    by: Account,
    family: Family,
    purpose: str,
    professions: Collection[str],
    given_by: str,
    manner: str,
    until: date,
    given_on: date | None = None,
    document: Document | None = None,
) -> Consent:
    """Write down what the family agreed to; raises Http404, AlreadyClosed, ValidationError."""
    found = file_for_change(by, family)
    consent = Consent(authority=found.authority, family=found, written_by=by)
    values = {
        "purpose": purpose,
        "professions": professions,
        "given_by": given_by,
        "manner": manner,
        "given_on": given_on or timezone.localdate(),
        "until": until,
        "document": document,
    }
    put(consent, values)
    foreign = document is not None and (document.family_id != found.pk or document.removed_at is not None)
    check(
        consent,
        without("professions", consent.professions),
        in_future("given_on", consent.given_on),
        ("until", consent.until < consent.given_on, _("It ends before it begins.")),
        (
            "until",
            consent.until > after_years(consent.given_on, MOST_YEARS),
            _("Two years at most; the family is asked again then."),
        ),
        ("document", foreign, _("This document is not in the file of the family.")),
    )
    consent.save(force_insert=True)
    told(
        by,
        "casework.record_consent",
        consent,
        professions=consent.professions,
        manner=consent.manner,
        until=consent.until,
    )
    return consent


@transaction.atomic
def withdraw_consent(
    *, by: Account, consent: Consent, words: str, staying: Collection[str] = ()
) -> list[Consented]:
    """The family takes its consent back: what bodies see because of it ends at once, in every room.

    `staying`: the keys of what rests on something else that the family agreed to, of `may_stay_after`; what
    comes meanwhile ends too. Returns what ended. Raises Http404, AlreadyDone, ValidationError. Of a closed
    file too.
    """
    found = row_for_change(by, consent, closed_too=True)
    if found.withdrawn_at or found.until < timezone.localdate():
        raise AlreadyDone(found.pk)
    found.withdrawn_at, found.withdrawn_by, found.withdrawn_words = timezone.now(), by, words.strip()
    unknown = set(staying) - {each.key for each in may_stay_after(found)}
    check(
        found,
        ("words", not found.withdrawn_words, _("Say who withdrew it.")),
        ("staying", bool(unknown), _("This ends with the consent, or had ended already.")),
    )
    found.save()
    ended = [each for each in consented.resting_on(found.family, found.pk) if each.key not in staying]
    for each in ended:
        consented.end(each, by=by, words=found.withdrawn_words)
    told(
        by,
        "casework.withdraw_consent",
        found,
        ended=[each.key for each in ended],
        staying=sorted(staying),
    )
    return ended


def end_consented_plan_share(by: Account, pk: UUID, _words: str) -> None:
    """The family withdrew the consent that a share of its plan rests on."""
    found = PlanShare.objects.select_for_update(no_key=True).filter(pk=pk, withdrawn_at=None).first()
    if found is not None:
        _end_plan_share(by, found)


def _end_plan_share(by: Account, share: PlanShare) -> None:
    share.withdrawn_at, share.withdrawn_by = timezone.now(), by
    share.save(update_fields=["withdrawn_at", "withdrawn_by"])
    told(by, "casework.withdraw_plan_share", share, withdrawn_at=share.withdrawn_at)


@transaction.atomic
def share_plan(
    *,
    by: Account,
    family: Family,
    organisation: Organisation,
    profession: str,
    ends: date,
    consent: Consent | None = None,
    basis_details: str = "",
    starts: date | None = None,
    with_name: bool = False,
) -> PlanShare:
    """Let a body see the goals and responses of its profession until a day: on the ground of a consent in
    force for that profession, or of a law that `basis_details` names. Raises Http404, AlreadyClosed,
    ValidationError.
    """
    found = file_for_change(by, family, Permission.SHARE_FAMILIES)
    today = timezone.localdate()
    share = PlanShare(
        authority=found.authority,
        family=found,
        written_by=by,
        organisation=organisation,
        profession=profession,
        with_name=with_name,
        basis=Basis.CONSENT if consent else Basis.LAW,
        consent=None,
        basis_details=basis_details.strip(),
        starts=starts or today,
        ends=ends,
    )
    held = None
    if consent is not None:
        # held until the end, so that it cannot be withdrawn between this look and the commit
        held = Consent.objects.select_for_update(of=("self",), no_key=True).filter(pk=consent.pk).first()
        if held is None or held.family_id != found.pk:
            raise ValidationError({"consent": _("This consent is of another family.")})
        share.consent = held
    check(
        share,
        ("starts", share.starts < today, _("A share begins today at the earliest.")),
        ("ends", share.ends < share.starts, _("It ends before it begins.")),
        (
            "ends",
            share.ends > after_years(share.starts, MOST_YEARS),
            _("Two years at most; it can be shared again then."),
        ),
        (
            "basis_details",
            held is None and not share.basis_details,
            _("Choose a consent, or name the section of the law."),
        ),
        ("consent", bool(held and held.withdrawn_at), _("This consent was withdrawn.")),
        (
            "consent",
            bool(held and profession not in held.professions),
            _("The family did not consent to this field of work."),
        ),
        ("ends", bool(held and share.ends > held.until), _("The consent ends before this day.")),
        (
            "starts",
            bool(held and share.starts < held.given_on),
            _("The consent was given after this day."),
        ),
    )
    share.save(force_insert=True)
    told(
        by,
        "casework.share_plan",
        share,
        organisation=organisation.pk,
        profession=share.profession,
        basis=share.basis,
        starts=share.starts,
        ends=share.ends,
    )
    return share


@transaction.atomic
def withdraw_plan_share(*, by: Account, share: PlanShare) -> PlanShare:
    """End a share at once: from the commit on, the body does not see it. Raises Http404, AlreadyDone."""
    found = row_for_change(by, share, Permission.SHARE_FAMILIES, closed_too=True)
    if found.withdrawn_at or found.ends < timezone.localdate():
        raise AlreadyDone(found.pk)
    _end_plan_share(by, found)
    return found


@transaction.atomic
def read_shared_plan(*, by: Account, pk: UUID) -> SharedPlan | None:
    """What a share in force shows to a body of `by`; that it was read is recorded with the authority. The
    rows of the family are in sight inside this function alone.
    """
    share = shared_with(by).filter(pk=pk).first()
    if share is None:
        return None
    with visible(RowScope(frozenset({share.authority_id}), by.pk, family=share.family_id)):
        # Whoever withdraws it at this moment waits for this reading, or this reading finds it withdrawn.
        locked = PlanShare.objects.select_for_update(of=("self",), no_key=True).filter(in_force(), pk=pk)
        if not locked.exists():
            return None
        family = Family.objects.select_related("authority").get(pk=share.family_id)
        body = {"organisation": [None, share.organisation.code]}
        record_read(by=by, subject=family, what="casework.read_shared", changes=body)
        return plan_for(share, family)


def after_years(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
