"""Plans as shared with bodies: those in force with the bodies of an account, and what one of them shows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.database.rows import RowScope, visible
from maarag.domains.families import consented
from maarag.domains.families.consented import Consented
from maarag.domains.families.models import Family
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, grants_of
from maarag.kernel.people.models import Organisation
from maarag.kernel.places.models import Place
from maarag.ui.figures import name_in_language

from ..models import Consent, Goal, GoalState, PlanItem, PlanShare
from .planning import version_in_force


@dataclass(frozen=True)
class SharedGoal:
    """A goal as a body sees it."""

    key: UUID
    own_words: str
    professional_words: str
    target_on: date
    state: GoalState
    state_on: date


@dataclass(frozen=True)
class SharedItem:
    """An item of the plan as a body sees it; `goal` is the key of its goal where that is seen too."""

    goal: UUID | None
    response: Any
    service: Any
    doer: str
    who: str
    starts: date
    ends: date | None
    frequency: str
    amount: str
    progress: str


@dataclass(frozen=True)
class SharedPlan:
    """What of a family's plan a body sees: the goals and items of its profession, plain values."""

    share: PlanShare
    number: int
    name: str | None
    worker: str
    version: int | None
    agreed_on: date | None
    goals: tuple[SharedGoal, ...]
    items: tuple[SharedItem, ...]


@dataclass(frozen=True)
class SharedLine:
    """A share as the body's list shows it."""

    pk: UUID
    authority: Place
    organisation: Organisation
    profession: str
    number: int
    name: str | None
    until: date


def in_force() -> Q:
    """The condition that a share holds today; the policy of the table says the same for a body."""
    today = timezone.localdate()
    return Q(withdrawn_at=None, starts__lte=today, ends__gte=today)


def shared_with(viewer: Viewer) -> QuerySet[PlanShare]:
    """The shares in force with the bodies for which the viewer works, newest first."""
    bodies = grants_of(viewer, Permission.VIEW_SHARED_FILES).exclude(organisation=None)
    return (
        PlanShare.objects.filter(in_force(), organisation__in=bodies.values("organisation"))
        .select_related("authority", "organisation")
        .defer("basis_details", "authority__outline")
        .order_by("-starts", "-written_at")
    )


def shares_of(family: Family) -> QuerySet[PlanShare]:
    """What of the plan is or was shared, newest first."""
    return PlanShare.objects.filter(family=family).select_related("organisation", "consent", "written_by")


def consented_shares(family: Family) -> list[Consented]:
    """The shares of the plan by a consent of the family that hold, or will; each names its consent."""
    rows = shares_of(family).exclude(consent=None).filter(withdrawn_at=None, ends__gte=timezone.localdate())
    return [
        Consented(
            "casework.planshare",
            row.pk,
            _("The plan, shared with %(body)s") % {"body": name_in_language(row.organisation)},
            row.ends,
            row.consent_id,
        )
        for row in rows
    ]


REMEMBERED = timedelta(days=30)
"""So long after its end a consent is still asked about."""


def ended_with_a_share(families: QuerySet[Family]) -> list[tuple[Consent, frozenset[str]]]:
    """Consents that ended lately and a share with them, and the professions that no consent covers now.

    What was withdrawn is not asked about again: that was the family's wish, or the worker's decision.
    """
    today = timezone.localdate()
    lost: dict[UUID, set[str]] = defaultdict(set)
    ended = PlanShare.objects.filter(
        family__in=families.values("pk"),
        withdrawn_at=None,
        ends__lt=today,
        consent__withdrawn_at=None,
        consent__until__gte=today - REMEMBERED,
        consent__until__lt=today,
    )
    for consent, profession in ended.order_by().values_list("consent", "profession"):
        lost[consent].add(profession)
    rows = list(Consent.objects.filter(pk__in=lost).select_related("family").order_by("until", "pk"))
    covered: dict[UUID, set[str]] = defaultdict(set)
    holding = Consent.objects.filter(
        family__in={row.family_id for row in rows}, withdrawn_at=None, until__gte=today
    )
    for family, professions in holding.order_by().values_list("family", "professions"):
        covered[family].update(professions)
    found = [(row, frozenset(lost[row.pk] - covered[row.family_id])) for row in rows]
    return [(row, fields) for row, fields in found if fields]


def ends_with(consent: Consent) -> list[Consented]:
    """What bodies see because of this consent, by its name: it ends when the consent is withdrawn."""
    found = consented.resting_on(consent.family, consent.pk)
    return [each for each in found if each.consent == consent.pk]


def may_stay_after(consent: Consent) -> list[Consented]:
    """What bodies see because the family consented, where nobody wrote down which consent it is."""
    return [each for each in consented.resting_on(consent.family, consent.pk) if each.consent is None]


@transaction.atomic
def shared_lines(viewer: Viewer, *, limit: int, offset: int = 0) -> tuple[int, list[SharedLine]]:
    """(how many there are, a part of them): headed by the family's name only where that is shared."""
    found = shared_with(viewer)
    lines = [_line(viewer, share) for share in found[offset : offset + limit]]
    return found.count(), [line for line in lines if line is not None]


def _line(viewer: Viewer, share: PlanShare) -> SharedLine | None:
    wanted = ("number", "name") if share.with_name else ("number",)
    scope = RowScope(frozenset({share.authority_id}), getattr(viewer, "pk", None), family=share.family_id)
    with visible(scope):
        row = Family.objects.filter(pk=share.family_id).values(*wanted).first()
    if row is None:
        return None
    return SharedLine(
        pk=share.pk,
        authority=share.authority,
        organisation=share.organisation,
        profession=share.profession,
        number=row["number"],
        name=row.get("name"),
        until=share.ends,
    )


def plan_for(share: PlanShare, family: Family) -> SharedPlan:
    """The plan in force as far as the profession of the share goes, in a scope that sees the family."""
    of_the_field = {"family": family, "professions__contains": [share.profession]}
    goals = Goal.objects.filter(**of_the_field).exclude(state=GoalState.DROPPED)
    version = version_in_force(family)
    items = PlanItem.objects.filter(plan=version, **of_the_field) if version else PlanItem.objects.none()
    keys = {goal.pk for goal in goals}
    return SharedPlan(
        share=share,
        number=family.number,
        name=family.name if share.with_name else None,
        worker=family.worker.name,
        version=version.number if version else None,
        agreed_on=version.agreed_on if version else None,
        goals=tuple(
            SharedGoal(
                key=goal.pk,
                own_words=goal.own_words,
                professional_words=goal.professional_words,
                target_on=goal.target_on,
                state=GoalState(goal.state),
                state_on=goal.state_on,
            )
            for goal in goals
        ),
        items=tuple(
            SharedItem(
                goal=item.goal_id if item.goal_id in keys else None,
                response=item.response.name,
                service=item.service,
                doer=str(item.get_doer_display()),
                who=item.who,
                starts=item.starts,
                ends=item.ends,
                frequency=str(item.get_frequency_display()),
                amount=item.amount,
                progress=item.progress,
            )
            for item in items.select_related("response", "service").order_by("position")
        ),
    )
