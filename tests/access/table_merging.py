"""The addresses of files that resemble each other."""

from __future__ import annotations

from typing import Any

from maarag.database.rows import visible
from maarag.domains.families.actions import merge_families
from maarag.kernel.access.permissions import Permission as P
from maarag.kernel.access.permissions import Role
from tests.factories.families import everything
from tests.factories.families import family as open_family

from .conftest import Estate
from .rules import Guarded, Rule

ANOTHER_ID = "000000026"
MERGED_IDS = ("000000034", "000000042")


def two(estate: Estate) -> dict[str, Any]:
    """The own family's file and another one of the own authority."""
    world = estate.nation.world
    other = open_family(
        world.system, world.city, estate.own[Role.SOCIAL_WORKER], national_id=ANOTHER_ID, phone=""
    )
    return {"pk": estate.family.pk, "other": other.pk}


def two_to_merge(estate: Estate) -> dict[str, Any]:
    given = two(estate)
    return {"pk": given["pk"], "away": given["other"]}


def merged(estate: Estate) -> dict[str, Any]:
    """Two files of the own authority, which nobody else works in, of which one was merged into the other."""
    world, leader = estate.nation.world, estate.own[Role.TEAM_LEADER]
    kept, away = (
        open_family(world.system, world.city, leader, national_id=number, phone="") for number in MERGED_IDS
    )
    with visible(everything(world.city, by=leader)):
        merge = merge_families(by=leader, kept=kept, away=away)
    return {"pk": kept.pk, "merge": merge.pk}


def one_merge(estate: Estate) -> dict[str, Any]:
    return {"merge": merged(estate)["merge"]}


def of_family(estate: Estate) -> dict[str, Any]:
    return {"pk": estate.family.pk}


def a_second_file(estate: Estate) -> dict[str, Any]:
    return {"away": str(two(estate)["other"])}


MERGING: dict[str, Rule] = {
    "families:duplicates": Guarded(P.EDIT_FAMILIES),
    "families:apart": Guarded(P.EDIT_FAMILIES, two, of_a_row=True),
    "families:apart POST": Guarded(
        P.EDIT_FAMILIES,
        two,
        of_a_row=True,
        method="post",
        data=lambda estate: {"reason": "other_people"},
        statuses=(302,),
    ),
    "families:merge": Guarded(P.MERGE_FAMILIES, two, of_a_row=True),
    "families:undo_merge": Guarded(P.MERGE_FAMILIES, merged, of_a_row=True),
    "families:undo_merge POST": Guarded(
        P.MERGE_FAMILIES, merged, of_a_row=True, method="post", statuses=(302,)
    ),
    "api:families_duplicates": Guarded(P.EDIT_FAMILIES, query="?authority=nowhere", statuses=(404,)),
    "api:families_apart": Guarded(
        P.EDIT_FAMILIES,
        two,
        of_a_row=True,
        method="json",
        data=lambda estate: {"reason": "other_people"},
        statuses=(204,),
    ),
    "api:families_plan": Guarded(P.MERGE_FAMILIES, two_to_merge, of_a_row=True),
    "api:families_merge": Guarded(
        P.MERGE_FAMILIES, of_family, of_a_row=True, method="json", data=a_second_file
    ),
    "api:families_undo": Guarded(P.MERGE_FAMILIES, one_merge, of_a_row=True, method="json"),
}
