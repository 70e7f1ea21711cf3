"""Loop closure and help received are two figures; above the authority no small count can be worked back."""

from __future__ import annotations

import io
import random

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from maarag.domains.referrals.counts import (
    ABOVE,
    HELPED,
    KNOWN,
    RUN,
    Atom,
    Decided,
    Outcome,
    coarsened,
    decided,
    figures_of,
    tallies,
)
from maarag.engines.indicators import ALL
from maarag.kernel.access.permissions import Role
from maarag.values import is_suppressed
from tests.engines.indicators.attacker import reader_of

from .conftest import Loop

NATION, NORTH, SOUTH = 1000, 1001, 1002


def invented(seed: int) -> Decided:
    """Four authorities in two districts, with referrals to a few services over a year, most counts small."""
    dice = random.Random(seed)
    numbers: dict[Atom, int] = {}
    for _one in range(160):
        authority = dice.randrange(1, 5)
        service = 100 * authority + dice.randrange(4)
        time = f"2026-{dice.randrange(1, 13):02}"
        end = dice.choices(list(Outcome), [3, 1, 1, 3, 5, 3, 2, 1])[0].value
        atom = Atom(authority, service, f"human_services:{service % 2}", time, end)
        numbers[atom] = numbers.get(atom, 0) + 1
    above = {one: frozenset({NATION, NORTH if one <= 2 else SOUTH}) for one in range(1, 5)}
    return Decided(numbers, above)


@pytest.mark.parametrize("seed", [1, 2])
def test_no_hidden_count_is_narrowed(seed: int):
    found = invented(seed)
    assert found.protection is not None
    seen = reader_of(found.coarse, [list(found.published.values())], found.protection)
    assert len(seen.marks) > 20, "nothing is hidden: the test would prove nothing"
    assert list(seen.narrowed(spared=found.protection.implied)) == []
    for cell in found.published.values():
        total = sum(found.coarse[atom] for atom in cell)
        assert not 0 < total < 5 or found.protection.mark(cell), total


def test_what_is_published_above_adds_up_to_what_is_counted_inside():
    found = invented(3)
    for authority in range(1, 5):
        inside = {column: found.exact(authority, ALL, column) for column in ABOVE}
        above = {
            column: sum(found.coarse[atom] for atom in found.published.get((authority, ALL, column), ()))
            for column in ABOVE
        }
        assert inside == above
    withdrawn = sum(count for atom, count in found.numbers.items() if atom.end == Outcome.WITHDRAWN)
    assert sum(coarsened(found.numbers).values()) == sum(found.numbers.values()) - withdrawn > 0


def test_where_nothing_is_proved_everything_is_hidden(monkeypatch: pytest.MonkeyPatch):
    found = invented(1)
    monkeypatch.setitem(found.__dict__, "protection", None)
    assert is_suppressed(found.shown(NATION, ALL, RUN))
    assert found.shown(NATION, ("service", 9999), RUN) == 0


WORD = {"said_by": "האם", "how": "phone"}


@pytest.fixture
def told(loop: Loop) -> Loop:
    """One of each end: declined, lapsed, withdrawn, open, closed with yes, with no, and without a word."""
    for number, help in enumerate(("yes", "no", "")):
        referral = loop.sent(loop.world.service(f"closed-{number}", "סגור", "meals"))
        loop.by(loop.worker, "accept_referral", referral)
        if help:
            loop.by(loop.worker, "record_help", referral, help=help, **WORD)
            loop.by(loop.worker, "close_referral", referral, reason="given")
        else:
            loop.by(loop.worker, "close_referral", referral, reason="not_asked", words="עברו")
    loop.by(loop.worker, "decline_referral", loop.sent(), reason="no_place")
    loop.by(loop.worker, "withdraw_referral", loop.sent())
    open_one = loop.sent(loop.others)
    loop.by(loop.worker, "accept_referral", open_one)
    loop.by(loop.worker, "record_help", open_one, help="yes", **WORD)
    return loop


def test_a_loop_may_be_closed_and_nobody_helped(told: Loop):
    whole = figures_of(told.world.city, exact=True).whole
    assert whole.counts == {
        "sent": 6, "open": 1, "withdrawn": 1, "lapsed": 0, "declined": 1, "yes": 1, "partly": 0, "no": 1,
        "not_asked": 1, RUN: 5, KNOWN: 4, HELPED: 1,
    }  # fmt: skip
    assert (whole.loop_closure, whole.help_received) == (4 / 5, 1 / 4)


def test_the_newest_word_counts(told: Loop):
    referral = told.see(told.worker, lambda: told.family.referrals.filter(status="closed").latest("sent_at"))
    before = figures_of(told.world.city, exact=True).whole.counts[HELPED]
    told.by(told.worker, "record_help", referral, help="partly", **WORD)
    assert figures_of(told.world.city, exact=True).whole.counts[HELPED] == before + 1


def test_tallies_are_numbers_and_all_of_them(told: Loop):
    found = tallies()
    assert sum(found.values()) == 6
    assert {type(atom.service) for atom in found} == {int}


def test_inside_exact_above_hidden_beside_nothing(told: Loop):
    world = told.world
    viewers = {
        "inside": told.worker,
        "nation": world.account(Role.NATIONAL_MANAGER, place=world.nation),
        "beside": told.stranger,
    }
    address = reverse("referrals:figures")
    pages = {who: told.client(account).get(address) for who, account in viewers.items()}
    assert pages["inside"].context["whole"].counts[KNOWN] == 4
    assert is_suppressed(pages["nation"].context["whole"].counts[KNOWN])
    assert pages["beside"].context["place"] is None
    text = pages["nation"].content.decode()
    assert "&lt;5" in text
    assert "80%" not in text
    assert "80%" in pages["inside"].content.decode()
    api = told.client(viewers["nation"]).get("/api/referrals/figures?place=IL").json()
    assert (api["exact"], api["whole"]["counts"][KNOWN], api["whole"]["loop_closure"]) == (False, None, None)
    assert KNOWN in api["whole"]["hidden"]
    assert told.client(told.stranger).get("/api/referrals/figures?place=9001").status_code == 404


def test_page_api_and_workbook_tell_the_same(told: Loop):
    client = told.client(told.worker)
    page = client.get(reverse("referrals:figures"))
    api = client.get("/api/referrals/figures?place=9001").json()
    assert api["whole"]["counts"] == page.context["whole"].counts
    book = client.get(reverse("referrals:figures_export"), {"place": "9001"}).content
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(book))
    rows = sheets.get_sheet_by_index(0).to_python()
    whole = next(row for row in rows if row and row[0] == "עיר הדגן")
    assert [int(value) for value in whole[1:13]] == list(page.context["whole"].counts.values())
    assert [round(value, 2) for value in whole[13:15]] == [0.8, 0.25]
    assert len(sheets.sheet_names) == len(page.context["parts"]) == 3


def test_what_is_decided_is_kept_until_a_number_changes(told: Loop):
    assert decided() is decided()
    before = decided()
    told.sent(told.parcels)
    assert decided() is not before


def test_the_numbers_are_read_once_however_many_rows_there_are(told: Loop, monkeypatch: pytest.MonkeyPatch):
    reads = []

    def counted() -> dict[Atom, int]:
        reads.append(1)
        return tallies()

    monkeypatch.setattr("maarag.domains.referrals.counts.tallies", counted)
    figures = figures_of(told.world.city, exact=True)
    assert len(figures.services) > 3
    assert len(reads) == 1
