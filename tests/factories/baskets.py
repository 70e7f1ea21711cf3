"""Baskets for tests: a programme with a budget of two funders, quotas, prices, and requests on their way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.baskets import actions
from maarag.domains.baskets.models import Basket, Price, Request
from maarag.domains.casework.models import Goal
from maarag.domains.families.models import Family
from maarag.domains.funding.actions import (
    LineDraft,
    ShareDraft,
    approve_budget,
    save_budget,
    save_lines,
    save_shares,
)
from maarag.domains.funding.models import BudgetLine, FunderShare
from maarag.domains.programmes.actions import QuotaDraft, fund_programme, save_programme, set_quotas
from maarag.domains.programmes.models import Programme, Quota
from maarag.domains.services.models import Service
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.ledger.actions import decide, grant
from maarag.kernel.ledger.models import Pot
from maarag.kernel.ledger.queries import balance_of
from maarag.kernel.places.models import Place
from maarag.values import Money

from .casework import goal
from .families import everything
from .families import family as open_family
from .services import World

GOAL = "ארוחה חמה כל יום"
COST = Money.from_shekels(8000)
STARTS = (timezone.localdate().replace(day=1) - timedelta(days=170)).replace(day=1)
ENDS = STARTS.replace(year=STARTS.year + 1) - timedelta(days=1)
"""A year around today, whenever that is: it began in an earlier month, and ends in a later one."""


def programme(
    world: World, code: str = "breathing", *, families: int = 20, budget: str = "", starts: date = STARTS
) -> BudgetLine:
    """A programme and the granted line that pays for it; by default the city bears 3 of 4, its sister 1.

    `budget`: code of another one for a programme that has one already, as where two years overlap.
    """
    system = world.system
    made = save_programme(by=system, code=code, organisation=world.organisation, name_he=f"תכנית {code}")
    money = save_budget(
        by=system,
        code=budget or f"budget-{code}",
        place=world.nation,
        source=world.source,
        name_he=f"תקציב {code}",
        starts=starts,
        ends=ENDS,
    )
    (line,) = save_lines(
        by=system,
        budget=money,
        drafts=[
            LineDraft(
                code="baskets", part="basket", names={"name_he": "סלים"}, families=families, unit_cost=COST
            )
        ],
    )
    save_shares(
        by=system,
        budget=money,
        drafts=[
            ShareDraft("basket", world.organisation, 3),
            ShareDraft("basket", world.sister_organisation, 1),
        ],
    )
    approve_budget(by=system, budget=money, what="הוקצה", why="לבדיקה")
    fund_programme(by=system, programme=made, line=line)
    line.refresh_from_db()
    return line


def quota(world: World, line: BudgetLine, authority: Place, families: int = 5, **more: Any) -> Quota:
    """What of the line an authority has."""
    quotas = set_quotas(
        by=world.system,
        line=line,
        drafts=[QuotaDraft(authority, families, **more)],
        what="מכסה",
        why="לבדיקה",
    )
    return next(one for one in quotas if one.authority_id == authority.pk)


def leave_funder(world: World, line: BudgetLine, weight: int, left: Money) -> Pot:
    """Take money back from the purse of the line's funder with this weight until so much is left in it."""
    share = FunderShare.objects.select_related("pot").get(
        budget=line.budget_id, part=line.part, weight=weight
    )
    assert share.pot is not None
    less = left - balance_of(share.pot).free
    decision = decide(by=world.system, what="המממן הקטין את חלקו")
    grant(by=world.system, pot=share.pot, amount=less, decision=decision, key=f"less-{share.pk}-{left}")
    return share.pot


@dataclass
class Department:
    """A city with a programme, a family with an open basket, and everybody who has to do with it."""

    world: World
    line: BudgetLine
    quota: Quota
    worker: Account
    second: Account
    leader: Account
    head: Account
    family: Family
    basket: Basket
    service: Service
    price: Price
    goal: Goal
    programme: Programme = field(init=False)

    def __post_init__(self) -> None:
        self.programme = self.quota.programme

    def scope(self, by: Account | None = None) -> Any:
        """All rows of the city."""
        return visible(everything(self.world.city, by=by or self.worker))

    def draft(self, quantity: int = 4, **fields: Any) -> Request:
        """A request that lacks nothing and was not sent."""
        response = fields.pop("response", None) or self.world.term("meals")
        basket = fields.pop("basket", self.basket)
        by = fields.pop("by", self.worker)
        request = actions.begin_request(
            by=by,
            basket=basket,
            response=response,
            replaces=fields.pop("replaces", None),
            day=fields.pop("day", None),
        )
        given = {
            "service": self.service,
            "unit": self.price.unit,
            "unit_agorot": self.price.agorot,
            "price": self.price,
            "quantity": quantity,
            **({"plan_goal": self.goal} if basket.family_id == self.family.pk else {"goal": GOAL}),
            "why": "אין מי שיבשל בשעות העבודה",
            "offered": [self.service.pk],
            "choice": "בחרו בקרוב לבית",
            **fields,
        }
        return actions.change_request(by=by, request=request, **given)

    def sent(self, quantity: int = 4, **fields: Any) -> Request:
        """A request with an opinion for it."""
        by, day = fields.get("by", self.worker), fields.get("day")
        request = actions.send_request(by=by, request=self.draft(quantity, **fields), day=day)
        actions.give_opinion(by=by, request=request, stance="for", text="מתאים למשפחה", day=day)
        request.refresh_from_db()
        return request

    def approved(self, quantity: int = 4, by: Account | None = None, **fields: Any) -> Request:
        request = self.sent(quantity, **fields)
        return actions.approve_request(by=by or self.leader, request=request, day=fields.get("day"))

    def ordered(self, quantity: int = 4, **fields: Any) -> Request:
        request = self.approved(quantity, **fields)
        return actions.order_request(by=self.worker, request=request, day=fields.get("day"))

    def delivered(self, quantity: int = 4, **fields: Any) -> Request:
        request = self.ordered(quantity, **fields)
        actions.record_delivery(by=self.worker, request=request, outcome="yes", day=fields.get("day"))
        request.refresh_from_db()
        return request

    def pay(self, *requests: Request, invoice: str = "1001", by: Account | None = None, **more: Any) -> Any:
        drafts = [actions.PaymentDraft(request, invoice, more.pop("amount", None)) for request in requests]
        return actions.pay_requests(
            by=by or self.head, drafts=drafts, key=more.pop("key", None) or uuid4(), **more
        )

    def paid(self, quantity: int = 4, invoice: str = "1001", **fields: Any) -> Request:
        request = self.delivered(quantity, **fields)
        self.pay(request, invoice=invoice, day=fields.get("day"))
        request.refresh_from_db()
        return request


def department(world: World, families: int = 5) -> Department:
    """The city's department, with one family and 8,000 shekels for it."""
    worker, second = (world.account(Role.SOCIAL_WORKER, place=world.city) for _number in range(2))
    leader = world.account(Role.TEAM_LEADER, place=world.city)
    head = world.account(Role.DEPARTMENT_HEAD, place=world.city)
    family = open_family(world.system, world.city, worker, opened_on=STARTS)
    return _department(world, family, (worker, second, leader, head), families)


def department_of(estate: Any) -> Department:
    """The same around the family and the accounts of the estate in which every address is tried.

    Made once, and again where it was rolled back.
    """
    made = estate.department
    if made is not None:
        with made.scope():
            if Basket.objects.filter(pk=made.basket.pk).exists():
                return made
    roles = (Role.SOCIAL_WORKER, Role.TEAM_LEADER, Role.TEAM_LEADER, Role.DEPARTMENT_HEAD)
    worker, second, leader, head = (estate.own[role] for role in roles)
    people = (worker, second, leader, head)
    estate.department = _department(estate.nation.world, estate.family, people, families=5)
    return estate.department


def _department(world: World, family: Family, people: tuple[Account, ...], families: int) -> Department:
    line = programme(world)
    own = quota(world, line, world.city, families)
    worker, second, leader, head = people
    service = world.service("meals-home", "ארוחות עד הבית", "meals")
    price = actions.set_price(
        by=world.system,
        service=service,
        response=world.term("meals"),
        unit="month",
        amount=Money.from_shekels(450),
        starts=STARTS,
    )
    with visible(everything(world.city, by=worker)):
        basket = actions.open_basket(by=worker, family=family, quota=own, day=max(STARTS, family.opened_on))
    wanted = goal(worker, family, GOAL)
    return Department(world, line, own, worker, second, leader, head, family, basket, service, price, wanted)
