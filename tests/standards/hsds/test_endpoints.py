"""The endpoints: what they answer, pages, parameters, what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maarag.domains.services.models import Service
from maarag.standards.hsds.ids import at_location_id, id_of
from tests.factories.services import World

Get = Callable[..., Any]
LISTS = {
    "services": "compiled/service_list",
    "organizations": "compiled/organization_list",
    "service_at_locations": "compiled/service_at_location_list",
    "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
}
PAGE = {
    "total_items": int,
    "total_pages": int,
    "page_number": int,
    "size": int,
    "first_page": bool,
    "last_page": bool,
    "empty": bool,
    "contents": list,
}


def codes(page: Any) -> list[str]:
    """The codes of our services behind the ids of a page."""
    by_id = {id_of("service", code): code for code in Service.objects.values_list("code", flat=True)}
    return [by_id[item["id"]] for item in page["contents"]]


def test_about(get: Get, db: None) -> None:
    found = get("")
    assert found["version"] == "3.1"
    assert set(found) == {"version", "profile", "openapi_url"}
    document = get("openapi.json")
    assert found["openapi_url"] == "http://testserver/hsds/openapi.json"
    assert set(document["paths"]) == {"/"} | {f"/{n}{rest}" for n in LISTS for rest in ("", "/{id}")}


@pytest.mark.parametrize("name", LISTS)
def test_lists_are_as_the_standard_has_them(name: str, get: Get, filled: World, schema: Any) -> None:
    page = get(name)
    assert {field: type(page[field]) for field in page} == PAGE
    assert not page["empty"]
    for item in page["contents"]:
        schema(LISTS[name]).validate(item)
        UUID(item["id"])


@pytest.mark.parametrize("name", ["services", "organizations", "service_at_locations"])
def test_whole_objects_are_as_the_standard_has_them(name: str, get: Get, filled: World, schema: Any) -> None:
    validator = schema(f"compiled/{name.removesuffix('s')}")
    page = get(name, full="true")
    assert page["total_items"] >= 2
    for item in page["contents"]:
        validator.validate(item)
        one = get(f"{name}/{item['id']}")
        assert one == item
    if name == "organizations":
        for item in get(name, full_service="true")["contents"]:
            validator.validate(item)
            for service in item["services"]:
                schema("compiled/service").validate(service)


def test_a_whole_service_says_everything(get: Get, filled: World) -> None:
    found = get("services/meals")
    assert (
        found
        == get(f"services/{id_of('service', 'meals')}")
        == get(f"services/{id_of('service', 'meals').upper()}")
    )
    assert found["name"] == 'ארוחות חמות לקשישים "בשכונה"'
    assert found["alternate_name"] == "وجبات ساخنة / Hot meals"
    assert (found["status"], found["assured_date"]) == ("active", "2026-06-01")
    assert (found["minimum_age"], found["maximum_age"]) == (67, 120)
    assert found["program"]["name"] == "ארוחה חמה"
    assert found["organization"]["parent_organization_id"] == id_of("organization", "org-city")
    identifiers = {
        i["identifier_scheme"]: i["identifier"] for i in found["organization"]["organization_identifiers"]
    }
    assert identifiers == {"maarag": "org-unit", "IL-registration": "580000001"}
    assert [(p["number"], p.get("extension")) for p in found["phones"]] == [
        ("*1234", 12),
        ("04-7654321", None),
    ]
    assert found["schedules"][0]["byday"] == "SU,TU"
    assert found["schedules"][0]["opens_at"] == "08:00"
    assert {a["uri"] for a in found["service_areas"]} == {"urn:maarag:place:9001-1", "urn:maarag:place:9002"}
    assert [lang["code"] for lang in found["languages"]] == ["ar", "he"]
    bare, kitchen = found["service_at_locations"]
    assert bare["location"]["addresses"] == []
    assert kitchen["description"] == "כניסה מהחצר"
    address = kitchen["location"]["addresses"][0]
    assert (address["city"], address["region"]) == ("עיר הדגן", "שכונת הגפן")
    assert (address["state_province"], address["postal_code"]) == ("הצפון", "-")
    assert kitchen["location"]["accessibility"][0]["description"] == "נגיש לכיסא גלגלים"
    terms = {a["taxonomy_term"]["code"]: a.get("link_type") for a in found["attributes"]}
    assert terms["human_services:food:meals"] == "service type"
    assert terms["human_situations:seniors"] == "intended audience"
    capacities = {c["unit"]["identifier"]: c for c in found["capacities"]}
    assert (capacities["people"]["maximum"], capacities["people"]["available"]) == (40, 3)
    assert capacities["families"]["available"] == 0
    assert "not known" in capacities["families"]["description"]


def test_a_fictional_service_says_so(get: Get, filled: World) -> None:
    found = get("services/over")
    assert "fictional" in found["alert"]
    assert found["status"] == "defunct"
    assert "alert" not in get("services/meals")


def test_every_kind_is_found_by_its_id(get: Get, filled: World) -> None:
    link = at_location_id("meals", "kitchen")
    found = get(f"service_at_locations/{link}")
    assert found["location"]["name"] == "המטבח"
    assert found["service"]["id"] == id_of("service", "meals")
    assert get("organizations/org-unit")["services"][0]["status"] == "active"
    for name in ("taxonomies", "taxonomy_terms"):
        for item in get(name)["contents"]:
            assert get(f"{name}/{item['id']}") == item


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("identifier", ["nobody", str(UUID(int=7)), "a%00b"])
def test_what_is_not_there_is_told_in_json(name: str, identifier: str, client: Client, filled: World) -> None:
    response = client.get(f"/hsds/{name}/{identifier}")
    assert response.status_code == 404
    assert response.json()["error"]


def test_a_new_service_is_found_by_its_id_at_once(get: Get, filled: World) -> None:
    get(f"services/{id_of('service', 'new')}", expected=404)
    filled.service("new", "חדש")
    assert get(f"services/{id_of('service', 'new')}")["name"] == "חדש"


def test_pages(get: Get, filled: World) -> None:
    for number in range(4):
        filled.service(f"more-{number}", f"עוד {number}")
    pages = [get("services", page=number, per_page=3) for number in (1, 2, 3, 4)]
    assert [page["size"] for page in pages] == [3, 3, 1, 0]
    assert [page["first_page"] for page in pages] == [True, False, False, False]
    assert [page["last_page"] for page in pages] == [False, False, True, True]
    assert [page["empty"] for page in pages] == [False, False, False, True]
    assert {(page["total_items"], page["total_pages"]) for page in pages} == {(7, 3)}
    seen = [code for page in pages for code in codes(page)]
    assert sorted(seen) == sorted(Service.objects.values_list("code", flat=True))


def test_an_empty_directory_has_an_empty_page(get: Get, w: World) -> None:
    page = get("services")
    assert (page["total_items"], page["total_pages"], page["size"]) == (0, 0, 0)
    assert page["first_page"]
    assert page["last_page"]
    assert page["empty"]
    assert page["contents"] == []


def test_parameters_choose(get: Get, filled: World) -> None:
    assert codes(get("services", organization_id="org-unit")) == ["meals"]
    assert codes(get("services", organization_id=id_of("organization", "org-sister"))) == ["plain"]
    assert codes(get("services", taxonomy_term_id="human_services:food")) == ["meals"]
    assert codes(get("services", taxonomy_term_id=id_of("taxonomy_term", "human_services:care"))) == ["over"]
    assert codes(get("services", taxonomy_id=id_of("taxonomy", "situation"))) == ["meals"]
    assert codes(get("services", search="לקשישים")) == ["meals"]
    assert codes(get("services", search="לקשישים", organization_id="org-sister")) == []
    assert get("service_at_locations", search="לקשישים")["total_items"] == 2
    assert get("organizations", search="מרכז הדגן")["total_items"] == 1
    assert get("organizations", taxonomy_term_id="human_services:food")["total_items"] == 1
    assert (
        get("taxonomy_terms", top_only="true", taxonomy_id=id_of("taxonomy", "response"))["total_items"] == 1
    )
    children = get("taxonomy_terms", parent_id="human_services:food")["contents"]
    assert {child["code"].rpartition(":")[2] for child in children} == {"meals", "parcels"}


def test_near_a_point(get: Get, filled: World) -> None:
    here = {"latitude": 32.011, "longitude": 35.0}
    assert codes(get("services", **here, proximity=1100)) == ["meals"]
    assert codes(get("services", **here, proximity=1000)) == []
    assert get("service_at_locations", **here, proximity=1100)["total_items"] == 1


def test_only_what_changed(get: Get, filled: World) -> None:
    newest = Service.objects.get(code="plain")
    Service.objects.exclude(pk=newest.pk).update(modified_at=newest.modified_at - timedelta(days=2))
    moment = newest.modified_at.isoformat()
    assert codes(get("services", modified_after=moment)) == ["plain"]
    minimal = get("services", minimal="true", modified_after=moment)
    assert [set(item) for item in minimal["contents"]] == [{"id", "modified_date", "last_modified"}]
    assert get("services", modified_after="2001-01-01")["total_items"] == 3


def test_minimal_gives_all_on_one_page(get: Get, filled: World) -> None:
    for number in range(60):
        filled.service(f"more-{number:02}", f"עוד {number}")
    page = get("services", minimal="true")
    assert (page["size"], page["total_pages"], page["last_page"]) == (63, 1, True)
    assert get("services")["size"] == 50


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("services", {"page": "0"}),
        ("services", {"page": "two"}),
        ("services", {"page": "-1"}),
        ("services", {"page": "1.5"}),
        ("services", {"per_page": "1001"}),
        ("services", {"per_page": "201", "full": "true"}),
        ("services", {"per_page": "0"}),
        ("services", {"full": "perhaps"}),
        ("services", {"format": "xml"}),
        ("services", {"modified_after": "yesterday"}),
        ("services", {"modified_after": "2026-13-01"}),
        ("services", {"organization_id": "nobody"}),
        ("services", {"taxonomy_term_id": "nothing"}),
        ("services", {"taxonomy_id": "none"}),
        ("services", {"postcode": "9100001"}),
        ("services", {"proximity": "1000"}),
        ("services", {"proximity": "1000", "latitude": "91", "longitude": "0"}),
        ("services", {"proximity": "nan", "latitude": "31", "longitude": "35"}),
        ("services", {"search": "\x00"}),
        ("services", {"search": "א" * 501}),
        ("services", {"taxonomy": "x"}),
        ("services/meals", {"full": "true"}),
        ("organizations", {"organization_id": "org-city"}),
        ("taxonomy_terms", {"top_only": "maybe"}),
    ],
)
def test_what_cannot_be_understood_is_refused(
    name: str, parameters: dict[str, str], get: Get, filled: World
) -> None:
    refused = get(name, expected=400, **parameters)
    assert refused["parameter"] in {*parameters, "latitude"}
    assert refused["error"]


def test_one_object_a_line(client: Client, filled: World, schema: Any) -> None:
    response = client.get("/hsds/services", {"format": "ndjson", "full": "true", "per_page": "1"})
    assert response["Content-Type"].startswith("application/x-ndjson")
    items = [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]
    assert len(items) == 3
    for item in items:
        schema("compiled/service").validate(item)


def test_open_to_every_origin_and_only_for_reading(client: Client, filled: World) -> None:
    response = client.get("/hsds/services/meals")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in response
    assert client.get("/hsds/services/meals", headers={"if-none-match": response["ETag"]}).status_code == 304
    filled.service("meals", "שם אחר", organisation=filled.sister_organisation)
    assert client.get("/hsds/services/meals", headers={"if-none-match": response["ETag"]}).status_code == 200
    assert client.options("/hsds/services").status_code == 204
    assert client.delete("/hsds/services/meals").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    posted = strict.post("/hsds/services", {"taxonomy_term_id": "human_services:care"})
    assert posted.status_code == 200
    assert posted.json()["total_items"] == 1


@pytest.mark.parametrize(
    "query",
    ["services", "services?full=true", "organizations?full_service=true", "service_at_locations?full=true"],
)
def test_queries_do_not_grow_with_services(query: str, client: Client, filled: World) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/hsds/{query}").status_code == 200
        return len(queries)

    before = count()
    places = [filled.at(f"spot-{number}", 32.0, 35.0) for number in range(5)]
    for number in range(20):
        filled.service(f"more-{number}", f"עוד {number}", "meals", locations=places, languages=["he"])
    assert count() <= before <= 25
