"""Who may call which operation of placements."""

from __future__ import annotations

from typing import Any

from maarag.kernel.access.permissions import Permission as P

from .arguments_placements import (
    accepted,
    alternative,
    new_alternative,
    new_run,
    new_wait,
    placed_family,
    proposal,
    run,
    swapped,
    two_runs,
    waiting,
)
from .rules import Guarded, Rule

ROW: dict[str, Any] = {"of_a_row": True}
CALL: dict[str, Any] = {"of_a_row": True, "method": "json"}
RUN, DECIDE = P.RUN_PLACEMENTS, P.DECIDE_PLACEMENTS
GROUP = {"attribute": "sex", "value": "female"}

PLACEMENTS_API: dict[str, Rule] = {
    "api:placement_runs": Guarded(RUN),
    "api:placement_run_start": Guarded(RUN),
    "api:placement_run_start POST": Guarded(RUN, data=new_run, statuses=(201,), **CALL),
    "api:placement_run": Guarded(RUN, run, **ROW),
    "api:placement_run_cancel": Guarded(RUN, run, **CALL),
    "api:placement_run_again": Guarded(RUN, run, data=lambda estate: {"keep": True}, statuses=(201,), **CALL),
    "api:placement_figures": Guarded(RUN, run, **ROW),
    "api:placement_fairness": Guarded(RUN, run, **ROW),
    "api:placement_explain": Guarded(RUN, run, **ROW),
    "api:placement_explain POST": Guarded(
        RUN, run, data=lambda estate: {**GROUP, "text": "מיעוט פניות"}, statuses=(201,), **CALL
    ),
    "api:placement_mend": Guarded(
        RUN, run, data=lambda estate: {**GROUP, "percent": 10}, statuses=(201,), **CALL
    ),
    "api:placement_compare": Guarded(RUN, two_runs, **ROW),
    "api:placement_proposals": Guarded(DECIDE, run, **ROW),
    "api:placement_proposal": Guarded(P.VIEW_FAMILIES, proposal, **ROW),
    "api:placement_accept": Guarded(DECIDE, run, data=accepted, **CALL),
    "api:placement_swap": Guarded(DECIDE, run, data=swapped, **CALL),
    "api:placement_override": Guarded(
        DECIDE, proposal, data=lambda estate: {"quota": None, "reason": "x"}, **CALL
    ),
    "api:placement_leave": Guarded(DECIDE, proposal, data=lambda estate: {"reason": "x"}, **CALL),
    "api:placement_take_back": Guarded(DECIDE, proposal, **CALL),
    "api:placement_carry_out": Guarded(DECIDE, run, data=lambda estate: {"proposals": None}, **CALL),
    "api:placement_ranking": Guarded(P.VIEW_FAMILIES, placed_family, **ROW),
    "api:placement_waiting": Guarded(P.VIEW_FAMILIES),
    "api:placement_wait": Guarded(P.VIEW_FAMILIES),
    "api:placement_wait POST": Guarded(P.EDIT_FAMILIES, data=new_wait, statuses=(201,), **CALL),
    "api:placement_wait_change": Guarded(
        P.EDIT_FAMILIES, waiting, data=lambda estate: {"priority": 1, "why": "no_place"}, **CALL
    ),
    "api:placement_stop": Guarded(
        P.EDIT_FAMILIES, waiting, data=lambda estate: {"outcome": "no_need"}, **CALL
    ),
    "api:placement_alternatives": Guarded(P.VIEW_FAMILIES, placed_family, **ROW),
    "api:placement_consider": Guarded(P.EDIT_FAMILIES, data=new_alternative, statuses=(201,), **CALL),
    "api:placement_option": Guarded(
        P.EDIT_FAMILIES, alternative, data=lambda estate: {"words": "x"}, statuses=(201,), **CALL
    ),
    "api:placement_choose": Guarded(
        DECIDE, alternative, data=lambda estate: {"choice": "dropped", "reason": "x"}, **CALL
    ),
}
