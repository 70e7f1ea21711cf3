"""What people decided, by group, for a district or the nation: told in numbers, hidden where it is of few."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from maarag.database.rows import visible
from maarag.domains.placements import actions
from maarag.domains.placements.models import Proposal
from maarag.domains.placements.queries import fairness
from maarag.domains.placements.queries.decided_above import Stand, decided_shown, stands_of
from maarag.domains.placements.queries.fairness import GroupLine
from maarag.engines.indicators import ALL
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.access.rows import scope_of
from maarag.kernel.jobs.inline import work_off
from maarag.kernel.matches.models import Run
from maarag.values import Shown, Suppressed, is_suppressed
from tests.engines.indicators.attacker import Knowledge
from tests.factories.baskets import quota as quota_of
from tests.factories.families import NATIONAL_ID
from tests.factories.placements import ARABIC, POOR, Town, town
from tests.factories.services import world

from .conftest import signed_in

ARAB = "arabic_speaking"
GROUPS = (*"abc", ALL)


@pytest.fixture
def here(db: None) -> Town:
    """Twelve families in the city and eight in its sister, half of each in Arabic; a place for each."""
    made = town(world(), places=(12, 1))
    sister = made.world.sister
    quota_of(made.world, made.first.line, sister, 8)
    worker = made.world.account(Role.SOCIAL_WORKER, place=sister)
    for number in range(20):
        said = (POOR, ARABIC) if number % 2 else (POOR,)
        ids = {"national_id": f"{int(NATIONAL_ID) + number}", "phone": f"05{number:08}"}
        if number < 12:
            made.family(*said, **ids)
        else:
            made.family(*said, authority=sister, worker=worker, **ids)
    return made


@pytest.fixture
def national(here: Town) -> Account:
    return here.world.account(Role.NATIONAL_MANAGER, place=here.world.nation)


@pytest.fixture
def wide(here: Town, national: Account) -> Run:
    with visible(scope_of(national)):
        run = actions.start_run(by=national, place=here.world.nation)
    work_off()
    run.refresh_from_db()
    assert (run.totals["families"], run.totals["placed"]) == (20, 20)
    return run


def leave(here: Town, run: Run, group: str, count: int) -> None:
    """So many of the city's families of a group are left waiting."""
    with here.scope():
        rows = [
            row
            for row in Proposal.objects.filter(run=run, authority=here.city, verdict="pending")
            if row.explanation["groups"]["language"] == group
        ]
        for row in rows[:count]:
            actions.leave_waiting(by=here.leader, proposal=row)


def groups(viewer: Account, run: Run, attribute: str = "language") -> dict[str, GroupLine]:
    with visible(scope_of(viewer)):
        found = {one.code: one for one in fairness(viewer, run)}
    return {line.value: line for line in found[attribute].groups}


def test_a_department_takes_away_groups_that_say_of_what_they_are(here: Town, wide: Run, national: Account):
    """Beside its own figures stand the groups of all departments."""
    sheets = {}
    for viewer in (here.leader, national):
        answer = signed_in(viewer).get(reverse("placements:whole_export", args=[wide.pk, "xlsx"]))
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
        titles = {str(book.get_sheet_by_name(name).to_python()[0][0]) for name in book.sheet_names}
        sheets[viewer.pk] = {title for title in titles if "roups" in title}
    assert "Language: groups in all of the run" in sheets[here.leader.pk]
    assert all("in all of the run" in title for title in sheets[here.leader.pk])
    assert "Groups: Language" in sheets[national.pk]


def test_what_was_decided_while_the_run_waited_its_turn_it_has_read(here: Town, wide: Run, national: Account):
    with visible(scope_of(national)):
        new = actions.rerun(by=national, run=wide)
    leave(here, wide, ARAB, 6)
    work_off()
    new.refresh_from_db()
    assert new.totals["kept"] == 6
    numbers = stands_of(new)["language"]
    assert numbers is not None
    assert sum(numbers.values()) == 20
    assert all(one.proposed == one.decided for one, n in numbers.items() if n), "nobody decided since"


def test_what_was_kept_and_taken_back_after_the_run_is_told_as_the_run_counted_it(
    here: Town, wide: Run, national: Account
):
    leave(here, wide, ARAB, 6)
    with visible(scope_of(national)):
        new = actions.rerun(by=national, run=wide)
    work_off()
    new.refresh_from_db()
    with here.scope():
        for row in Proposal.objects.filter(run=new, verdict="declined")[:5]:
            actions.take_back(by=here.leader, proposal=row)
    numbers = stands_of(new)["language"]
    assert numbers is not None
    changed = {one: n for one, n in numbers.items() if n and one.proposed != one.decided}
    assert changed == {Stand(here.city.pk, ARAB, False, True): 5}


def test_a_difference_is_mended_in_one_department_of_the_run(here: Town, wide: Run, national: Account):
    client = signed_in(national)
    given = {"place": "9001", "who": "without_place", "least_fit": "40", "mends": f"language:{ARAB}"}
    given[f"floor-language-{ARAB}"] = "10"
    assert client.post(reverse("placements:again", args=[wide.pk]), given).status_code == 302
    new = wide.remarks.get().mended_by
    assert (new.place, new.settings["floors"]) == (
        here.city,
        [{"attribute": "language", "value": ARAB, "percent": 10}],
    )


def test_decisions_of_many_are_told_beside_the_proposals(here: Town, wide: Run, national: Account):
    found = groups(national, wide)
    assert found[ARAB].stands == found[ARAB].placed == 10, "nothing is decided yet"
    leave(here, wide, ARAB, 5)
    found = groups(national, wide)
    assert (found[ARAB].families, found[ARAB].placed, found[ARAB].stands) == (10, 10, 5)
    assert found["unknown"].stands == 10
    decided = found[ARAB].decided
    assert decided is not None
    assert (decided.families, decided.placed) == (10, 5)
    assert decided.seen, "ten of ten and five of ten"
    assert decided.difference_interval.high < 0
    assert not found[ARAB].proposed.seen  # type: ignore[union-attr]


def test_page_api_and_files_tell_the_same_and_no_name(here: Town, wide: Run, national: Account):
    leave(here, wide, ARAB, 5)
    client = signed_in(national)
    page = client.get(reverse("placements:fairness", args=[wide.pk]), {"of": "decided"})
    text = page.content.decode()
    assert "What stands after the decisions" in text
    (part,) = (one for one in page.context["parts"] if one["code"] == "language")
    assert sorted(row["placed"] for row in part["table"].rows) == [5, 10]
    told = client.get(f"/api/placements/runs/{wide.pk}/fairness")
    (arab,) = (one for one in told.json() if one["value"] == ARAB)
    assert (arab["placed"], arab["stands"], arab["decided"]["placed"], arab["is_seen"]) == (10, 5, 5, True)
    book = client.get(reverse("placements:whole_export", args=[wide.pk, "xlsx"])).content
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(book))
    rows = [row for name in sheets.sheet_names for row in sheets.get_sheet_by_name(name).to_python()]
    assert any(10 in row and 5 in row for row in rows)
    pdf = client.get(reverse("placements:whole_export", args=[wide.pk, "pdf"]))
    assert pdf.content.startswith(b"%PDF")
    said = text + told.content.decode() + json.dumps(rows, default=str)
    assert not any(family.name in said for family in here.families)


@pytest.mark.parametrize("few", [1, 4])
def test_decisions_that_changed_little_are_not_told(here: Town, wide: Run, national: Account, few: int):
    leave(here, wide, ARAB, few)
    found = groups(national, wide)
    assert (found[ARAB].families, found[ARAB].placed) == (10, 10), "what the run proposed stays told"
    assert found[ARAB].stands is None or is_suppressed(found[ARAB].stands)
    assert found[ARAB].decided is None
    client = signed_in(national)
    told = client.get(f"/api/placements/runs/{wide.pk}/fairness").json()
    assert {one["stands"] for one in told} <= {None, "hidden"}
    text = client.get(reverse("placements:fairness", args=[wide.pk]), {"of": "decided"}).content.decode()
    assert "is not told" in text


def test_a_department_sees_its_own_decisions_exactly(here: Town, national: Account):
    run = here.run()
    leave(here, run, ARAB, 1)
    with here.scope():
        (language,) = (one for one in fairness(here.leader, run) if one.code == "language")
    found = {line.value: line for line in language.groups}
    assert (found[ARAB].placed, found[ARAB].stands) == (6, 5)


def test_a_file_that_is_gone_has_no_place_and_what_does_not_go_with_the_run_is_not_told(
    here: Town, wide: Run, national: Account
):
    with here.scope():
        Proposal.objects.filter(run=wide, family=here.families[1]).delete()
    numbers = stands_of(wide)["language"]
    assert numbers is not None
    assert numbers[Stand(here.city.pk, ARAB, True, False)] == 1
    wide.totals["groups"] = [[*key, families, 0] for *key, families, _placed in wide.totals["groups"]]
    assert set(stands_of(wide).values()) == {None}


def invented(seed: int) -> dict[Stand, int]:
    dice = random.Random(seed)
    return {
        Stand(authority, value, proposed, decided): dice.choice((0, 0, 1, 2, 7, 30))
        for authority in range(1, 6)
        for value in "abc"
        for proposed in (True, False)
        for decided in (True, False)
    }


def cell(numbers: dict[Stand, int], **of: object) -> frozenset[Stand]:
    """The families of whom these are true; a group of ALL is everybody."""
    wanted = {name: value for name, value in of.items() if value != ALL}
    return frozenset(
        one for one, n in numbers.items() if n and all(getattr(one, k) == v for k, v in wanted.items())
    )


def total(numbers: dict[Stand, int], **of: object) -> int:
    return sum(numbers[one] for one in cell(numbers, **of))


def reader(numbers: dict[Stand, int], read: Callable[[str], Shown]) -> Knowledge:
    """Who knows the run's own table and each number of the decisions that is told; what is few is marked."""
    seen = Knowledge()
    for value in GROUPS:
        for placed in (True, False, ALL):
            if (number := total(numbers, value=value, proposed=placed)) >= 5:
                seen.numbers[cell(numbers, value=value, proposed=placed)] = float(number)
        if not is_suppressed(shown := read(value)):
            seen.numbers[cell(numbers, value=value, decided=True)] = float(shown or 0)
        for now in (True, False):
            if 0 < total(numbers, value=value, decided=now) < 5:
                seen.marks[cell(numbers, value=value, decided=now)] = Suppressed(5)
        for was in (True, False):
            changed = {"value": value, "proposed": was, "decided": not was}
            if 0 < total(numbers, **changed) < 5:
                seen.marks[cell(numbers, **changed)] = Suppressed(5)
    return seen


@pytest.mark.parametrize("seed", range(6))
def test_no_change_of_a_few_families_can_be_worked_out(seed: int):
    numbers = invented(seed)
    read = decided_shown(numbers, lambda value, placed: total(numbers, value=value, proposed=placed) >= 5)
    assert read is not None
    found = reader(numbers, read)
    assert any(not is_suppressed(read(value)) for value in GROUPS)
    assert found.narrowed() == []


def test_the_same_reader_is_through_where_every_decision_is_told():
    """Forty were proposed a place; two of them have none now, and nobody else was given theirs."""
    numbers = {Stand(1, "a", True, True): 38, Stand(1, "a", True, False): 2, Stand(2, "b", True, True): 30}
    told = reader(numbers, lambda value: total(numbers, value=value, decided=True))
    assert told.narrowed() != []
    read = decided_shown(numbers, lambda value, placed: total(numbers, value=value, proposed=placed) >= 5)
    assert read is not None
    assert is_suppressed(read("a"))
    assert reader(numbers, read).narrowed() == []
