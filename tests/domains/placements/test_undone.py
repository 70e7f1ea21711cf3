"""A write of placements whose audit fails is undone, with the basket and the money that came with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from maarag.domains.baskets.models import Basket
from maarag.domains.placements import actions
from maarag.domains.placements.asked import asked
from maarag.domains.placements.models import Alternative, AlternativeOption, Proposal, Waiting
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.ledger.models import Entry, Pot
from maarag.kernel.matches.models import Run, RunRemark
from maarag.kernel.matches.rows import Verdict
from maarag.kernel.taxonomy.models import Term
from tests.factories.placements import POOR, RISK, Town

MODELS = (Run, RunRemark, Proposal, Waiting, Alternative, AlternativeOption, Basket, Pot, Entry)


@pytest.fixture
def rows(place_town: Town) -> Town:
    """A run with a proposal at each stage, somebody who waits, and an alternative with an option."""
    for said in ((POOR,), (RISK,), (POOR,), (POOR,)):
        place_town.family(*said)
    run = place_town.run()
    with place_town.scope():
        actions.accept(by=place_town.leader, proposals=[at(run, place_town, 2)])
        actions.wait(
            by=place_town.worker, family=place_town.families[3], programme=place_town.second.programme
        )
        made = actions.consider(
            by=place_town.worker,
            family=place_town.families[1],
            response=Term.objects.get(code="human_services:care"),
            why="x",
        )
        actions.add_option(by=place_town.worker, alternative=made, words="סבתא")
    return place_town


def the_run() -> Run:
    return Run.objects.earliest("asked_at")


def at(run: Run, town: Town, number: int) -> Proposal:
    return Proposal.objects.get(run=run, family=town.families[number])


def of(town: Town, number: int) -> Proposal:
    return at(the_run(), town, number)


WRITES: dict[str, Callable[[Town], Any]] = {
    "start_run": lambda t: actions.start_run(by=t.leader, place=t.city, settings=asked(), at_once=True),
    "start_run (beside)": lambda t: actions.start_run(by=t.leader, place=t.city, at_once=False),
    "rerun": lambda t: actions.rerun(by=t.leader, run=the_run()),
    "mend": lambda t: actions.mend(by=t.leader, run=the_run(), attribute="sex", value="female", percent=10),
    "explain_difference": lambda t: actions.explain_difference(
        by=t.leader, run=the_run(), attribute="sex", value="female", text="x"
    ),
    "accept": lambda t: actions.accept(by=t.leader, proposals=[of(t, 0), of(t, 1)]),
    "swap": lambda t: actions.swap(by=t.leader, first=of(t, 0), second=of(t, 1)),
    "override": lambda t: actions.override(by=t.leader, proposal=of(t, 0), quota=None, reason="x"),
    "leave_waiting": lambda t: actions.leave_waiting(by=t.leader, proposal=of(t, 0)),
    "take_back": lambda t: actions.take_back(
        by=t.leader, proposal=Proposal.objects.filter(verdict=Verdict.ACCEPTED)[0]
    ),
    "carry_out": lambda t: actions.carry_out(by=t.leader, run=the_run()),
    "wait": lambda t: actions.wait(by=t.worker, family=t.families[0], programme=t.second.programme),
    "change_waiting": lambda t: actions.change_waiting(
        by=t.worker, waiting=Waiting.objects.get(), priority=2, why="no_place"
    ),
    "stop_waiting": lambda t: actions.stop_waiting(
        by=t.worker, waiting=Waiting.objects.get(), outcome="no_need"
    ),
    "consider": lambda t: actions.consider(
        by=t.worker, family=t.families[0], response=Term.objects.get(code="human_services:care"), why="x"
    ),
    "add_option": lambda t: actions.add_option(
        by=t.worker, alternative=Alternative.objects.get(), words="שכנה"
    ),
    "change_option": lambda t: actions.change_option(
        by=t.worker, option=AlternativeOption.objects.get(), words="דודה", barriers=["hours"]
    ),
    "remove_option": lambda t: actions.remove_option(by=t.worker, option=AlternativeOption.objects.get()),
    "decide_alternative": lambda t: actions.decide_alternative(
        by=t.head, alternative=Alternative.objects.get(), choice="dropped", reason="x"
    ),
    "give_place": lambda t: actions.give_place(by=t.worker, family=t.families[3], quota=t.second),
}


def state(town: Town) -> list[Any]:
    with town.scope():
        return [list(model._default_manager.order_by("pk").values_list()) for model in MODELS]


def test_a_write_whose_audit_fails_is_undone(rows: Town, monkeypatch: pytest.MonkeyPatch):
    """Every write in turn, on the same rows: first it fails, then it succeeds and is taken back."""
    before = state(rows)

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the audit is full")

    for name, write in WRITES.items():
        with monkeypatch.context() as patch, rows.scope():
            patch.setattr(AuditEvent.objects, "bulk_create", fail)
            with pytest.raises(RuntimeError, match="the audit is full"), transaction.atomic():
                write(rows)
        assert state(rows) == before, name
        with transaction.atomic():
            with rows.scope():
                write(rows)
            changed = state(rows) != before
            transaction.set_rollback(True)
        assert changed, name


def test_every_write_is_tried():
    tried = {name.partition(" ")[0] for name in WRITES}
    assert set(actions.__all__) - {"Carried"} == tried
