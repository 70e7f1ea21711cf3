"""The document says of every operation what it takes and how it may answer."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import get_resolver
from ninja import Schema

from maarag.api.contract import WRITING, operations
from maarag.api.idempotency import HEADER
from tests.factories.browsing import page_in

pytestmark = pytest.mark.django_db


def document():
    return Client().get("/api/openapi.json").json()


def test_every_operation_says_how_it_refuses():
    found = document()
    for path, method, operation in operations(found):
        if not path.startswith("/api/"):
            continue
        documented = set(operation["responses"])
        assert {"400", "401", "422", "429"} <= documented, (method, path)
        if operation.get("security"):
            assert {"403"} <= documented, (method, path)
        if method in WRITING:
            assert {"404", "409"} <= documented, (method, path)
            assert HEADER in {parameter["name"] for parameter in operation["parameters"]}, (method, path)
            assert operation["security"] == [{"Token": []}, {"SessionAuth": []}], (method, path)


def test_operations_have_names_of_their_own():
    names = [operation["operationId"] for _path, _method, operation in operations(document())]
    assert len(names) == len(set(names))
    assert "hsds_get_services" in names


def test_addresses_have_names_of_their_own():
    """`reverse("api:close")` would be of whichever room came first."""
    _prefix, below = get_resolver().namespace_dict["api"]
    names = [pattern.name for pattern in below.url_patterns]
    assert {"ledger_close", "needs_create"} <= set(names)
    assert [name for name in set(names) if names.count(name) > 1] == []


def test_what_is_made_links_to_what_can_be_done_with_it():
    paths = document()["paths"]
    opened = paths["/api/missions/"]["post"]["responses"]["201"]["links"]
    assert {name.rpartition("_")[2] for name in opened} >= {"mission", "change", "close"}
    assert all(link["parameters"] == {"pk": "$response.body#/id"} for link in opened.values())


def test_what_is_made_below_an_item_is_not_taken_for_the_item():
    paths = document()["paths"]
    assert "links" not in paths["/api/families/{pk}/shares"]["post"]["responses"]["201"]
    assert paths["/api/families/{pk}"]["patch"]["responses"]["200"]["links"]


def test_refusals_outside_the_operations_are_json_too():
    for address, status in (("/api/no/such", 404), ("/api/missions/%00", 400)):
        answer = Client().get(address)
        assert answer.status_code == status
        assert answer["Content-Type"] == "application/json"
        assert set(answer.json()) == {"detail"}
    wrong = Client().delete("/api/missions/")
    assert (wrong.status_code, wrong["Content-Type"]) == (405, "application/json")
    assert wrong["Allow"]


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_the_page_shows_every_operation(language: str):
    page = page_in(Client(), "/api/docs", language)
    found = list(operations(document()))
    assert page.count("<article ") == len(found)
    for path, method, operation in found:
        assert f'id="{operation["operationId"]}"' in page
        assert f"<code>{method.upper()} {path}</code>" in page
    assert "Authorization: Bearer" in page
    assert "<script>" not in page


def test_no_two_schemas_share_a_name():
    """The document names schemas by their class alone: the second would stand in for the first."""
    assert operations(document())  # the schemas of every room are loaded
    found: dict[str, set[str]] = {}

    def gather(kind: type[Schema]) -> None:
        for below in kind.__subclasses__():
            if below.__module__.startswith("maarag."):
                found.setdefault(below.__name__, set()).add(below.__module__)
            gather(below)

    gather(Schema)
    assert len(found) > 40
    assert {name: modules for name, modules in found.items() if len(modules) > 1} == {}
