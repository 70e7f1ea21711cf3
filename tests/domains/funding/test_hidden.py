"""Money that would tell of a handful of families is hidden from whoever does not work there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest
from django.urls import reverse

from maarag.domains.funding import hidden
from maarag.domains.funding.statement import HIDDEN, statement
from maarag.domains.funding.words import refusal_in_words
from maarag.domains.programmes.models import Quota
from maarag.domains.programmes.use import rows_for
from maarag.kernel.access.permissions import Role
from maarag.kernel.ledger.actions import LimitPassed, approve, decide, plan
from maarag.ui.figures import money
from maarag.values import Money
from tests.factories.budgets import line_of, programme_of, quota

from .conftest import Treasury

AMOUNT = 123_456


@pytest.fixture
def quotas(treasury: Treasury) -> list[Quota]:
    """Of two authorities, each with money approved."""
    world, by = treasury.world, treasury.world.system
    programme_of(world, treasury.budget)
    line = line_of(treasury.budget, "noshmim")
    given = [quota(by, line, place, 50) for place in (world.city, world.sister)]
    decision = decide(by=by, what="סלים", why="לפי הצורך")
    for number, one in enumerate(given):
        spending = plan(by=by, pots=[one.pot], amount=Money(AMOUNT + number), key=f"plan-{number}")
        approve(by=by, spending=spending, decision=decision, key=f"approve-{number}")
    return given


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Say how many families are behind each quota."""

    def count(given: Sequence[Quota], *numbers: int) -> None:
        known = dict(zip((one.pot_id for one in given), numbers, strict=True))

        def counter(pots: Sequence[int]) -> Mapping[str, hidden.Held]:
            held = {frozenset([pot]): known[pot] for pot in pots if pot in known}
            return dict.fromkeys(hidden.KINDS, held)

        monkeypatch.setattr(hidden, "_counters", [counter])

    return count


def shown(treasury: Treasury, given: Sequence[Quota], role: Role, place: object) -> list[object]:
    viewer = treasury.world.account(role, place=place)
    return [row.use["approved"] if row.use else None for row in rows_for(viewer, given)]


def test_from_above_a_handful_is_hidden_and_the_other_with_it(
    treasury: Treasury, quotas: list[Quota], counting: Callable[..., None]
):
    counting(quotas, 3, 40)
    nation, city = treasury.world.nation, treasury.world.city
    assert shown(treasury, quotas, Role.NATIONAL_MANAGER, nation) == [HIDDEN, HIDDEN]
    assert shown(treasury, quotas, Role.SOCIAL_WORKER, city) == [Money(AMOUNT), None]


def test_many_families_are_told(treasury: Treasury, quotas: list[Quota], counting: Callable[..., None]):
    counting(quotas, 30, 40)
    told = shown(treasury, quotas, Role.NATIONAL_MANAGER, treasury.world.nation)
    assert told == [Money(AMOUNT), Money(AMOUNT + 1)]


def test_a_whole_behind_which_a_handful_stands_is_hidden_on_every_way(
    treasury: Treasury, quotas: list[Quota], counting: Callable[..., None]
):
    counting(quotas, 1, 2)
    found = statement(treasury.budget, treasury.manager)
    line = next(row for row in found.lines if row.line.code == "noshmim")
    assert line.row.approved == HIDDEN
    assert found.total.approved == HIDDEN
    assert [funder.row.free for funder in found.funders_of("basket")] == [HIDDEN]  # type: ignore[arg-type]
    client = treasury.client(treasury.manager)
    data = client.get(f"/api/funding/budgets/{treasury.budget.code}").json()
    assert data["total"]["approved"] is None
    assert client.get(f"/api/funding/budgets/{treasury.budget.code}/months").json() == []
    page = client.get(reverse("funding:budget", args=[treasury.budget.code])).content.decode()
    for amount in (AMOUNT, AMOUNT + 1, 2 * AMOUNT + 1):
        assert money(Money(amount)) not in page


def test_what_is_missing_tells_of_no_handful(
    treasury: Treasury, quotas: list[Quota], counting: Callable[..., None]
):
    """Taking back more than is free of a quota would tell, to the agora, what is in use."""
    lacking = LimitPassed(quotas[0].pot, Money(AMOUNT))
    counting(quotas, 3, 40)
    assert money(Money(AMOUNT)) not in refusal_in_words(lacking)
    counting(quotas, 30, 40)
    assert money(Money(AMOUNT)) in refusal_in_words(lacking)


def test_the_public_and_other_authorities_are_told_nothing(treasury: Treasury, quotas: list[Quota]):
    assert shown(treasury, quotas, Role.RESIDENT, treasury.world.city) == [None, None]
    rows = treasury.client().get("/api/programmes/noshmim/quotas").json()
    assert [(row["families"], row["approved"]) for row in rows] == [(50, None), (50, None)]
