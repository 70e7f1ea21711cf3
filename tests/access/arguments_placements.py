"""The runs, proposals, waits and alternatives that addresses ask for."""

from __future__ import annotations

from typing import Any

from maarag.domains.placements import actions
from maarag.domains.placements.models import Proposal
from maarag.kernel.matches.models import Run
from maarag.kernel.taxonomy.models import Term, Vocabulary
from tests.factories.placements import POOR, Town, town_of

from .conftest import Estate


def the_run(town: Town) -> Run:
    return Run.objects.filter(place=town.city, state="done").earliest("asked_at")


def run(estate: Estate) -> dict[str, Any]:
    """A run of the own department that is done."""
    return {"pk": the_run(town_of(estate)).pk}


def two_runs(estate: Estate) -> dict[str, Any]:
    found = the_run(town_of(estate)).pk
    return {"pk": found, "other": found}


def proposals(estate: Estate) -> list[Proposal]:
    town = town_of(estate)
    with town.scope():
        return list(Proposal.objects.filter(run=the_run(town)).order_by("rank"))


def proposal(estate: Estate) -> dict[str, Any]:
    """A proposal that nobody has decided."""
    return {"pk": proposals(estate)[0].pk}


def placed_family(estate: Estate) -> dict[str, Any]:
    return {"pk": town_of(estate).families[0].pk}


def waiting(estate: Estate) -> dict[str, Any]:
    """A family of its own that waits, each time another."""
    town = town_of(estate)
    family = town.family(POOR)
    with town.scope():
        return {"pk": actions.wait(by=town.worker, family=family, programme=town.programmes[0]).pk}


def alternative(estate: Estate) -> dict[str, Any]:
    """Leaving home is considered, each time anew, with one alternative in the community."""
    town = town_of(estate)
    response = Term.objects.filter(vocabulary=Vocabulary.RESPONSE).order_by("code")[0]
    with town.scope():
        made = actions.consider(by=town.worker, family=town.families[0], response=response, why="x")
        actions.add_option(by=town.worker, alternative=made, words="סבתא בבניין")
        return {"pk": made.pk}


def new_run(estate: Estate) -> dict[str, Any]:
    return {"place": town_of(estate).city.code}


def accepted(estate: Estate) -> dict[str, Any]:
    return {"proposals": [str(proposals(estate)[0].pk)]}


def swapped(estate: Estate) -> dict[str, Any]:
    first, second = proposals(estate)[:2]
    return {"first": str(first.pk), "second": str(second.pk)}


def new_wait(estate: Estate) -> dict[str, Any]:
    town = town_of(estate)
    return {"family": str(town.family(POOR).pk), "programme": town.programmes[0].code}


def new_alternative(estate: Estate) -> dict[str, Any]:
    response = Term.objects.filter(vocabulary=Vocabulary.RESPONSE).order_by("code")[0]
    return {"family": str(town_of(estate).families[0].pk), "response": response.code, "why": "x"}
