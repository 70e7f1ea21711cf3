"""Writing services: what is stored, what is recorded, who may, and what is refused."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from maarag.domains.services.actions import (
    AtLocationDraft,
    CapacityDraft,
    ChangedMeanwhile,
    DraftsRefused,
    LanguageDraft,
    PhoneDraft,
    ScheduleDraft,
    ServiceDraft,
    retire_service,
    save_location,
    save_programme,
    save_service,
    save_services,
    saving,
)
from maarag.domains.services.models import Service, ServiceStatus
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from tests.factories.services import AS_OF, World


def full(world: World, code: str = "S1", **changes: Any) -> Service:
    here = world.at("L1", 32.0, 35.0)
    facts: dict[str, Any] = {
        "name_he": "ארוחה חמה",
        "areas": [world.city],
        "terms": [world.term("meals"), world.term("seniors")],
        "locations": [AtLocationDraft(here, "קומה 2")],
        "capacities": [CapacityDraft("people", 40, available=3, location=here)],
        "phones": [PhoneDraft("04-1234567", kind="voice")],
        "schedules": [ScheduleDraft("SU,TU", time(8), time(12))],
        "languages": ["he", LanguageDraft("ar", "בתיאום")],
        "minimum_age": 65,
    }
    return save_service(
        by=world.system,
        code=code,
        organisation=world.organisation,
        source=world.source,
        as_of=AS_OF,
        **(facts | changes),
    )


def events(action: str = "services.save") -> int:
    return AuditEvent.objects.filter(action=action).count()


def test_everything_a_draft_says_is_stored(world: World) -> None:
    service = Service.objects.get(pk=full(world).pk)
    assert {term.code for term in service.terms.all()} == {
        world.term("meals").code,
        world.term("seniors").code,
    }
    assert [area.place for area in service.areas.all()] == [world.city]
    assert service.at_locations.get().description == "קומה 2"
    capacity = service.capacities.get()
    assert (capacity.maximum, capacity.available, capacity.as_of, capacity.location.code) == (
        40,
        3,
        AS_OF,
        "L1",
    )
    assert service.phones.get().number == "04-1234567"
    assert service.schedules.get().opens_at == time(8)
    assert set(service.languages.values_list("code", "note")) == {("he", ""), ("ar", "בתיאום")}
    assert service.minimum_age == 65


def test_the_same_again_writes_nothing(world: World) -> None:
    first = full(world)
    recorded, stored = AuditEvent.objects.count(), Service.objects.get(pk=first.pk).modified_at
    children = list(first.phones.values_list("pk")) + list(first.capacities.values_list("pk"))
    full(world)
    assert AuditEvent.objects.count() == recorded
    assert Service.objects.get(pk=first.pk).modified_at == stored
    assert list(first.phones.values_list("pk")) + list(first.capacities.values_list("pk")) == children


def test_none_leaves_and_a_sequence_replaces(world: World) -> None:
    full(world)
    service = full(world, terms=None, areas=None, locations=None, phones=[], schedules=None, languages=["he"])
    assert service.terms.count() == 2
    assert service.areas.count() == 1
    assert service.at_locations.count() == 1
    assert service.phones.count() == 0
    assert [language.code for language in service.languages.all()] == ["he"]


def test_a_change_of_terms_alone_is_recorded_and_dated(world: World) -> None:
    before = full(world)
    after = full(world, terms=[world.term("parcels")])
    assert after.modified_at > before.modified_at
    assert Service.objects.get(code="S1").modified_at == after.modified_at
    event = AuditEvent.objects.filter(action="services.save").first()
    assert event.changes == {
        "terms": [
            ["human_services:food:meals", "human_situations:seniors"],
            ["human_services:food:parcels"],
        ]
    }
    assert event.place == world.city


def test_a_failing_audit_undoes_the_write(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    full(world)

    def broken(**_what: Any) -> None:
        raise RuntimeError("the audit cannot be written")

    monkeypatch.setattr(saving, "record_many", broken)
    with pytest.raises(RuntimeError):
        full(world, name_he="אחר", phones=[])
    with pytest.raises(RuntimeError):
        full(world, code="S2")
    stored = Service.objects.get()
    assert stored.name_he == "ארוחה חמה"
    assert stored.phones.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name_he": ""}, "name_he"),
        ({"minimum_age": 70, "maximum_age": 60}, "maximum_age"),
        ({"minimum_age": -1}, "minimum_age"),
        ({"minimum_age": "many"}, "minimum_age"),
        ({"website": "not an address"}, "website"),
        ({"status": "open"}, "status"),
        ({"capacities": [CapacityDraft("people", 5, available=6)]}, "capacities"),
        ({"capacities": [CapacityDraft("cats", 5)]}, "capacities"),
        ({"phones": [PhoneDraft("")]}, "phones"),
    ],
)
def test_unsound_facts_are_refused_by_field(world: World, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        full(world, **changes)
    assert field in refused.value.message_dict
    assert not Service.objects.exists()


def test_one_unsound_draft_of_many_stops_all_and_says_which(world: World) -> None:
    drafts = [
        ServiceDraft(
            f"S{number}", world.organisation, world.source, AS_OF, {"name_he": "" if number == 7 else "שם"}
        )
        for number in range(10)
    ]
    with pytest.raises(DraftsRefused) as refused:
        save_services(by=world.system, drafts=drafts)
    assert set(refused.value.errors) == {"S7"}
    assert not Service.objects.exists()
    with pytest.raises(ValidationError):
        save_services(by=world.system, drafts=[drafts[0], drafts[0]])


def test_thousands_take_few_queries(world: World, django_assert_max_num_queries: Any) -> None:
    def drafts(name: str) -> list[ServiceDraft]:
        return [
            ServiceDraft(
                f"B{number}",
                world.organisation,
                world.source,
                AS_OF,
                {"name_he": f"{name} {number}"},
                terms=[world.term("meals")],
                areas=[world.city],
                phones=[PhoneDraft(f"04-{number:07}")],
            )
            for number in range(1500)
        ]

    with django_assert_max_num_queries(40):
        save_services(by=world.system, drafts=drafts("שירות"))
    with django_assert_max_num_queries(20):
        save_services(by=world.system, drafts=drafts("שירות"))
    assert events() == 1500
    with django_assert_max_num_queries(40):
        save_services(by=world.system, drafts=drafts("שם אחר"))
    assert events() == 3000
    assert Service.objects.get(code="B1499").name_he == "שם אחר 1499"


def test_only_whom_the_service_concerns_may_change_it(world: World) -> None:
    service = full(world)
    for role, where, may in (
        (Role.INTEGRATOR, {"place": world.city}, True),
        (Role.INTEGRATOR, {"place": world.sister}, False),
        (Role.INTEGRATOR, {"place": world.nation}, True),
        (Role.SERVICE_EDITOR, {"organisation": world.organisation}, True),
        (Role.SERVICE_EDITOR, {"organisation": world.sister_organisation}, False),
        (Role.SOCIAL_WORKER, {"place": world.city}, False),
    ):
        account = world.account(role, **where)

        def attempt(account: Any = account) -> Service:
            return save_service(
                by=account,
                code="S1",
                organisation=world.organisation,
                source=world.source,
                as_of=AS_OF,
                fees=f"ללא {account.pk}",
            )

        if may:
            assert attempt().fees == f"ללא {account.pk}"
        else:
            with pytest.raises(PermissionDenied):
                attempt()
            with pytest.raises(PermissionDenied):
                retire_service(by=account, service=service)


def test_nobody_hands_a_service_to_where_they_may_not_write(world: World) -> None:
    full(world)
    editor = world.account(Role.SERVICE_EDITOR, organisation=world.organisation)
    with pytest.raises(PermissionDenied):
        save_service(
            by=editor,
            code="S1",
            organisation=world.sister_organisation,
            areas=[world.sister],
            locations=[],
            source=world.source,
            as_of=AS_OF,
        )
    with pytest.raises(PermissionDenied):
        save_location(by=editor, code="L9", place=world.sister)
    with pytest.raises(PermissionDenied):
        save_programme(by=editor, code="P1", organisation=world.sister_organisation, name_he="תכנית")
    assert Service.objects.get().organisation == world.organisation


def test_a_change_made_meanwhile_is_not_overwritten(world: World) -> None:
    seen = full(world).modified_at
    full(world, fees="חינם")
    with pytest.raises(ChangedMeanwhile) as caught:
        save_service(
            by=world.system,
            code="S1",
            organisation=world.organisation,
            source=world.source,
            as_of=AS_OF,
            seen=seen,
            fees="20",
        )
    assert caught.value.service.fees == "חינם"
    assert Service.objects.get().fees == "חינם"


def test_a_retired_service_stays_on_record(world: World) -> None:
    service = retire_service(by=world.system, service=full(world), reason="נסגר")
    assert Service.objects.get(pk=service.pk).status == ServiceStatus.DEFUNCT
    assert events("services.retire") == 1
    retire_service(by=world.system, service=service)
    assert events("services.retire") == 1


def test_a_location_keeps_its_phones_until_told(world: World) -> None:
    save_location(by=world.system, code="L2", place=world.city, phones=[PhoneDraft("1")], address="הזית 1")
    location = save_location(by=world.system, code="L2", place=world.city, address="הזית 2")
    assert location.phones.get().number == "1"
    recorded = events("services.save_location")
    save_location(by=world.system, code="L2", place=world.city, address="הזית 2")
    assert events("services.save_location") == recorded == 2
    with pytest.raises(ValidationError):
        save_location(by=world.system, code="L3", place=world.city, latitude=32.0)


def test_a_programme_is_saved_once(world: World) -> None:
    for _again in range(2):
        programme = save_programme(
            by=world.system, code="P1", organisation=world.organisation, name_he="תכנית", description="תיאור"
        )
    assert events("services.save_programme") == 1
    service = full(world, programme=programme)
    assert Service.objects.get(pk=service.pk).programme == programme
    assert AuditEvent.objects.filter(action="services.save").first().changes["programme"] == [None, "P1"]


def test_a_number_as_text_is_the_same_number(world: World) -> None:
    full(world)
    before = AuditEvent.objects.count()
    save_service(
        by=world.system,
        code="S1",
        organisation=world.organisation,
        source=world.source,
        as_of=AS_OF,
        minimum_age="65",
    )
    assert AuditEvent.objects.count() == before
