"""Budgets of the demonstration: the real one of 2021 to the shekel, and a small invented one of Maale Gan.

Amounts are entered as families × cost or as a sum for each line, and funders by weight, through the
actions that people use; every total is computed from them, and the money lies in the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from maarag.domains.funding.actions import (
    LineDraft,
    ShareDraft,
    approve_budget,
    save_budget,
    save_lines,
    save_shares,
)
from maarag.domains.funding.models import Budget, BudgetLine, BudgetState
from maarag.domains.programmes.actions import QuotaDraft, fund_programme, save_programme, set_quotas
from maarag.domains.programmes.models import Programme
from maarag.domains.services.models import Programme as Listing
from maarag.kernel.people.actions import OrganisationDraft, save_organisations
from maarag.kernel.people.models import Organisation
from maarag.values import Money

from .loading import Loading
from .programmes import EAST_JERUSALEM, JERUSALEM, MINISTRY, ROUTINE, shares_of_places
from .tables import Row, names, number, rows, texts

TABLES = (
    "budgets",
    "budget_lines",
    "budget_shares",
    "budget_organisations",
    "budget_programmes",
    "programmes",
    "departments",
    "authorities",
    "figures",
)
NATIONAL = "continuum-2021"
FICTIONAL = "maale-gan-baskets"
SHARED_OUT = "noshmim-places-estimate"
"""The source whose method says how the places of authorities are estimated."""


def load_budget(loading: Loading) -> None:
    """Load the programmes, then each budget that is not granted yet, with the quotas that are known.

    A granted budget is left as it is: it changes by decisions only.
    """
    organisations = _save_organisations(loading)
    programmes = _save_programmes(loading, organisations)
    granted = set(Budget.objects.exclude(state=BudgetState.PLAN).values_list("code", flat=True))
    table = rows("budgets")
    for row in loading.steps("budgets", table):
        if row["code"] in granted:
            continue
        budget = _save_budget(loading, row, organisations)
        approve_budget(
            by=loading.by, budget=budget, what=row["decision"], why=row["why"], document=row["document"]
        )
        _give_quotas(loading, budget, programmes)
    loading.counts["budgets"] += len(table)


def _save_organisations(loading: Loading) -> dict[str, Organisation]:
    theirs = loading.codes_of_theirs(Organisation)
    drafts = [
        OrganisationDraft(row["code"], {**names(row), "sector": row["sector"], "place": loading.places["IL"]})
        for row in rows("budget_organisations")
        if row["code"] not in theirs
    ]
    save_organisations(by=loading.by, drafts=drafts)
    loading.counts["organisations"] += len(rows("budget_organisations"))
    codes = {row["organisation"] for row in rows("budget_shares")}
    return {body.code: body for body in Organisation.objects.filter(code__in=codes)}


def _save_programmes(loading: Loading, organisations: dict[str, Organisation]) -> dict[str, Programme]:
    """The eight programmes of the budget, each with its entry in the directory."""
    theirs = loading.codes_of_theirs(Programme)
    listings = {listing.code: listing for listing in Listing.objects.all()}
    known = {row["code"]: row for row in rows("programmes")}
    for row in rows("budget_programmes"):
        if row["code"] in theirs:
            continue
        told = known[row["code"]]
        save_programme(
            by=loading.by,
            code=row["code"],
            organisation=organisations[MINISTRY],
            **texts(told, "name", "description"),
            **texts(row, "for_whom"),
            listing=listings.get(row["code"]),
        )
    return {programme.code: programme for programme in Programme.objects.all()}


def _save_budget(loading: Loading, row: Row, organisations: dict[str, Organisation]) -> Budget:
    code, year = row["code"], loading.today.year
    budget = save_budget(
        by=loading.by,
        code=code,
        place=loading.places[row["place"]],
        source=loading.sources[row["source"]],
        **names(row),
        starts=date.fromisoformat(row["starts"]) if row["starts"] else date(year, 1, 1),
        ends=date.fromisoformat(row["ends"]) if row["ends"] else date(year, 12, 31),
    )
    drafts = [line_draft(line) for line in rows("budget_lines") if line["budget"] == code]
    save_lines(by=loading.by, budget=budget, drafts=drafts, whole=True)
    shares = [
        ShareDraft(share["part"], organisations[share["organisation"]], int(share["weight"]))
        for share in rows("budget_shares")
        if share["budget"] == code
    ]
    save_shares(by=loading.by, budget=budget, drafts=shares)
    return budget


def line_draft(row: Row) -> LineDraft:
    return LineDraft(
        code=row["line"],
        part=row["part"],
        names=names(row),
        families=number(row["families"]),
        unit_cost=Money.from_shekels(row["unit_cost"]) if row["unit_cost"] else None,
        fixed_sum=Money.from_shekels(row["sum"]) if row["sum"] else None,
        source_row=row["source_row"],
    )


def _give_quotas(loading: Loading, budget: Budget, programmes: dict[str, Programme]) -> None:
    """Places for the authorities where a programme is known to run; of the others nothing was published."""
    lines = {line.code: line for line in budget.lines.select_related("budget", "budget__place", "pot")}
    for row in rows("budget_lines"):
        if row["budget"] == budget.code and row["programme"]:
            fund_programme(by=loading.by, programme=programmes[row["programme"]], line=lines[row["line"]])
    if budget.code == FICTIONAL:
        for code in ("noshmim", "hashvil-hameitiv", "mifgash"):
            line = lines[code]
            _give(loading, line, [QuotaDraft(budget.place, line.families or 0)], budget.source.code)
    elif budget.code == NATIONAL:
        shares = [QuotaDraft(loading.places[code], n) for code, n in shares_of_places().items()]
        _give(loading, lines[ROUTINE], shares, SHARED_OUT, is_estimate=True)
        east = lines[EAST_JERUSALEM]
        draft = QuotaDraft(loading.places[JERUSALEM], east.families or 0)
        _give(loading, east, [draft], budget.source.code)


def _give(
    loading: Loading,
    line: BudgetLine,
    drafts: Sequence[QuotaDraft],
    source: str,
    *,
    is_estimate: bool = False,
) -> None:
    told = loading.sources[source]
    set_quotas(
        by=loading.by,
        line=line,
        drafts=drafts,
        what=f"חלוקת מכסות: {line.name_he}",
        why="אומדן: חלוקה לפי משפחות בצורך, בשיטת השארית הגדולה." if is_estimate else "לפי התקציב.",
        document=told.name_he,
        source=told,
        is_estimate=is_estimate,
    )
    loading.counts["quotas"] += sum(draft.families > 0 for draft in drafts)
