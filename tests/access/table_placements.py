"""Who may open which page of placing families."""

from __future__ import annotations

from typing import Any

from maarag.domains.placements.models import AlternativeOption
from maarag.kernel.access.permissions import Permission as P
from tests.factories.placements import POOR, town_of

from .arguments_placements import alternative, placed_family, proposal, run, waiting
from .conftest import Estate
from .rules import Guarded, Rule

ROW: dict[str, Any] = {"of_a_row": True}
STEP: dict[str, Any] = {"of_a_row": True, "method": "post", "statuses": (422,)}
DONE: dict[str, Any] = {**STEP, "statuses": (302,)}
RUN, DECIDE, READ, EDIT = P.RUN_PLACEMENTS, P.DECIDE_PLACEMENTS, P.VIEW_FAMILIES, P.EDIT_FAMILIES


def a_file(form: str) -> Any:
    return lambda estate: {**run(estate), "form": form}


def a_list(estate: Estate) -> dict[str, Any]:
    """A programme for which a family of its own does not wait yet."""
    town = town_of(estate)
    return {"pk": town.family(POOR).pk, "programme": town.programmes[0].code}


def a_place(estate: Estate) -> dict[str, Any]:
    town = town_of(estate)
    return {"pk": town.family(POOR).pk, "quota": town.first.pk}


def option(estate: Estate) -> dict[str, Any]:
    made = alternative(estate)["pk"]
    with town_of(estate).scope():
        return {"pk": AlternativeOption.objects.get(alternative=made).pk}


PLACEMENTS: dict[str, Rule] = {
    "placements:index": Guarded(RUN),
    "placements:new": Guarded(RUN),
    "placements:again": Guarded(RUN, run, **ROW),
    "placements:cancel": Guarded(RUN, run, **DONE),
    "placements:progress": Guarded(RUN, run, statuses=(302,), **ROW),
    "placements:whole": Guarded(RUN, run, **ROW),
    "placements:whole_export": Guarded(RUN, a_file("xlsx"), **ROW),
    "placements:fairness": Guarded(RUN, run, **ROW),
    "placements:remark": Guarded(RUN, run, **STEP),
    "placements:compare": Guarded(RUN, run, **ROW),
    "placements:run": Guarded(DECIDE, run, **ROW),
    "placements:run POST": Guarded(DECIDE, run, **STEP),
    "placements:export": Guarded(DECIDE, a_file("csv"), **ROW),
    "placements:carry_out": Guarded(DECIDE, run, **ROW),
    "placements:proposal": Guarded(READ, proposal, **ROW),
    "placements:accept": Guarded(DECIDE, proposal, **DONE),
    "placements:override": Guarded(DECIDE, proposal, **STEP),
    "placements:undo": Guarded(DECIDE, proposal, **DONE),
    "placements:family": Guarded(READ, placed_family, **ROW),
    "placements:wait": Guarded(EDIT, a_list, **ROW),
    "placements:give": Guarded(EDIT, a_place, **ROW),
    "placements:change_waiting": Guarded(EDIT, waiting, **ROW),
    "placements:stop_waiting": Guarded(EDIT, waiting, **ROW),
    "placements:waiting": Guarded(READ),
    "placements:waiting_export": Guarded(READ, lambda estate: {"form": "csv"}),
    "placements:consider": Guarded(EDIT, placed_family, **ROW),
    "placements:alternative": Guarded(READ, alternative, **ROW),
    "placements:add_option": Guarded(EDIT, alternative, **ROW),
    "placements:option": Guarded(EDIT, option, **ROW),
    "placements:choose": Guarded(DECIDE, alternative, **STEP),
}
