"""What is counted beside the files (emergency openings, what is due to be erased) tells from above no small
number, and no single file.
"""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.http import Http404, HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.families.actions import end_opening
from maarag.domains.families.actions.files import close_family
from maarag.domains.families.actions.reading import hold_family
from maarag.domains.families.models import Attempt
from maarag.domains.families.queries.opening_counts import COLUMNS, Atom, decided
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.access.rows import scope_of
from maarag.kernel.retention.actions import make_preview
from maarag.kernel.retention.rules import RULES
from tests.engines.indicators.attacker import reader_of
from tests.factories.families import everything, family, opened

from .conftest import Towns

HIDDEN = {"number": None, "hidden": "<5"}
LONG_AGO = timezone.localdate() - timedelta(days=8 * 366)


@pytest.fixture(params=[Role.DATA_STEWARD, Role.INTEGRATOR])
def above(request: pytest.FixtureRequest, towns: Towns) -> Account:
    return towns.world.account(request.param, place=towns.world.nation)


def open_many(towns: Towns, count: int) -> None:
    """Files of the city opened from elsewhere, each by a worker of its own."""
    for _number in range(count):
        stranger = towns.world.account(Role.SOCIAL_WORKER, place=towns.world.sister)
        opened(stranger, towns.world.city)


def counted(client: Client) -> dict[str, dict[str, object]]:
    return {one.pop("authority"): one for one in client.get("/api/families/openings/counts").json()}


def cells(client: Client, name: str) -> list[str]:
    page = client.get(reverse(name), headers={"Accept-Language": "he"}).content.decode()
    body = page[page.index("<tbody") : page.index("</tbody>")]
    return [
        re.sub(r"<[^>]+>|[\u200e\u2066-\u2069]|\s", "", cell)
        for cell in re.findall(r"<td.*?</td>", body, re.S)
    ]


def test_few_emergency_openings_are_hidden_from_above(towns: Towns, above: Account):
    client, told = towns.client(above), []
    for _number in range(4):
        open_many(towns, 1)
        told.append((counted(client), cells(client, "families:opening_counts")))
        assert told[-1] == told[0]
    none = {"number": 0, "hidden": ""}
    assert told[0][0] == {
        towns.world.city.code: {"all": HIDDEN, "open": HIDDEN, "overdue": none, "not_accepted": none}
    }
    assert told[0][1] == ["&lt;5", "&lt;5", "0", "0"]
    own = towns.client(towns.world.account(Role.INTEGRATOR, place=towns.world.city))
    assert counted(own)[towns.world.city.code]["all"] == {"number": 4, "hidden": ""}
    steward = towns.client(towns.world.account(Role.DATA_STEWARD, place=towns.world.city))
    assert counted(steward)[towns.world.city.code]["all"] == HIDDEN


def test_an_opening_that_ended_is_not_worked_back_from_those_that_are_open(towns: Towns, above: Account):
    open_many(towns, 6)
    client = towns.client(above)
    told = counted(client)[towns.world.city.code]
    assert told["all"] == told["open"] == {"number": 6, "hidden": ""}
    worker = towns.world.account(Role.SOCIAL_WORKER, place=towns.world.sister)
    opening = opened(worker, towns.world.city)
    with visible(scope_of(worker)):
        end_opening(by=worker, opening=opening)
    told = counted(client)[towns.world.city.code]
    # seven in all and six open would tell of the one
    assert "number" in told["all"]
    assert None in (told["all"]["number"], told["open"]["number"])


@pytest.mark.parametrize("seed", range(12))
def test_no_hidden_number_of_openings_is_narrowed(seed: int):
    kinds = [frozenset({"all", *more}) for more in ((), ("open",), ("overdue",), ("overdue", "not_accepted"))]
    numbers = {
        Atom(authority, kind): (seed * 7 + authority * 5 + place * 3) % 9 + 1
        for authority in range(1, 6)
        for place, kind in enumerate(kinds)
        if (seed + authority + place) % 3
    }
    found, protection = decided(frozenset(numbers.items()))
    for cell in found.values():
        assert not 0 < sum(numbers[atom] for atom in cell) < 5 or protection.mark(cell)
    shown = [cell for (_place, column), cell in found.items() if column in COLUMNS]
    seen = reader_of(numbers, [shown], protection)
    assert seen.marks
    assert list(seen.narrowed(spared=protection.implied)) == []


def due(towns: Towns, count: int = 1) -> None:
    for _number in range(count):
        one = family(
            towns.world.system, towns.world.city, towns.worker, name="ישן", national_id="", opened_on=LONG_AGO
        )
        with visible(everything(towns.world.city)):
            close_family(by=towns.world.system, family=one, reason="other", closed_on=LONG_AGO)


def plain(answer: HttpResponse) -> str:
    return re.sub(r"<[^>]+>", " ", answer.content.decode())


def rule_of(client: Client, code: str) -> dict[str, object]:
    (found,) = (one for one in client.get("/api/retention/rules").json() if one["code"] == code)
    return found


def test_from_above_one_reads_that_something_is_due_and_no_more(towns: Towns, above: Account):
    client, pages = towns.client(above), []
    rule = RULES["families.closed"]
    for _number in range(3):
        due(towns)
        pages.append(plain(client.get("/retention/")))
        told = rule_of(client, rule.code)
        assert told["due"] is None
        assert told["by_authority"] == [
            {"authority": towns.world.city.code, "count": None, "first": None, "last": None}
        ]
    assert pages[0] == pages[1] == pages[2]
    page = client.get("/retention/").content.decode()
    assert "notice--info" in page
    assert reverse("retention:make") not in page
    preview = make_preview(by=towns.world.system, rule=rule, authority=towns.world.city)
    with visible(everything(towns.world.city)):
        hold_family(
            by=towns.world.account(Role.TEAM_LEADER, place=towns.world.city),
            family=towns.own,
            reason="משפט",
            until=timezone.localdate() + timedelta(days=30),
        )
    assert plain(client.get("/retention/")) == pages[0]
    assert client.get("/api/retention/previews").json() == []
    assert client.get(reverse("retention:preview", args=[preview.pk])).status_code == 404
    for name in ("approve", "withdraw"):
        assert client.post(reverse(f"retention:{name}", args=[preview.pk])).status_code == 404
    data = {"rule": rule.code, "authority": towns.world.city.code}
    assert client.post(reverse("retention:make"), data).status_code == 404
    with pytest.raises(Http404):
        make_preview(by=above, rule=rule, authority=towns.world.city)


@pytest.mark.parametrize("role", [Role.DATA_STEWARD, Role.INTEGRATOR])
def test_whoever_decides_in_the_authority_sees_what_they_decide_on(towns: Towns, role: Role):
    due(towns, 2)
    client = towns.client(towns.world.account(role, place=towns.world.city))
    assert rule_of(client, "families.closed")["due"] == 2
    assert "notice--info" not in client.get("/retention/").content.decode()
    data = {"rule": "families.closed", "authority": towns.world.city.code}
    made = client.post(reverse("retention:make"), data)
    assert made.status_code == 302
    assert client.get(made["Location"]).status_code == 200
    pk = UUID(made["Location"].strip("/").rpartition("/")[2])
    assert [one["id"] for one in client.get("/api/retention/previews").json()] == [str(pk)]
    assert client.post(reverse("retention:approve", args=[pk])).status_code == 302


def test_of_traces_that_families_left_only_that_there_are_some(towns: Towns, above: Account):
    client = towns.client(above)
    assert rule_of(client, "families.attempts")["due"] == 0
    row = Attempt.objects.create(account=towns.stranger, authority=towns.world.city)
    Attempt.objects.filter(pk=row.pk).update(at=timezone.now() - timedelta(days=3 * 366))
    assert rule_of(client, "families.attempts")["due"] is None
    assert rule_of(client, "api.tokens")["due"] == 0
