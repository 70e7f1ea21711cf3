"""Overlaps of the directory: found, kept, judged, learned from, and shown where they belong."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation

from maarag.domains.services import queries
from maarag.domains.services.actions import compute_overlaps, judge_overlap, retire_service
from maarag.domains.services.actions import overlaps as writing
from maarag.domains.services.evidence import WORDS, evidence_in_words, weight_in_words
from maarag.domains.services.models import OverlapFinding, OverlapRun, OverlapVerdict, Service, Verdict
from maarag.engines.overlap import CODES, DEFAULT_WEIGHTS
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.taxonomy.actions import save_topic
from tests.factories.services import World

TEXT = "ארוחת צהריים חמה מוגשת בכל יום לאזרחים ותיקים המתגוררים לבדם, עם הסעה מהבית ובחזרה"


@pytest.fixture
def twins(world: World) -> tuple[Service, Service]:
    """Two services that are the same in all but name of provider, and others that are not like them."""
    first = world.service("A", "ארוחות חמות לקשישים", "meals", "seniors", description_he=TEXT)
    second = world.service("B", "ארוחה חמה לקשישים", "meals", "seniors", description_he=TEXT + " ללא תשלום")
    world.service("C", "מרכז יום", "day_centre", "seniors", description_he="פעילות חברה, התעמלות וחוגים")
    world.service(
        "D",
        "סלי מזון לחג",
        "parcels",
        "families",
        description_he="חלוקת סלים לפני חג הפסח",
        areas=[world.sister],
    )
    return first, second


def pairs(findings: Any) -> set[tuple[str, str]]:
    return {(finding.first.code, finding.second.code) for finding in findings}


def test_twins_are_found_with_evidence_and_others_are_not(world: World, twins: Any) -> None:
    run = compute_overlaps(by=world.system)
    assert run.services == 4
    assert pairs(queries.overlaps()) == {("A", "B")}
    finding = queries.overlaps().get()
    assert finding.group is not None
    assert finding.verdict is None
    assert {code for code, _value, _weight in finding.evidence} <= set(CODES)
    assert any(weight > 0 for _code, _value, weight in finding.evidence)
    assert set(finding.features) == set(DEFAULT_WEIGHTS) - {"base"}


def test_nothing_is_computed_again_until_something_changes(world: World, twins: Any) -> None:
    told: list[str] = []
    run = compute_overlaps(by=world.system, progress=told.append)
    assert len(told) == 3
    assert compute_overlaps(by=world.system) == run
    assert AuditEvent.objects.filter(action="services.compute_overlaps").count() == 1
    retire_service(by=world.system, service=twins[0])
    again = compute_overlaps(by=world.system)
    assert again != run
    assert not queries.overlaps().exists()
    assert OverlapRun.objects.count() == 2
    assert not OverlapFinding.objects.filter(run=run).exists()


def test_a_verdict_is_kept_recorded_and_learned_from(world: World, twins: Any) -> None:
    first, second = twins
    before = compute_overlaps(by=world.system)
    finding = queries.overlaps().get()
    verdict = judge_overlap(
        by=world.system, first=second, second=first, verdict=Verdict.COMPLEMENTARY, reason="ימים שונים"
    )
    assert (verdict.first, verdict.second) == (first, second)
    assert verdict.features == finding.features
    event = AuditEvent.objects.get(action="services.judge_overlap")
    assert event.place == world.city
    assert event.changes["verdict"] == [None, "complementary"]
    shown = queries.overlaps().get()
    assert (shown.verdict, shown.reason, shown.judged_by_name) == ("complementary", "ימים שונים", "Maarag")
    assert not queries.overlaps(standing=True).exists()
    assert not queries.overlaps(verdict="open").exists()
    after = compute_overlaps(by=world.system)
    assert after != before
    assert after.verdicts == 1
    assert after.weights["text"] <= before.weights["text"]
    assert after.weights != before.weights
    assert OverlapVerdict.objects.get().reason == "ימים שונים"


def test_the_same_verdict_twice_is_one_and_another_replaces_it(world: World, twins: Any) -> None:
    compute_overlaps(by=world.system)
    for _again in range(2):
        judge_overlap(by=world.system, first=twins[0], second=twins[1], verdict="duplicate", reason="")
    assert AuditEvent.objects.filter(action="services.judge_overlap").count() == 1
    judge_overlap(by=world.system, first=twins[0], second=twins[1], verdict="unclear", reason="")
    assert OverlapVerdict.objects.get().verdict == "unclear"


def test_a_failing_audit_undoes_the_verdict(
    world: World, twins: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_what: Any) -> None:
        raise RuntimeError("the audit cannot be written")

    monkeypatch.setattr(writing, "record_many", broken)
    with pytest.raises(RuntimeError):
        judge_overlap(by=world.system, first=twins[0], second=twins[1], verdict="duplicate", reason="")
    with pytest.raises(RuntimeError):
        compute_overlaps(by=world.system)
    assert not OverlapVerdict.objects.exists()
    assert not OverlapRun.objects.exists()


def test_who_may_judge(world: World, twins: Any) -> None:
    first, second = twins
    supervisor = world.account(Role.TEAM_LEADER, place=world.city)
    sister = world.account(Role.INTEGRATOR, place=world.sister)
    editor = world.account(Role.SERVICE_EDITOR, organisation=world.organisation)
    assert (
        judge_overlap(by=supervisor, first=first, second=second, verdict="unclear", reason="").judged_by
        == supervisor
    )
    for account in (sister, editor):
        with pytest.raises(PermissionDenied):
            judge_overlap(by=account, first=first, second=second, verdict="duplicate", reason="")
    for wrong in ({"verdict": "perhaps"}, {"second": first}):
        with pytest.raises(ValidationError):
            judge_overlap(
                by=supervisor,
                **({"first": first, "second": second, "verdict": "unclear", "reason": ""} | wrong),
            )


def test_overlaps_are_shown_where_they_belong(world: World, twins: Any) -> None:
    nation = {
        "areas": [world.nation],
        "description_he": "ייעוץ בטלפון בנושא חובות משק בית ותכנון תקציב המשפחה",
    }
    world.service("N1", "קו ייעוץ ארצי לחובות", "care", "families", **nation)
    world.service("N2", "קו ייעוץ ארצי לחובות ותקציב", "care", "families", **nation)
    compute_overlaps(by=world.system)
    assert pairs(queries.overlaps(world.nation)) == {("A", "B"), ("N1", "N2")}
    assert pairs(queries.overlaps(world.city)) == {("A", "B")}
    assert pairs(queries.overlaps(world.sister)) == set()
    topic = save_topic(
        by=world.system, code="food", responses=[world.term("food")], situations=[], name_he="מזון",
        name_ar="غذاء", name_en="Food",
    )  # fmt: skip
    assert pairs(queries.overlaps(world.nation, topic)) == {("A", "B")}
    assert pairs(queries.similar_to(twins[1])) == {("A", "B")}


def test_neighbours_who_each_serve_their_own_people_do_not_overlap(world: World) -> None:
    near, next_door = world.at("L1", 32.0, 35.0), world.at("L2", 32.01, 35.0, world.sister)
    theirs = {"organisation": world.sister_organisation, "description_he": TEXT}
    world.service("A", "ארוחות חמות לקשישים", "meals", locations=[near], description_he=TEXT)
    world.service("B", "ארוחות חמות לקשישים", "meals", locations=[next_door], areas=[world.sister], **theirs)
    compute_overlaps(by=world.system)
    assert pairs(queries.overlaps()) == set()
    world.service("B", "ארוחות חמות לקשישים", "meals", areas=[world.sister, world.city], **theirs)
    compute_overlaps(by=world.system)
    assert pairs(queries.overlaps()) == {("A", "B")}


def test_fiction_is_not_set_against_fact(world: World, twins: Any) -> None:
    world.service("B", "ארוחה חמה לקשישים", "meals", "seniors", is_fictional=True)
    compute_overlaps(by=world.system)
    assert pairs(queries.overlaps()) == set()


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_every_kind_of_evidence_has_words(language: str) -> None:
    assert set(CODES) <= set(WORDS)
    with translation.override(language):
        reasons = evidence_in_words([[code, 0.5, (-1) ** place] for place, code in enumerate(CODES)])
        assert len({reason.words for reason in reasons}) == len(CODES)
        assert not any("%(" in reason.words for reason in reasons)
        assert len({weight_in_words(name) for name in DEFAULT_WEIGHTS}) == len(DEFAULT_WEIGHTS)
    assert {reason.speaks for reason in reasons} == {"for", "against"}
