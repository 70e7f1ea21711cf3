"""Whoever decides of several holds files and places in one order, so that no two wait for each other."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maarag.domains.placements import actions
from maarag.domains.placements.models import Proposal
from maarag.kernel.matches.models import Run
from tests.factories.placements import POOR, RISK, Town

HELD = re.compile(
    r'FROM "(\w+)".* FOR (?:NO KEY )?UPDATE|pg_advisory_xact_lock\(hashtext\(\'(baskets\.money)'
)
WORKS: dict[str, Callable[[Town, Run, list[Proposal]], object]] = {
    "accept": lambda town, _run, rows: actions.accept(by=town.leader, proposals=rows),
    "swap": lambda town, _run, rows: actions.swap(by=town.leader, first=rows[0], second=rows[-1]),
    "carry_out": lambda town, run, _rows: actions.carry_out(by=town.leader, run=run),
}


@pytest.mark.parametrize("work", WORKS)
def test_files_first_and_then_places_by_their_keys(place_town: Town, work: str):
    for said in ((POOR,), (RISK,), (POOR,)):
        place_town.family(*said)
    run = place_town.run()
    with place_town.scope():
        rows = sorted(Proposal.objects.filter(run=run), key=lambda row: row.quota_id)
        assert rows[0].quota_id != rows[-1].quota_id
        if work == "carry_out":
            actions.accept(by=place_town.leader, proposals=rows)
        with CaptureQueriesContext(connection) as queries:
            WORKS[work](place_town, run, rows)
    found = [(match, query["sql"]) for query in queries if (match := HELD.search(query["sql"]))]
    money = ["baskets.money"] if work == "carry_out" else []
    first = found[: len(money) + 2]
    assert [match[1] or match[2] for match, _sql in first] == [*money, "families_family", "programmes_quota"]
    assert all("ORDER BY" in sql for _match, sql in first[len(money) :])
