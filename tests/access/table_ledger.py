"""The addresses of the ledger: pots of the own authority; closing periods is for whoever manages budgets."""

from __future__ import annotations

from datetime import date
from typing import Any

from maarag.kernel.access.permissions import Permission as P
from maarag.kernel.ledger import actions
from maarag.kernel.ledger.models import Pot
from maarag.values import Money

from .conftest import Estate
from .rules import Guarded, Rule


def a_pot(estate: Estate) -> Pot:
    """The quota of a programme in the own authority, with money in it."""
    by = estate.nation.world.system
    if known := Pot.objects.filter(code="access:quota").first():
        return known
    pot = actions.open_pot(
        by=by, kind="quota", code="access:quota", label="מכסה", authority=estate.nation.world.city
    )
    decision = actions.decide(by=by, what="הקצאה")
    actions.grant(by=by, pot=pot, amount=Money(100_00), decision=decision, key="access:grant")
    return pot


def pot(estate: Estate) -> dict[str, Any]:
    return {"code": a_pot(estate).code}


def entry(estate: Estate) -> dict[str, Any]:
    return {"pk": a_pot(estate).accounts.get(stage="free").postings.get().entry_id}


def closing(estate: Estate) -> dict[str, Any]:
    return {
        "starts": date(2020, 1, 1),
        "ends": date(2020, 1, 31),
        "authority": estate.nation.world.city.code,
        "what": "סגירת חודש",
    }


LEDGER: dict[str, Rule] = {
    "ledger:index": Guarded(P.VIEW_LEDGER),
    "ledger:statement": Guarded(P.VIEW_LEDGER, pot, of_a_row=True),
    "ledger:workbook": Guarded(P.VIEW_LEDGER, pot, of_a_row=True),
    "ledger:entry": Guarded(P.VIEW_LEDGER, entry, of_a_row=True),
    "ledger:periods": Guarded(P.MANAGE_BUDGETS),
    "ledger:periods POST": Guarded(P.MANAGE_BUDGETS, method="post", data=closing, statuses=(302, 400)),
    "api:ledger_pots": Guarded(P.VIEW_LEDGER),
    "api:ledger_statement": Guarded(P.VIEW_LEDGER, pot, of_a_row=True),
    "api:ledger_entry": Guarded(P.VIEW_LEDGER, entry, of_a_row=True),
    "api:ledger_periods": Guarded(P.VIEW_LEDGER),
    "api:ledger_close": Guarded(P.MANAGE_BUDGETS, method="json", data=closing, statuses=(201, 404)),
}
