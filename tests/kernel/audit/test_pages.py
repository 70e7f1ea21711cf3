"""The audit's page: for whom, of which places, how it is cut and filtered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from maarag.domains.families.models import Family
from maarag.kernel.access.actions import open_account, system_account
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.actions import NotInTransaction, record
from maarag.kernel.audit.models import AuditEvent, Verification
from maarag.kernel.audit.queries import visible_to
from maarag.kernel.audit.words import ACTIONS
from maarag.kernel.places.actions import save_place
from maarag.kernel.sources.actions import save_source
from maarag.kernel.sources.models import Source
from tests.factories.browsing import LANGUAGES, as_, page_in
from tests.factories.services import World, world


@pytest.fixture
def here(db: None) -> World:
    return world()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_in_three_languages(here: World, language: str) -> None:
    page_in(as_(here.account(Role.INTEGRATOR, place=here.city)), "/audit/", language)


def test_only_the_events_of_my_places(here: World) -> None:
    integrator = here.account(Role.INTEGRATOR, place=here.city)
    save_place(by=here.system, code="9001", within=[here.nation], name_en="Grain City")
    save_place(by=here.system, code="9002", within=[here.nation], name_en="River City")
    page = as_(integrator).get("/audit/").content.decode()
    assert "Grain City" in page
    assert "River City" not in page
    assert set(visible_to(integrator).values_list("place__code", flat=True)) == {"9001"}
    steward = here.account(Role.DATA_STEWARD, place=here.nation)
    assert visible_to(steward).count() == AuditEvent.objects.count()
    assert "River City" in as_(steward).get("/audit/").content.decode()
    assert not visible_to(open_account(by=here.system, email="a@example.org", name="א")).exists()


def test_who_comes_in(here: World) -> None:
    worker = here.account(Role.SOCIAL_WORKER, place=here.city)
    assert as_(worker).get("/audit/").status_code == 403
    assert as_(worker).get("/api/audit/").status_code == 403
    assert Client().get("/audit/").url == "/accounts/login/?next=/audit/"
    assert Client().get("/api/audit/").status_code == 401


def test_filters_by_who_what_and_when(here: World) -> None:
    steward = here.account(Role.DATA_STEWARD, place=here.nation)
    client = as_(steward)
    today = timezone.localdate()
    asked = {"action": "places.save", "limit": 500}
    found = client.get("/api/audit/", asked).json()["items"]
    assert len(found) == AuditEvent.objects.filter(action="places.save").count() > 0
    assert {item["action"] for item in found} == {"places.save"}
    assert client.get("/api/audit/", {"actor": "nobody of the kind"}).json()["items"] == []
    assert client.get("/api/audit/", {"actor": "maar"}).json()["items"]
    tomorrow = (today + timedelta(days=1)).isoformat()
    assert client.get("/api/audit/", {"since": tomorrow}).json()["items"] == []
    assert client.get("/api/audit/", {"since": today.isoformat(), "until": today.isoformat()}).json()["items"]
    assert client.get("/api/audit/", {"action": "none.such"}).status_code == 422
    page = client.get("/audit/", {"since": "31.2", "before": "x" * 30, "action": "?"})
    assert page.status_code == 200
    assert "31.2" in page.content.decode()


def test_pages_follow_each_other_without_a_gap(here: World) -> None:
    steward = here.account(Role.DATA_STEWARD, place=here.nation)
    for number in range(120):
        open_account(by=here.system, email=f"{number}@example.org", name=f"account {number}")
    client, seen, before = as_(steward), [], None
    while True:
        asked = {"limit": 50} | ({"before": before} if before else {})
        answer = client.get("/api/audit/", asked).json()
        seen += [item["id"] for item in answer["items"]]
        before = answer["next_before"]
        if before is None:
            break
    assert seen == list(AuditEvent.objects.order_by("-pk").values_list("pk", flat=True))
    first = client.get("/audit/").content.decode()
    assert "before=" in first
    cut = list(AuditEvent.objects.order_by("-pk").values_list("pk", flat=True))[49]
    assert f"before={cut}" in first
    assert client.get("/audit/", {"before": cut}).status_code == 200


def test_a_page_of_many_events_asks_the_database_no_more_often(here: World) -> None:
    steward = as_(here.account(Role.DATA_STEWARD, place=here.nation))
    with CaptureQueriesContext(
        connection,
    ) as few:
        steward.get("/audit/")
    for number in range(40):
        open_account(by=here.system, email=f"{number}@example.org", name=f"account {number}")
    with CaptureQueriesContext(connection) as many:
        steward.get("/audit/")
    assert len(many) <= len(few)


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_the_transaction_of_its_change_is_refused() -> None:
    system = system_account()
    with pytest.raises(NotInTransaction):
        record(by=system, action="access.open_account", subject=system)
    assert not AuditEvent.objects.exists()


def test_every_recorded_action_has_words(here: World) -> None:
    here.account(Role.INTEGRATOR, place=here.city)
    assert set(AuditEvent.objects.values_list("action", flat=True)) <= ACTIONS.keys()


def test_an_event_with_the_changes_of_rows_beside_it(here: World) -> None:
    steward = as_(here.account(Role.DATA_STEWARD, place=here.nation))
    integrator = as_(here.account(Role.INTEGRATOR, place=here.city))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('maarag.account', '', true)")
    save_place(by=here.system, code="9001", within=[here.nation], name_en="New Grain City")
    event = AuditEvent.objects.filter(action="places.save", place=here.city).latest("pk")
    page = page_in(steward, f"/audit/{event.pk}/", "en")
    assert "New Grain City" in page
    assert "name in English" in page
    assert integrator.get(f"/audit/{event.pk}/").status_code == 200
    other = AuditEvent.objects.filter(place=here.sister).latest("pk")
    assert integrator.get(f"/audit/{other.pk}/").status_code == 404
    assert steward.get(f"/audit/{other.pk + 10**6}/").status_code == 404
    assert f'href="/audit/{event.pk}/"' in steward.get("/audit/").content.decode()


def test_values_of_rows_are_for_whoever_sees_the_nation(here: World) -> None:
    integrator = as_(here.account(Role.INTEGRATOR, place=here.city))
    organisation = here.organisation
    save_source(by=here.system, code="secret", name_he="קנריתנסתרת")
    Source.objects.filter(code="secret").update(name_he="קנריתנסתרת מאוד")
    event = record(by=here.system, action="people.save_organisation", subject=organisation, place=here.city)
    page = integrator.get(f"/audit/{event.pk}/").content.decode()
    assert "קנריתנסתרת" not in page


@pytest.mark.django_db(transaction=True)
def test_changes_outside_any_action() -> None:
    here = world()
    steward = as_(here.account(Role.DATA_STEWARD, place=here.nation))
    integrator = as_(here.account(Role.INTEGRATOR, place=here.city))
    assert "outside/" not in integrator.get("/audit/").content.decode()
    Source.objects.filter(code="test-source").update(name_he="נכתבביד")
    assert 'href="/audit/outside/"' in steward.get("/audit/").content.decode()
    for language in LANGUAGES:
        assert "נכתבביד" in page_in(steward, "/audit/outside/", language)
    assert "נכתבביד" not in integrator.get("/audit/outside/").content.decode()
    save_source(by=here.system, code="test-source", name_he="נכתבבפעולה")
    assert "נכתבבפעולה" not in steward.get("/audit/outside/").content.decode()


def test_the_state_of_the_record_is_told(here: World) -> None:
    steward = as_(here.account(Role.DATA_STEWARD, place=here.nation))
    assert "Not verified yet" in page_in(steward, "/audit/", "en")
    Verification.objects.create(seconds=1, entries=5, seals=2, faults=[])
    page = page_in(steward, "/audit/", "en")
    assert "Verified" in page
    assert "notice--critical" not in page
    Verification.objects.create(seconds=1, entries=5, seals=2, faults=[{"code": "cut-off"}])
    assert "maarag audit verify" in page_in(steward, "/audit/", "en")


def test_people_are_not_named_in_the_record(here: World) -> None:
    class File:
        is_personal = True
        _meta = Family._meta
        pk = "0c7b8d0e-1111-4222-8333-444455556666"
        authority_id = here.city.pk

    change = {"name": ["קנריתישנה", "קנריתחדשה"]}
    record(by=here.system, action="families.change", subject=File(), changes=change)
    own = as_(here.account(Role.INTEGRATOR, place=here.city))
    nation = as_(here.account(Role.DATA_STEWARD, place=here.nation))
    foreign = as_(here.account(Role.INTEGRATOR, place=here.sister))
    page = own.get("/audit/", {"action": "families.change"}).content.decode()
    assert "0c7b8d0e" in page
    (item,) = own.get("/api/audit/", {"action": "families.change"}).json()["items"]
    assert item["changes"] == {"name": None}
    assert own.get(f"/audit/{item['id']}/").status_code == 200
    for text in (page, own.get(f"/audit/{item['id']}/").content.decode()):
        assert "קנרית" not in text
    for client in (nation, foreign):
        assert client.get("/api/audit/", {"action": "families.change"}).json()["items"] == []
        assert client.get(f"/audit/{item['id']}/").status_code == 404
