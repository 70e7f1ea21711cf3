"""A budget to the shekel: the real document of 2021, entered as the demonstration enters it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from maarag.demo.budget import NATIONAL, line_draft
from maarag.demo.tables import names, rows
from maarag.domains.funding.actions import (
    LineDraft,
    ShareDraft,
    approve_budget,
    save_budget,
    save_lines,
    save_shares,
)
from maarag.domains.funding.models import Budget, BudgetLine
from maarag.domains.programmes.actions import QuotaDraft, fund_programme, save_programme, set_quotas
from maarag.domains.programmes.models import Programme, Quota
from maarag.kernel.access.models import Account
from maarag.kernel.people.actions import save_organisation
from maarag.kernel.people.models import Organisation, Sector
from maarag.kernel.places.models import Place
from maarag.values import Money

from .services import World

WORDS = {"what": "תקציב 2021", "why": "לפי המסמך", "document": "מסמך 17"}


def funders(world: World) -> dict[str, Organisation]:
    """The three who bear the real budget."""
    codes = {row["organisation"] for row in rows("budget_shares") if row["budget"] == NATIONAL}
    return {
        code: save_organisation(
            by=world.system, code=code, name_he=f"גוף {code}", sector=Sector.CENTRAL_GOVERNMENT
        )
        for code in codes
    }


def planned(world: World, **fields: Any) -> Budget:
    """The document as a plan."""
    bodies = funders(world)
    row = next(row for row in rows("budgets") if row["code"] == NATIONAL)
    budget = save_budget(
        by=world.system,
        code=NATIONAL,
        place=fields.pop("place", world.nation),
        source=world.source,
        **{
            **names(row),
            "starts": date.fromisoformat(row["starts"]),
            "ends": date.fromisoformat(row["ends"]),
            **fields,
        },
    )
    drafts = [line_draft(line) for line in rows("budget_lines") if line["budget"] == NATIONAL]
    save_lines(by=world.system, budget=budget, drafts=drafts, whole=True)
    shares = [
        ShareDraft(share["part"], bodies[share["organisation"]], int(share["weight"]))
        for share in rows("budget_shares")
        if share["budget"] == NATIONAL
    ]
    save_shares(by=world.system, budget=budget, drafts=shares)
    return budget


def granted(world: World, **fields: Any) -> Budget:
    """The document, granted: its money is in the ledger."""
    return approve_budget(by=world.system, budget=planned(world, **fields), **WORDS)


def line_of(budget: Budget, code: str) -> BudgetLine:
    return budget.lines.select_related("budget", "budget__place", "pot").get(code=code)


def programme_of(world: World, budget: Budget, code: str = "noshmim") -> Programme:
    """A programme paid for by the budget's line of the same code."""
    programme = save_programme(
        by=world.system, code=code, organisation=world.organisation, name_he=f"תכנית {code}"
    )
    fund_programme(by=world.system, programme=programme, line=line_of(budget, code))
    return programme


def quota(by: Account, line: BudgetLine, place: Place, families: int, amount: Money | None = None) -> Quota:
    """Give the authority so many families of a line."""
    set_quotas(by=by, line=line, drafts=[QuotaDraft(place, families, amount)], what="מכסה", why="לפי הצורך")
    return Quota.objects.select_related("pot", "line").get(line=line, authority=place)


SMALL = "small"


def small(world: World, place: Place, *, plan: bool = False) -> Budget:
    """A budget of one line of 100 families, borne by one body; the same again where it was made before."""
    code = f"{SMALL}-plan" if plan else SMALL
    made = Budget.objects.filter(code=code).first()
    if made is not None:
        return made
    budget = save_budget(
        by=world.system,
        code=code,
        place=place,
        source=world.source,
        name_he="תקציב קטן",
        starts=timezone.localdate().replace(month=1, day=1),
        ends=timezone.localdate().replace(month=12, day=31),
    )
    draft = LineDraft(
        "noshmim", "basket", {"name_he": "נושמים"}, families=100, unit_cost=Money.from_shekels(8000)
    )
    save_lines(by=world.system, budget=budget, drafts=[draft])
    save_shares(by=world.system, budget=budget, drafts=[ShareDraft("basket", world.organisation, 1)])
    return budget if plan else approve_budget(by=world.system, budget=budget, **WORDS)
