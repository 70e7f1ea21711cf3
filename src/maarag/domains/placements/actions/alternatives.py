"""Leaving home is considered: the community's alternatives, their barriers and incentives, the decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.domains.families.models import Family, Member
from maarag.domains.programmes.models import Method, Programme
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.audit.actions import record
from maarag.kernel.taxonomy.models import Term, Vocabulary
from maarag.values import Money

from ..errors import AlreadyEnded
from ..fitting import best_by_method, best_by_programme, facts_of
from ..models import Alternative, AlternativeOption, Barrier, Choice, Incentive
from .steps import file_of

TEXTS = ("words", "barrier_words", "incentive_words")


@transaction.atomic
def consider(
    *,
    by: Account,
    family: Family,
    response: Term,
    why: str,
    member: Member | None = None,
    yearly_cost: Money | None = None,
    day: date | None = None,
) -> Alternative:
    """Write down that leaving home is considered. Raises Http404, FileClosed, ValidationError."""
    held = file_of(by, family)
    if member is not None and member.family_id != held.pk:
        raise Http404
    if response.vocabulary != Vocabulary.RESPONSE:
        raise ValidationError({"response": _("Choose a response.")})
    row = Alternative(
        authority_id=held.authority_id,
        family=held,
        member=member,
        response=response,
        why=why.strip(),
        yearly_agorot=_agorot(yearly_cost),
        opened_on=day or timezone.localdate(),
        opened_by=by,
    )
    _check(row)
    row.save(force_insert=True)
    changes = {"response": [None, response.code]}
    record(by=by, action="placements.consider", subject=row, changes=changes)
    return row


@transaction.atomic
def add_option(
    *,
    by: Account,
    alternative: Alternative,
    method: Method | None = None,
    programme: Programme | None = None,
    words: str = "",
    barriers: Sequence[str] = (),
    barrier_words: str = "",
    incentives: Sequence[str] = (),
    incentive_words: str = "",
    yearly_cost: Money | None = None,
) -> AlternativeOption:
    """Write down what the community could do instead, with its barriers and incentives.

    The fit is judged from the file where a programme or a method is named. Raises Http404, FileClosed,
    AlreadyEnded, ValidationError.
    """
    held = _open_alternative(by, alternative)
    row = AlternativeOption(
        authority_id=held.authority_id,
        family_id=held.family_id,
        alternative=held,
        written_by=by,
        written_on=timezone.localdate(),
    )
    given = {
        "method": method, "programme": programme, "words": words, "barriers": barriers,
        "barrier_words": barrier_words, "incentives": incentives, "incentive_words": incentive_words,
    }  # fmt: skip
    _put(row, given, yearly_cost)
    row.save(force_insert=True)
    changes = {"barriers": [None, row.barriers], "incentives": [None, row.incentives]}
    record(by=by, action="placements.add_option", subject=row, changes=changes)
    return row


@transaction.atomic
def change_option(
    *, by: Account, option: AlternativeOption, yearly_cost: Money | None = None, **given: Any
) -> AlternativeOption:
    """Change what is written of an alternative; fields as of `add_option`.

    Raises Http404, FileClosed, AlreadyEnded, ValidationError.
    """
    row = _option_of(by, option)
    before = {"barriers": list(row.barriers), "incentives": list(row.incentives)}
    _put(row, given, yearly_cost)
    row.save()
    changes = {
        name: [value, getattr(row, name)] for name, value in before.items() if value != getattr(row, name)
    }
    record(by=by, action="placements.change_option", subject=row, changes=changes)
    return row


@transaction.atomic
def remove_option(*, by: Account, option: AlternativeOption) -> None:
    """Take an alternative off the list. Raises Http404, FileClosed, AlreadyEnded."""
    row = _option_of(by, option)
    record(by=by, action="placements.remove_option", subject=row)
    row.delete()


@transaction.atomic
def decide_alternative(
    *,
    by: Account,
    alternative: Alternative,
    choice: str,
    reason: str,
    chosen: AlternativeOption | None = None,
    day: date | None = None,
) -> Alternative:
    """Decide for the community, for leaving home, or for both one after the other; say why.

    Raises Http404, FileClosed, AlreadyEnded, ValidationError.
    """
    row = _open_alternative(by, alternative, Permission.DECIDE_PLACEMENTS)
    if chosen is not None and chosen.alternative_id != row.pk:
        raise Http404
    faults: dict[str, Any] = {}
    if choice not in Choice.values or choice == Choice.OPEN:
        faults["choice"] = _("Choose what was decided.")
    if not reason.strip():
        faults["reason"] = _("Say why it was decided so.")
    if choice == Choice.COMMUNITY and chosen is None:
        faults["chosen"] = _("Say which alternative in the community was chosen.")
    if choice in (Choice.OUT_OF_HOME, Choice.DROPPED) and chosen is not None:
        faults["chosen"] = _("An alternative in the community is chosen only where it is decided for.")
    if choice == Choice.OUT_OF_HOME and not row.options.exists():
        faults["choice"] = _(
            "Write down at least one alternative in the community, and why it is not enough."
        )
    if faults:
        raise ValidationError(faults)
    row.choice, row.chosen, row.reason = choice, chosen, reason.strip()
    row.decided_on, row.decided_by = max(day or timezone.localdate(), row.opened_on), by
    _check(row)
    row.save()
    record(by=by, action="placements.decide_alternative", subject=row, changes={"choice": ["open", choice]})
    return row


def _put(row: AlternativeOption, given: dict[str, Any], yearly_cost: Money | None) -> None:
    for name, value in given.items():
        if name in TEXTS:
            value = value.strip()
        elif name == "barriers":
            value = _codes(name, value, Barrier.values)
        elif name == "incentives":
            value = _codes(name, value, Incentive.values)
        elif name not in ("method", "programme"):
            raise TypeError(f"no field is called {name}")
        setattr(row, name, value)
    if yearly_cost is not None:
        row.yearly_agorot = _agorot(yearly_cost)
    if row.method is None and row.programme is None and not row.words:
        raise ValidationError({"words": _("Choose a programme or a method, or say in words what it is.")})
    candidate = facts_of(row.alternative.family)
    if row.programme is not None:
        row.fit = best_by_programme(candidate, row.programme)
    elif row.method is not None:
        row.fit = best_by_method(candidate, row.method)
    else:
        row.fit = None
    _check(row)


def _codes(name: str, value: Sequence[str], known: Sequence[str]) -> list[str]:
    if unknown := set(value) - set(known):
        raise ValidationError({name: _("This is not on the list: %(codes)s.") % {"codes": min(unknown)}})
    return [code for code in known if code in value]


def _check(row: Alternative | AlternativeOption) -> None:
    row.full_clean(validate_unique=False, validate_constraints=False)


def _agorot(amount: Money | None) -> int | None:
    if amount is None:
        return None
    if amount < Money(0):
        raise ValidationError({"yearly_cost": _("A cost is not below zero.")})
    return amount.agorot


def _open_alternative(
    by: Account, alternative: Alternative, permission: Permission = Permission.EDIT_FAMILIES
) -> Alternative:
    family = file_of(by, alternative.family_id, permission)
    Alternative.objects.select_for_update().order_by().filter(pk=alternative.pk).values_list("pk").first()
    found = Alternative.objects.filter(pk=alternative.pk).first()
    if found is None:
        raise Http404
    found.family = family
    if not found.is_open:
        raise AlreadyEnded
    return found


def _option_of(by: Account, option: AlternativeOption) -> AlternativeOption:
    held = _open_alternative(by, option.alternative)
    found = AlternativeOption.objects.filter(pk=option.pk, alternative=held).first()
    if found is None:
        raise Http404
    found.alternative = held
    return found
