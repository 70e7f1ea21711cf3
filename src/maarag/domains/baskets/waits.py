"""What of baskets waits for whom: the queues of approvers and payers, and everybody's list of what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from maarag.domains.families.scope import may
from maarag.domains.families.waiting import Waiting
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Status
from maarag.values import Money

from .buying import buying_of_each, not_bought_in_short
from .limits import LADDER, Limits, decider_of, limits, roles_for
from .models import Request, Stage
from .queries import to_decide, to_pay
from .scope import requests_of
from .words import missing_of, status_of

DECIDE_WITHIN = timedelta(days=7)
PAY_WITHIN = timedelta(days=30)
MOST = 100


@dataclass
class Decisions:
    """What waits: for this account's decision, for anybody's opinion, and for somebody else."""

    mine: list[Request] = field(default_factory=list)
    opinions: list[Request] = field(default_factory=list)
    others: list[Request] = field(default_factory=list)
    notes: dict[UUID, str] = field(default_factory=dict)
    waits_for: dict[UUID, Any] = field(default_factory=dict)

    @property
    def all(self) -> list[Request]:
        return [*self.mine, *self.opinions, *self.others]

    def note(self, request: Request, words: str) -> None:
        """Add to what is to be looked at."""
        known = self.notes.get(request.pk)
        self.notes[request.pk] = f"{known} {words}" if known else words

    def status(self, request: Request) -> Status:
        return status_of(request, waits_for=self.waits_for.get(request.pk, ""))


def decisions_of(account: Account) -> Decisions:
    """The requests that wait, sorted by who decides."""
    found = Decisions()
    known: dict[tuple[int, int], Limits] = {}
    roles: dict[tuple[int, int | None], list[Any]] = {}
    may_approve: dict[tuple[int, int | None], bool] = {}
    people: dict[tuple[Any, ...], Any] = {}
    rows = list(to_decide(account)[: MOST * 5])
    bought = buying_of_each({row.basket.quota.programme for row in rows})
    for row in rows:
        if not bought[row.basket.quota.programme_id].allows(row.response):
            found.note(row, not_bought_in_short())
        if row.stage == Stage.OPINION:
            found.opinions.append(row)
            continue
        programme, place = row.basket.quota.programme, (row.authority_id, row.family.neighbourhood_id)
        which = (programme.pk, row.authority_id)
        if which not in known:
            known[which] = limits(programme, row.family.authority)
        if place not in roles:
            roles[place] = roles_for(account, row.family)
            may_approve[place] = may(account, Permission.APPROVE_SPENDING, row.family)
        amount = row.amount or Money(0)
        own = account.pk in row.written_by
        if may_approve[place] and not own and amount <= known[which].of(roles[place]):
            found.mine.append(row)
            continue
        within = tuple(known[which].amounts[role] >= amount for role in LADDER)
        asked = (which, place, within, frozenset(row.written_by), row.basket.quota.line_id)
        if asked not in people:
            budget = row.basket.quota.line.budget
            people[asked] = decider_of(amount, known[which], row.family, row.written_by, budget)
        found.waits_for[row.pk] = people[asked].label
        if people[asked].is_above and row.above_key is None:
            found.note(row, _("Nobody else in the department may decide it: ask above."))
        elif own:
            found.note(row, _("You asked for it or wrote on it yourself."))
        elif may_approve[place]:
            found.note(row, _("Above your limit."))
        found.others.append(row)
    return found


def waiting_of(account: Account) -> Iterator[Waiting]:
    """Everything of baskets that waits for the account."""
    if not account.may_somewhere(Permission.VIEW_FAMILIES):
        return
    if account.may_somewhere(Permission.APPROVE_SPENDING):
        for row in decisions_of(account).mine[:MOST]:
            yield _waiting(row, _("Decide: %(what)s"), DECIDE_WITHIN, row.asked_on)
    if account.may_somewhere(Permission.PAY_SPENDING):
        for row in to_pay(account)[:MOST]:
            if row.decided_by_id != account.pk:
                yield _waiting(row, _("Pay: %(what)s"), PAY_WITHIN, row.ordered_on)
    yield from _own(account)


def _own(account: Account) -> Iterator[Waiting]:
    """What the worker of a family goes on with: what is not complete, to order, to follow."""
    rows = requests_of(account).filter(
        family__worker=account, stage__in=[Stage.DRAFT, Stage.OPINION, Stage.APPROVED, Stage.ORDERED]
    )
    words = {
        Stage.DRAFT: _("Complete the request: %(what)s"),
        Stage.OPINION: _("Write a professional opinion: %(what)s"),
        Stage.APPROVED: _("Order: %(what)s"),
        Stage.ORDERED: _("Ask whether it came: %(what)s"),
    }
    for row in rows.order_by("begun_on")[:MOST]:
        if row.stage == Stage.DRAFT and not missing_of(row):
            yield _waiting(row, _("Send the request: %(what)s"), None, None)
            continue
        due = row.needed_by if row.stage == Stage.ORDERED else None
        yield _waiting(row, words[Stage(row.stage)], None, None, due)


def _waiting(row: Request, words: str, within: Any, since: Any, due: Any = None) -> Waiting:
    address = "baskets:edit" if row.stage == Stage.DRAFT else "baskets:request"
    return Waiting(
        kind="baskets",
        what=words % {"what": name_in_language(row.response)},
        url=reverse(address, args=[row.pk]),
        family=row.family,
        due=due or (since + within if within and since else None),
        status=status_of(row),
    )


__all__ = ["Decisions", "decisions_of", "waiting_of"]
