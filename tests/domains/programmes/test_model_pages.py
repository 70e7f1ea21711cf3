"""A programme is made and described in the browser and through the API, by whoever may and by nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from maarag.domains.programmes.models import EligibilityRule, Method, Programme, What
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.taxonomy.models import Term
from tests.factories.budgets import programme_of
from tests.factories.programmes import method, rule, situations, works_by

from .conftest import Treasury

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def client(treasury: Treasury) -> Client:
    situations(treasury.world)
    return treasury.client(treasury.manager)


def code_of(ending: str) -> str:
    return Term.objects.get(code__endswith=f":{ending}").code


def put(client: Client, url: str, body: dict[str, Any]) -> Any:
    return client.put(url, body, content_type="application/json")


def test_a_programme_from_nothing_to_its_conditions(treasury: Treasury, client: Client):
    new = reverse("programmes:create")
    typed = {
        "code": "breathing",
        "name_he": "נושמים",
        "name_en": "Breathing",
        "organisation": treasury.world.organisation.code,
        "is_active": "on",
    }
    wrong = client.post(new, {**typed, "code": "methods"}, headers=ENGLISH)
    assert wrong.status_code == 422
    assert "This code is taken" in wrong.content.decode()
    assert client.post(new, typed).url == reverse("programmes:methods", args=["breathing"])
    assert client.post(new, typed).status_code == 422
    programme = Programme.objects.get(code="breathing")

    written = client.post(
        reverse("programmes:create_method"),
        {
            "code": "visits",
            "name_he": "ביקורי בית",
            "name_en": "Home visits",
            "setting": "home",
            "hours_a_month": "8",
            "is_active": "on",
        },
    )
    assert written.url == reverse("programmes:method", args=["visits"])
    say = {"term": code_of("low_income"), "effect": "suits", "strength": "3"}
    assert client.post(written.url, say).status_code == 302
    assert client.post(written.url, {**say, "effect": "excludes"}).status_code == 302
    assert [row.effect for row in Method.objects.get().situations.all()] == ["excludes"]
    assert client.post(written.url, {**say, "effect": "none"}).status_code == 302
    assert not Method.objects.get().situations.exists()
    client.post(written.url, say)

    chosen = client.post(reverse("programmes:methods", args=["breathing"]), {"methods": ["visits"]})
    assert chosen.status_code == 302
    add = reverse("programmes:add_rule", args=["breathing"])
    refused = client.post(add, {"what": "child_age", "least": "7", "most": "6"}, headers=ENGLISH)
    assert refused.status_code == 422
    assert "is below" in refused.content.decode()
    assert client.post(add, {"what": "child_age", "most": "6", "is_hard": "on"}).status_code == 302

    page = client.get(reverse("programmes:detail", args=["breathing"]), headers=ENGLISH).content.decode()
    for words in ("Home visits", "Age of a child: at most 6", "Excludes whoever does not meet it"):
        assert words in page
    kept = EligibilityRule.objects.get(programme=programme)
    change = reverse("programmes:rule", args=["breathing", kept.pk])
    assert "at most 6" in client.get(change, headers=ENGLISH).content.decode()
    assert client.post(change, {"what": "child_age", "most": "12"}).status_code == 302
    kept.refresh_from_db()
    assert (kept.most, kept.is_hard) == (12, False)
    assert client.post(reverse("programmes:remove_rule", args=["breathing", kept.pk])).status_code == 302
    assert not EligibilityRule.objects.exists()

    edit = reverse("programmes:edit", args=["breathing"])
    assert client.post(edit, {**typed, "name_he": "נושמים לרווחה", "is_active": ""}).status_code == 302
    programme.refresh_from_db()
    assert (programme.name_he, programme.is_active, programme.code) == ("נושמים לרווחה", False, "breathing")
    assert "No longer runs" in client.get(reverse("programmes:index"), headers=ENGLISH).content.decode()


def test_pages_are_open_to_read_and_writing_is_for_the_nation(treasury: Treasury, client: Client):
    programme = programme_of(treasury.world, treasury.budget)
    works_by(programme, method("visits", low_income=3))
    row = rule(programme, What.SINGLE_PARENT)
    everybody = treasury.client()
    for name, arguments in (("method_list", []), ("method", ["visits"]), ("detail", ["noshmim"])):
        page = everybody.get(reverse(f"programmes:{name}", args=arguments))
        assert page.status_code == 200
        assert 'method="post"' not in page.content.decode().partition("<main")[2]
    of_the_city = treasury.world.account(Role.NATIONAL_MANAGER, place=treasury.world.city)
    for account in (of_the_city, treasury.worker):
        other = treasury.client(account)
        for name, arguments in (
            ("create", []),
            ("edit", ["noshmim"]),
            ("methods", ["noshmim"]),
            ("rule", ["noshmim", row.pk]),
            ("remove_rule", ["noshmim", row.pk]),
            ("create_method", []),
            ("method", ["visits"]),
        ):
            assert other.post(reverse(f"programmes:{name}", args=arguments)).status_code in (403, 404)
    assert EligibilityRule.objects.count() == 1


def test_through_the_api_and_twice_the_same_changes_nothing(treasury: Treasury, client: Client):
    organisation = {"organisation": treasury.world.organisation.code}
    says = {"term": code_of("low_income"), "effect": "suits", "strength": 3}
    writes = (
        ("/api/programmes/breathing", {**organisation, "name_he": "נושמים", "name_en": "Breathing"}),
        ("/api/programmes/methods/visits", {"name_he": "ביקורים", "setting": "home", "situations": [says]}),
        (
            "/api/programmes/breathing/model",
            {
                "methods": ["visits"],
                "rules": [
                    {"what": "child_age", "most": 6},
                    {"what": "situation", "term": code_of("at_risk"), "is_hard": False},
                ],
            },
        ),
    )
    for url, body in writes:
        assert put(client, url, body).status_code == 200
    told = AuditEvent.objects.filter(action__startswith="programmes.").count()
    for url, body in writes:
        assert put(client, url, body).status_code == 200
    assert AuditEvent.objects.filter(action__startswith="programmes.").count() == told
    found = treasury.client().get("/api/programmes/breathing", headers=ENGLISH).json()
    assert (found["name"], found["methods"]) == ("Breathing", ["visits"])
    assert [one["words"] for one in found["rules"]] == ["Age of a child: at most 6", "Situation: בסיכון"]
    (listed,) = treasury.client().get("/api/programmes/methods").json()
    assert (listed["programmes"], listed["situations"]) == (["breathing"], [says])
    left = put(
        client, "/api/programmes/breathing/model", {"methods": [], "rules": [{"what": "single_parent"}]}
    )
    assert (left.json()["methods"], len(left.json()["rules"])) == ([], 1)


@pytest.mark.parametrize(
    "body",
    [
        {"methods": ["nothing"], "rules": []},
        {"methods": [], "rules": [{"what": "situation", "term": "nothing"}]},
        {"methods": [], "rules": [{"what": "neighbourhood", "place": "nowhere"}]},
        {"methods": [], "rules": [{"what": "single_parent"}, {"what": "children", "least": 5, "most": 2}]},
    ],
)
def test_a_model_that_cannot_be_leaves_everything(treasury: Treasury, client: Client, body: Any):
    programme = programme_of(treasury.world, treasury.budget)
    works_by(programme, method("visits", low_income=3))
    rule(programme, What.SINGLE_PARENT)
    assert put(client, "/api/programmes/noshmim/model", body).status_code == 422
    assert (programme.methods.count(), programme.rules.count()) == (1, 1)


def test_the_api_refuses_who_may_not(treasury: Treasury, client: Client):
    programme_of(treasury.world, treasury.budget)
    body = {"methods": [], "rules": []}
    assert put(treasury.client(), "/api/programmes/noshmim/model", body).status_code == 401
    assert put(treasury.client(treasury.worker), "/api/programmes/noshmim/model", body).status_code == 403
    of_the_city = treasury.world.account(Role.NATIONAL_MANAGER, place=treasury.world.city)
    assert put(treasury.client(of_the_city), "/api/programmes/noshmim/model", body).status_code == 404
