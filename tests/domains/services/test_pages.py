"""The pages of the directory, in three languages, with and without htmx, for whom they are."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from maarag.domains.services.actions import (
    CapacityDraft,
    PhoneDraft,
    ScheduleDraft,
    compute_overlaps,
    save_service,
)
from maarag.domains.services.models import OverlapVerdict, Service
from maarag.kernel.access.permissions import Role
from tests.factories.services import AS_OF, World

TEXT = "ארוחת צהריים חמה מוגשת בכל יום לאזרחים ותיקים המתגוררים לבדם, עם הסעה מהבית ובחזרה"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def directory(world: World) -> World:
    from datetime import time

    world.service(
        "A", "ארוחות חמות לקשישים", "meals", "seniors",
        description_he=TEXT, name_ar="وجبات ساخنة للمسنين", name_en="Hot meals for seniors", minimum_age=65,
        phones=[PhoneDraft("04-1234567")], schedules=[ScheduleDraft("SU,MO,TU,TH", time(8), time(14))],
        capacities=[CapacityDraft("people", 40)], languages=["he", "am"],
        locations=[world.at("L1", 32.0, 35.0)],
    )  # fmt: skip
    world.service("B", "ארוחה חמה לקשישים", "meals", "seniors", description_he=TEXT + " ללא תשלום")
    world.service(
        "C", "סלי מזון", "parcels", "families", areas=[world.sister], organisation=world.sister_organisation
    )
    compute_overlaps(by=world.system)
    cache.clear()
    return world


def as_(account: Any) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.mark.parametrize(
    ("language", "name", "direction"),
    [("he", "ארוחות חמות", "rtl"), ("ar", "وجبات", "rtl"), ("en", "Hot meals", "ltr")],
)
def test_pages_render_in_three_languages(directory: World, language: str, name: str, direction: str) -> None:
    integrator = as_(directory.account(Role.INTEGRATOR, place=directory.city))
    for client in (Client(), integrator):
        for address in (
            "/services/?q=meals",
            "/services/A/",
            "/services/overlaps/",
            "/services/overlaps/A/B/",
        ):
            answer = client.get(address, headers={"Accept-Language": language})
            page = answer.content.decode()
            assert answer.status_code == 200, address
            assert f'dir="{direction}"' in page
            assert name in page, address
            assert "style=" not in page
    for address in ("/services/new/", "/services/A/edit/"):
        answer = integrator.get(address, headers={"Accept-Language": language})
        assert answer.status_code == 200
        assert f'dir="{direction}"' in answer.content.decode()


def test_the_directory_filters_by_address_and_says_what_it_could_not_use(
    client: Client, directory: World
) -> None:
    page = client.get("/services/", {"term": "human_services:food:parcels"}).content.decode()
    assert "סלי מזון" in page
    assert "ארוחות חמות לקשישים" not in page
    page = client.get("/services/", {"term": "nonsense", "place": "777", "page": "9" * 30, "within_km": "x"})
    assert page.status_code == 200
    assert "nonsense" in page.content.decode()
    assert "777" in page.content.decode()
    empty = client.get("/services/", {"q": "דינוזאורים"}).content.decode()
    assert reverse("services:index") in empty
    assert "סלי מזון" not in empty


def test_a_search_by_htmx_is_the_same_page_cut_by_the_browser(client: Client, directory: World) -> None:
    answer = client.get("/services/", {"q": "מזון"}, headers=HTMX).content.decode()
    assert 'id="results"' in answer
    assert "סלי מזון" in answer


def test_the_link_of_a_view_opens_the_same_view(client: Client, directory: World) -> None:
    asked = {
        "q": "ארוחה",
        "term": "human_services:food",
        "place": "9001",
        "within_km": "10",
        "sector": "",
        "page": "",
    }
    first = client.get("/services/", asked)
    link = first.context["here"]
    assert "sector" not in link
    again = client.get(link)
    assert [row["service"] for row in again.context["rows"]] == [
        row["service"] for row in first.context["rows"]
    ]
    assert again.context["asked"] == first.context["asked"]


def test_pages_take_few_queries(client: Client, directory: World, django_assert_max_num_queries: Any) -> None:
    for number in range(25):
        directory.service(
            f"M{number}", f"סלי מזון {number}", "parcels", languages=["he"], description_he=f"{number}"
        )
    client.get("/services/")
    with django_assert_max_num_queries(20):
        client.get("/services/", {"q": "מזון", "place": "9001"})
    with django_assert_max_num_queries(30):
        client.get("/services/A/")
    with django_assert_max_num_queries(20):
        client.get("/services/overlaps/")


@pytest.mark.parametrize(
    ("role", "where", "expected"),
    [
        (Role.INTEGRATOR, "city", 200),
        (Role.INTEGRATOR, "sister", 404),
        (Role.SOCIAL_WORKER, "city", 403),
        (Role.RESIDENT, "city", 403),
    ],
)
def test_who_opens_the_form(directory: World, role: Role, where: str, expected: int) -> None:
    client = as_(directory.account(role, place=getattr(directory, where)))
    assert client.get("/services/A/edit/").status_code == expected
    assert client.post("/services/A/edit/", {}).status_code == (422 if expected == 200 else expected)
    assert client.get("/services/new/").status_code == (200 if expected == 404 else expected)


def test_signed_out_people_are_asked_to_sign_in(client: Client, directory: World) -> None:
    for address in ("/services/A/edit/", "/services/new/"):
        answer = client.get(address)
        assert answer.status_code == 302
        assert "/accounts/login/" in answer["Location"]
    assert client.post("/services/overlaps/A/B/", {}).status_code == 302
    assert client.get("/services/unknown/").status_code == 404


def filled(client: Client, address: str) -> dict[str, Any]:
    """What a browser would send back from the form as it stands."""
    context = client.get(address).context
    data: dict[str, Any] = {}
    formsets = [formset for _title, formset in context["rows"]]
    forms = [
        context["form"],
        *(form for formset in formsets for form in (formset.management_form, *formset.forms)),
    ]
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is None or value is False or value == []:
                continue
            if isinstance(value, (list, tuple)):
                data[bound.html_name] = [str(item) for item in value]
            elif value is True:
                data[bound.html_name] = "on"
            else:
                data[bound.html_name] = str(value)
    return data | {name: context[name] for name in ("base", "code") if context.get(name)}


def faults(answer: Any) -> list[Any]:
    return [answer.context["form"].errors, *(formset.errors for _title, formset in answer.context["rows"])]


def test_an_unchanged_form_changes_nothing(directory: World) -> None:
    client = as_(directory.account(Role.INTEGRATOR, place=directory.city))
    before = Service.objects.get(code="A").modified_at
    answer = client.post("/services/A/edit/", filled(client, "/services/A/edit/"))
    assert answer.status_code == 302, faults(answer)
    assert Service.objects.get(code="A").modified_at == before


def test_an_edit_is_saved_and_a_fault_is_shown_at_its_field(directory: World) -> None:
    client = as_(directory.account(Role.INTEGRATOR, place=directory.city))
    data = filled(client, "/services/A/edit/")
    wrong = client.post("/services/A/edit/", data | {"name_he": "", "minimum_age": "90", "maximum_age": "80"})
    assert wrong.status_code == 422
    assert {"name_he", "maximum_age"} & set(wrong.context["form"].errors)
    assert "error-summary" in wrong.content.decode()
    right = client.post("/services/A/edit/", data | {"fees": "ללא תשלום", "phones-1-number": "04-7654321"})
    assert right.status_code == 302
    service = Service.objects.get(code="A")
    assert service.fees == "ללא תשלום"
    assert set(service.phones.values_list("number", flat=True)) == {"04-1234567", "04-7654321"}
    assert service.schedules.get().days == "SU,MO,TU,TH"
    assert service.capacities.get().maximum == 40


def change(world: World, **fields: Any) -> None:
    save_service(
        by=world.system, code="A", organisation=world.organisation, source=world.source, as_of=AS_OF, **fields
    )


def test_two_who_edit_different_facts_lose_nothing(directory: World) -> None:
    client = as_(directory.account(Role.INTEGRATOR, place=directory.city))
    mine = filled(client, "/services/A/edit/") | {"fees": "20 שקלים"}
    change(directory, eligibility="תושבי העיר", phones=[PhoneDraft("1-800")])
    assert client.post("/services/A/edit/", mine).status_code == 302
    service = Service.objects.get(code="A")
    assert (service.fees, service.eligibility) == ("20 שקלים", "תושבי העיר")
    assert service.phones.get().number == "1-800"


def test_two_who_edit_the_same_fact_are_shown_both(directory: World) -> None:
    client = as_(directory.account(Role.INTEGRATOR, place=directory.city))
    mine = filled(client, "/services/A/edit/") | {"fees": "20 שקלים"}
    change(directory, fees="חינם", eligibility="תושבי העיר")
    answer = client.post("/services/A/edit/", mine)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "20 שקלים" in page
    assert "חינם" in page
    assert Service.objects.get(code="A").fees == "חינם"
    context = answer.context
    assert context["form"].initial["eligibility"] == "תושבי העיר"
    again = client.post("/services/A/edit/", mine | {"base": context["base"], "eligibility": "תושבי העיר"})
    assert again.status_code == 302
    service = Service.objects.get(code="A")
    assert (service.fees, service.eligibility) == ("20 שקלים", "תושבי העיר")


def test_a_service_is_added_once_however_often_it_is_sent(directory: World) -> None:
    client = as_(directory.account(Role.INTEGRATOR, place=directory.city))
    data = filled(client, "/services/new/") | {
        "name_he": "גינה קהילתית",
        "organisation": "org-city",
        "source": "test-source",
        "areas": ["9001"],
        "responses": ["human_services:care"],
    }
    for _again in range(2):
        answer = client.post("/services/new/", data)
        assert answer.status_code == 302, faults(answer)
    service = Service.objects.get(name_he="גינה קהילתית")
    assert answer["Location"] == reverse("services:detail", args=[service.code])
    refused = client.post("/services/new/", data | {"code": "", "areas": ["9002"]})
    assert refused.status_code == 422
    assert Service.objects.filter(name_he="גינה קהילתית").count() == 1


def verdict_data(client: Client) -> dict[str, str]:
    pair = client.get("/services/overlaps/A/B/").context["pair"]
    prefix = f"f{pair['finding'].pk}"
    return {f"{prefix}-verdict": "complementary", f"{prefix}-reason": "ימים שונים"}


def test_a_verdict_by_form_and_by_htmx(directory: World) -> None:
    client = as_(directory.account(Role.TEAM_LEADER, place=directory.city))
    data = verdict_data(client)
    assert client.post("/services/overlaps/B/A/", data).status_code == 302
    assert OverlapVerdict.objects.get().reason == "ימים שונים"
    name = next(name for name in data if name.endswith("verdict"))
    answer = client.post("/services/overlaps/A/B/", data | {name: "duplicate"}, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in page
    assert 'id="pair-' in page
    assert OverlapVerdict.objects.get().verdict == "duplicate"
    assert client.post("/services/overlaps/A/B/", {}).status_code == 422
    assert client.get("/services/overlaps/A/C/").status_code == 404
    assert "ימים שונים" in client.get("/services/overlaps/?verdict=duplicate&place=9001").content.decode()
    assert client.get("/services/overlaps/?place=9002").context["page"].paginator.count == 0


def test_a_sister_authority_may_read_but_not_judge(directory: World) -> None:
    data = verdict_data(Client())
    sister = as_(directory.account(Role.INTEGRATOR, place=directory.sister))
    assert sister.get("/services/overlaps/A/B/").status_code == 200
    assert sister.post("/services/overlaps/A/B/", data).status_code == 404
    worker = as_(directory.account(Role.SOCIAL_WORKER, place=directory.city))
    assert worker.post("/services/overlaps/A/B/", data).status_code == 403
    assert not OverlapVerdict.objects.exists()
