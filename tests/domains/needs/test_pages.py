"""The pages of needs: in three languages, for whom they are, with what is wrong said in words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from maarag.domains.needs.actions import change_estimate
from maarag.domains.needs.models import NeedEstimate
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.sources.models import Source
from tests.factories.browsing import LANGUAGES, as_, page_in
from tests.factories.picture import Nation


def given(nation: Nation, **changes: object) -> dict[str, object]:
    """A form filled in rightly, with changes."""
    return {
        "place": nation.world.city.code,
        "topic": nation.food.code,
        "situation": nation.world.term("seniors").code,
        "unit": "people",
        "number": "25",
        "certainty": "estimated",
        "as_of": "2026-05-01",
        "source": nation.world.source.code,
        "is_public": "on",
    } | changes


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_in_three_languages(nation: Nation, small: NeedEstimate, language: str) -> None:
    integrator = as_(nation.world.account(Role.INTEGRATOR, place=nation.world.city))
    for client in (Client(), integrator):
        page_in(client, "/needs/", language)
        page_in(client, f"/needs/{small.pk}/", language)
    for address in ("/needs/new/", f"/needs/{small.pk}/edit/", f"/needs/{small.pk}/remove/"):
        page_in(integrator, address, language)


def test_the_list_is_filtered_by_place_with_everything_inside(client: Client, nation: Nation) -> None:
    inside = client.get("/needs/", {"place": nation.world.city.code}).content.decode()
    assert "הדרים" in inside
    assert "700" not in inside
    assert "700" in client.get("/needs/", {"topic": nation.care.code}).content.decode()
    assert "700" not in client.get("/needs/", {"topic": nation.food.code}).content.decode()
    assert "700" not in client.get("/needs/", {"certainty": "counted"}).content.decode()
    assert "700" not in client.get("/needs/", {"age": "old"}).content.decode()


def test_old_estimates_are_found_and_only_the_newest_shown_first(client: Client, nation: Nation) -> None:
    nation.need(nation.world.sister, 555, nation.care, as_of=date(2020, 1, 1))
    nation.need(nation.world.sister, 111, as_of=date(2020, 1, 1))
    newest = client.get("/needs/").content.decode()
    assert "555" not in newest
    assert "111" in newest
    old = client.get("/needs/", {"age": "old"}).content.decode()
    assert "111" in old
    assert "700" not in old
    assert "555" in client.get("/needs/", {"age": "all"}).content.decode()


def test_filters_that_make_no_sense_are_said(client: Client, nation: Nation) -> None:
    asked = {"place": "<b>77", "topic": "none-such", "certainty": "sure", "page": "x", "sort": "pk"}
    answer = client.get("/needs/", asked)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "none-such" in page
    assert "&lt;b&gt;77" in page
    assert "<b>77" not in page


def test_htmx_takes_the_results_out_of_the_same_page(client: Client, nation: Nation) -> None:
    page = client.get("/needs/", {"sort": "-number"}, headers={"HX-Request": "true"}).content.decode()
    assert 'id="results"' in page
    assert page.index("700") < page.index("הדרים")


def test_an_estimate_is_added_with_its_source(nation: Nation) -> None:
    editor = as_(nation.world.account(Role.INTEGRATOR, place=nation.world.city))
    answer = editor.post("/needs/new/", given(nation, source="", new_source="ספירה של המחלקה"))
    estimate = NeedEstimate.objects.get(number=25)
    assert answer.url == f"/needs/{estimate.pk}/"
    assert estimate.source == Source.objects.get(name_he="ספירה של המחלקה")
    assert AuditEvent.objects.filter(action="needs.save_estimate", subject_id=str(estimate.pk)).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", "-3"),
        ("number", "שלושים"),
        ("number", "9" * 40),
        ("number", "2.5"),
        ("lowest", "26"),
        ("highest", "24"),
        ("as_of", "31.2.2026"),
        ("as_of", (timezone.localdate() + timedelta(days=1)).isoformat()),
        ("place", ""),
        ("situation", "human_services:food"),
        ("certainty", "sure"),
        ("unit", "cats"),
        ("source", "none-such"),
        ("new_source", "also this"),
        ("note", "a\x00b"),
    ],
)
def test_bad_input_is_said_and_nothing_typed_is_lost(nation: Nation, field: str, value: str) -> None:
    editor = as_(nation.world.account(Role.INTEGRATOR, place=nation.world.city))
    before = NeedEstimate.objects.count()
    answer = editor.post("/needs/new/", given(nation, **{"source_row": "שורה 17", field: value}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "error-summary" in page
    assert "שורה 17" in page
    assert NeedEstimate.objects.count() == before


def test_the_same_estimate_again_leads_to_the_first(nation: Nation) -> None:
    editor = as_(nation.world.account(Role.INTEGRATOR, place=nation.world.city))
    editor.post("/needs/new/", given(nation))
    first = NeedEstimate.objects.get(number=25)
    answer = editor.post("/needs/new/", given(nation, number="99"))
    assert answer.status_code == 422
    assert f"/needs/{first.pk}/" in answer.content.decode()
    first.refresh_from_db()
    assert first.number == 25


def test_two_at_once_see_each_others_change(nation: Nation, small: NeedEstimate) -> None:
    editor = as_(nation.world.account(Role.INTEGRATOR, place=nation.world.city))
    seen = small.recorded_at.isoformat()
    change_estimate(by=nation.world.system, estimate=small, number=4)
    mine = {
        "seen": seen,
        "number": "8",
        "certainty": "counted",
        "source_row": "מה שהקלדתי",
        "is_public": "on",
    }
    answer = editor.post(f"/needs/{small.pk}/edit/", mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "מה שהקלדתי" in page
    small.refresh_from_db()
    assert small.number == 4
    assert (
        small.recorded_at.isoformat().replace("+", "&#x2B;") in page or small.recorded_at.isoformat() in page
    )
    mine["seen"] = small.recorded_at.isoformat()
    assert editor.post(f"/needs/{small.pk}/edit/", {**mine, "highest": "9"}).status_code == 302
    small.refresh_from_db()
    assert (small.number, small.certainty) == (8, "counted")
    assert editor.post(f"/needs/{small.pk}/edit/", {**mine, "seen": ""}).status_code == 409
    answer = editor.post(f"/needs/{small.pk}/remove/", {"seen": seen, "reason": "טעות"})
    assert NeedEstimate.objects.filter(pk=small.pk).exists()


def test_removal_wants_a_reason_and_the_audit_keeps_both(nation: Nation, small: NeedEstimate) -> None:
    editor = as_(nation.world.account(Role.TEAM_LEADER, place=nation.world.city))
    address = f"/needs/{small.pk}/remove/"
    seen = small.recorded_at.isoformat()
    assert editor.post(address, {"seen": seen, "reason": " "}).status_code == 422
    assert editor.post(address, {"seen": seen, "reason": "נספר פעמיים"}).status_code == 302
    event = AuditEvent.objects.get(action="needs.remove_estimate")
    assert event.changes["reason"] == [None, "נספר פעמיים"]
    assert event.changes["number"] == [3, None]
    assert not NeedEstimate.objects.filter(pk=small.pk).exists()


def test_who_may_write_and_who_may_not(nation: Nation, small: NeedEstimate, sister: NeedEstimate) -> None:
    own, foreign = f"/needs/{small.pk}/edit/", f"/needs/{sister.pk}/edit/"
    integrator = as_(nation.world.account(Role.INTEGRATOR, place=nation.world.city))
    worker = as_(nation.world.account(Role.SOCIAL_WORKER, place=nation.world.city))
    assert integrator.get(own).status_code == 200
    assert integrator.get(foreign).status_code == 404
    assert integrator.post(foreign, {"number": "1"}).status_code == 404
    assert integrator.get(foreign.replace("edit", "remove")).status_code == 404
    assert integrator.get("/needs/new/?place=9002").status_code == 404
    assert integrator.post("/needs/new/", given(nation, place="9002")).status_code == 404
    assert worker.get(own).status_code == 403
    for address in ("/needs/new/", own, f"/needs/{small.pk}/remove/"):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer.url.startswith("/accounts/login/?next=/needs/")
    sister.refresh_from_db()
    assert sister.number == 700


def test_what_is_kept_from_the_public_is_for_its_own_staff(nation: Nation) -> None:
    nation.need(nation.world.city, 444, nation.care, is_public=False)
    kept = NeedEstimate.objects.get(number=444)
    address = f"/needs/{kept.pk}/"
    insider = as_(nation.world.account(Role.SOCIAL_WORKER, place=nation.world.city))
    outsider = as_(nation.world.account(Role.SOCIAL_WORKER, place=nation.world.sister))
    assert "444" in insider.get("/needs/").content.decode()
    assert insider.get(address).status_code == 200
    for other in (outsider, Client()):
        assert "444" not in other.get("/needs/").content.decode()
        assert other.get(address).status_code == 404
    assert Client().get("/needs/99999999999999999999999/").status_code == 404
