"""Who works in a programme and the switch to the toolbox, in the browser and through the API."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maarag.domains.funding.models import Budget
from maarag.domains.programmes.models import Programme, ProgrammeWorker, Quota, ToolboxSwitch
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from tests.factories.budgets import line_of, programme_of, quota
from tests.factories.programmes import method, situations, works_by

from .conftest import Treasury

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def head(treasury: Treasury) -> Account:
    return treasury.world.account(Role.DEPARTMENT_HEAD, place=treasury.world.city)


@pytest.fixture
def department(treasury: Treasury) -> Programme:
    """A city with places today in a programme that works by one method."""
    situations(treasury.world)
    programme = programme_of(treasury.world, treasury.budget)
    works_by(programme, method("visits", low_income=3))
    quota(treasury.manager, line_of(treasury.budget, "noshmim"), treasury.world.city, 30)
    today = timezone.localdate()
    year = {"starts": date(today.year, 1, 1), "ends": date(today.year, 12, 31)}
    Quota.objects.update(**year)
    Budget.objects.update(**year)
    return programme


def test_workers_are_written_and_what_was_stays(treasury: Treasury, department: Programme, head: Account):
    client, worker = treasury.client(head), treasury.worker
    url = reverse("programmes:workers", args=["noshmim", treasury.world.city.code])
    page = client.get(url, headers=ENGLISH).content.decode()
    assert "Nobody works in it yet" in page
    assert client.post(url, {"account": worker.pk, "most": "0"}).status_code == 422
    assert client.post(url, {"account": worker.pk, "most": "12"}).status_code == 302
    page = client.get(url, headers=ENGLISH).content.decode()
    assert worker.name in page
    assert "The workers carry fewer families than there are places" in page
    end = reverse("programmes:end", args=["noshmim", treasury.world.city.code])
    yesterday = timezone.localdate() - timedelta(days=1)
    row = ProgrammeWorker.objects.get()
    assert client.post(end, {"worker": row.pk, "ends": yesterday}).status_code == 422
    assert client.post(end, {"worker": row.pk}).status_code == 302
    row.refresh_from_db()
    assert row.ends == timezone.localdate()


def test_workers_are_not_for_others(treasury: Treasury, department: Programme, head: Account):
    city, sister = treasury.world.city.code, treasury.world.sister.code
    assert treasury.client(head).get(f"/programmes/noshmim/workers/{sister}/").status_code == 404
    assert treasury.client(treasury.worker).get(f"/programmes/noshmim/workers/{city}/").status_code == 403
    assert treasury.client().get(f"/programmes/noshmim/workers/{city}/").status_code == 302
    director = treasury.world.account(Role.PROGRAMME_DIRECTOR, place=treasury.world.nation)
    assert treasury.client(director).get(f"/programmes/noshmim/workers/{city}/").status_code == 200


def test_the_switch_shows_what_changes_before_it_is_decided(
    treasury: Treasury, department: Programme, head: Account
):
    client, city = treasury.client(head), treasury.world.city
    box, switch = (reverse(f"programmes:{name}", args=[city.code]) for name in ("toolbox", "switch"))
    assert "Method visits" in client.get(box, headers=ENGLISH).content.decode()
    preview = client.get(switch, headers=ENGLISH).content.decode()
    assert "Everything measured so far stays" in preview
    assert "1 method stands in one list" in preview
    assert not ToolboxSwitch.objects.exists()
    today = timezone.localdate()
    assert client.post(switch, {"starts": today, "why": ""}).status_code == 422
    assert client.post(switch, {"starts": today, "why": "שלב שני"}).url == box
    assert "By one toolbox" in client.get(box, headers=ENGLISH).content.decode()
    assert client.get(switch).url == box  # it works so already
    back = reverse("programmes:back", args=[city.code])
    client.post(back, {"why": ""})
    assert ToolboxSwitch.objects.get().ends is None
    client.post(back, {"why": "חוזרים"})
    assert ToolboxSwitch.objects.get().ends == today
    assert client.post(back, {"why": "חוזרים"}).status_code == 404
    page = client.get(box, headers=ENGLISH).content.decode()
    assert "שלב שני · חוזרים" in page  # both decisions are kept


def test_who_sees_toolboxes(treasury: Treasury, department: Programme, head: Account):
    city, sister = treasury.world.city.code, treasury.world.sister.code
    one = treasury.client(head).get(reverse("programmes:toolboxes"))
    assert one.url == reverse("programmes:toolbox", args=[city])
    assert treasury.client(head).get(f"/programmes/toolbox/{sister}/").status_code == 404
    above = treasury.world.account(Role.DISTRICT_SUPERVISOR, place=treasury.world.nation)
    page = treasury.client(above).get(f"/programmes/toolbox/{city}/", headers=ENGLISH)
    assert "Switch to one toolbox" not in page.content.decode()
    assert "Taken" not in page.content.decode()
    worker = treasury.client(treasury.worker)
    assert worker.get(f"/programmes/toolbox/{city}/").status_code == 200
    assert worker.get(f"/programmes/toolbox/{city}/switch/").status_code == 403


def test_through_the_api(treasury: Treasury, department: Programme, head: Account):
    client: Client = treasury.client(head)
    city, email = treasury.world.city.code, treasury.worker.email

    def send(verb: str, url: str, body: dict[str, Any]) -> Any:
        return getattr(client, verb)(f"/api/programmes/{url}", body, content_type="application/json")

    written = {"authority": city, "account": email, "most": 12}
    for _again in range(2):
        assert send("put", "noshmim/workers", written).json()["most"] == 12
    assert ProgrammeWorker.objects.count() == 1
    assert send("put", "noshmim/workers", {**written, "account": "no@example.org"}).status_code == 422
    assert (
        send("put", "noshmim/workers", {**written, "authority": treasury.world.sister.code}).status_code
        == 404
    )
    (row,) = client.get(f"/api/programmes/noshmim/workers?authority={city}").json()
    assert (row["account"], row["ends"]) == (email, None)
    today = timezone.localdate().isoformat()
    switched = send("post", f"toolbox/{city}/switch", {"starts": today, "why": "שלב שני"}).json()
    assert (switched["since"], switched["workers"], switched["families"]) == (today, 1, 30)
    (tool,) = switched["tools"]
    assert (tool["method"], tool["programmes"], tool["most"]) == ("visits", ["noshmim"], 12)
    assert send("post", f"toolbox/{city}/switch", {"starts": today, "why": "שוב"}).status_code == 422
    assert send("post", f"toolbox/{city}/back", {"why": "חוזרים"}).status_code == 200
    assert send("post", f"toolbox/{city}/back", {"why": "חוזרים"}).status_code == 404
    ended = send("post", "noshmim/workers/end", {"authority": city, "account": email})
    assert ended.json()["ends"] == today
    assert send("post", "noshmim/workers/end", {"authority": city, "account": email}).status_code == 404
