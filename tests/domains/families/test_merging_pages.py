"""Opening a file that is there already, merging and taking apart: as people do it, and through the API."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.families.actions import tell_apart
from maarag.domains.families.merging_models import Distinct, Merge
from maarag.domains.families.models import Family, FamilyStatus
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from tests.factories.families import NATIONAL_ID, everything, family

from .conftest import Towns, people


@pytest.fixture
def leader(towns: Towns) -> Account:
    return towns.world.account(Role.TEAM_LEADER, place=towns.world.city)


@pytest.fixture
def twin(towns: Towns) -> Family:
    return family(towns.worker, towns.world.city, towns.worker, name="Alon", phone="")


def typed(towns: Towns, **changes: Any) -> dict[str, Any]:
    """What a worker writes in the form of a new file."""
    return {
        "name": "Alon",
        "authority": towns.world.city.code,
        "worker": str(towns.worker.pk),
        "people-TOTAL_FORMS": "1",
        "people-INITIAL_FORMS": "0",
        "people-MIN_NUM_FORMS": "1",
        "people-MAX_NUM_FORMS": "40",
        "people-0-first_name": "Noa",
        "people-0-last_name": "Alon",
        "people-0-relation": "parent",
        "people-0-gender": "female",
        "people-0-national_id": NATIONAL_ID,
        **changes,
    }


def count(towns: Towns) -> int:
    with visible(everything(towns.world.city)):
        return Family.objects.filter(authority=towns.world.city).count()


def test_people_who_are_added_later_are_looked_for_too(towns: Towns) -> None:
    """A parent with the id of somebody in another file: said after saving, until the two are told apart."""
    client = towns.client(towns.worker)
    with visible(everything(towns.world.city)):
        (other,) = Family.objects.filter(authority=towns.world.city)
    mine = family(towns.worker, towns.world.city, towns.worker, name="Barak", national_id="", phone="")
    columns = ("first_name", "last_name", "relation", "gender", "national_id", "phone")
    noa = {"first_name": "Noa", "last_name": "Barak", "relation": "parent", "gender": "female"}

    def save(*added: dict[str, Any]) -> str:
        with visible(everything(towns.world.city)):
            known = [
                {"id": one.pk, **{name: getattr(one, name) for name in columns}} for one in mine.members.all()
            ]
        given = {
            "name": "Barak",
            "worker": towns.worker.pk,
            **people(*known, *added, initial=len(known)),
        }
        headers = {"accept-language": "en"}
        answer = client.post(f"/families/{mine.pk}/edit/", given, follow=True, headers=headers)
        assert answer.redirect_chain, answer.content.decode()
        return answer.content.decode()

    assert "The file resembles file" not in save()
    page = save({**noa, "national_id": NATIONAL_ID})
    assert f"The file resembles file {other.number}" in page
    assert 'href="/families/duplicates/"' in page
    with visible(everything(towns.world.city)):
        tell_apart(by=towns.worker, family=mine, others=[other], reason="two_households")
    assert "The file resembles file" not in save()


def test_a_file_that_is_there_is_shown_before_another_is_opened(towns: Towns) -> None:
    client = towns.client(towns.worker)
    answer = client.post("/families/open/", typed(towns))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert f"/families/{towns.own.pk}/" in page
    assert 'value="Noa"' in page
    assert NATIONAL_ID in page  # as it was typed; nothing is lost
    assert count(towns) == 1
    # saving again without a word changes nothing, nor does a word about other files
    shown = {"apart-of": str(towns.own.pk)}
    assert client.post("/families/open/", typed(towns, **shown)).status_code == 409
    reason = {"apart-reason": "two_households"}
    assert (
        client.post(
            "/families/open/", typed(towns, **reason, **{"apart-of": str(towns.foreign.pk)})
        ).status_code
        == 409
    )
    missing = {"apart-reason": "other", "apart-note": ""}
    assert client.post("/families/open/", typed(towns, **shown, **missing)).status_code == 409
    assert count(towns) == 1
    answer = client.post("/families/open/", typed(towns, **shown, **reason))
    assert answer.status_code == 302
    assert count(towns) == 2
    with visible(everything(towns.world.city)):
        said = Distinct.objects.get()
        assert (said.other, said.reason, said.said_by) == (towns.own, "two_households", towns.worker)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"people-0-national_id": "000000019"}, "ספרת הביקורת"),
        ({"people-0-birth_date": "2999-01-01"}, "עתיד"),
        ({"people-0-last_name": "א" * 81}, "80"),
    ],
)
def test_what_is_wrong_is_said_first(towns: Towns, changes: dict[str, str], text: str) -> None:
    given = typed(towns, **({"people-0-national_id": ""} | changes))
    answer = towns.client(towns.worker).post("/families/open/", given)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert text in page
    assert 'value="Noa"' in page
    assert count(towns) == 1


def test_a_name_of_eighty_letters_and_both_directions(towns: Towns) -> None:
    name = "אבו־חמד (Abu Hamad) " * 4
    given = typed(
        towns, name=name.strip(), **{"people-0-last_name": name.strip(), "people-0-national_id": ""}
    )
    assert towns.client(towns.worker).post("/families/open/", given).status_code == 302


def test_two_files_are_merged_and_taken_apart(towns: Towns, twin: Family, leader: Account) -> None:
    client = towns.client(leader)
    listed = client.get("/families/duplicates/").content.decode()
    address = f"/families/{towns.own.pk}/merge/{twin.pk}/"
    assert address in listed
    page = client.get(address).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen is not None
    same = dict(re.findall(r'name="(same-[\w-]+)"[^>]*>.*?<option value="([\w-]+)" selected', page, re.S))
    everybody = re.findall(r'name="(same-[\w-]+)"', page)
    assert sorted(same) == sorted(everybody)
    [chosen] = [value for value in same.values() if value != "nobody"]
    wrong = client.post(address, {"seen": "other", **same})
    assert wrong.status_code == 409
    twice = dict.fromkeys(everybody, chosen)
    assert client.post(address, {"seen": seen[1], **twice}).status_code == 422
    done = client.post(address, {"seen": seen[1], **same})
    assert (done.status_code, done["Location"]) == (302, f"/families/{towns.own.pk}/")
    with visible(everything(towns.world.city)):
        merge = Merge.objects.get()
        assert Family.objects.get(pk=twin.pk).status == FamilyStatus.MERGED
    # every page of the file that went leads on
    for tail in ("", "edit/", "readers/"):
        led = client.get(f"/families/{twin.pk}/{tail}")
        assert (led.status_code, led["Location"]) == (302, f"/families/{towns.own.pk}/{tail}")
    undo = f"/families/{towns.own.pk}/merges/{merge.pk}/undo/"
    assert undo in client.get(f"/families/{towns.own.pk}/").content.decode()
    assert str(twin.number) in client.get(undo).content.decode()
    assert client.post(undo).status_code == 302
    assert client.get(f"/families/{twin.pk}/").status_code == 200
    assert client.get(undo).status_code == 409
    assert client.post(undo).status_code == 409


def test_the_list_finds_the_number_of_a_merged_file(towns: Towns, twin: Family, leader: Account) -> None:
    client = towns.client(leader)
    client.post(
        f"/api/families/{towns.own.pk}/merge", {"away": str(twin.pk)}, content_type="application/json"
    )
    page = client.get("/families/", {"q": str(twin.number)}).content.decode()
    assert f"/families/{towns.own.pk}/" in page
    everything_ = client.get("/families/", {"state": "all"}).content.decode()
    assert f"/families/{twin.pk}/" not in everything_


def test_who_may(towns: Towns, twin: Family, leader: Account) -> None:
    worker, stranger = towns.client(towns.worker), towns.client(towns.stranger)
    address = f"/families/{towns.own.pk}/merge/{twin.pk}/"
    assert worker.get(address).status_code == 403
    assert stranger.get(f"/families/{towns.own.pk}/apart/{twin.pk}/").status_code == 404
    assert str(towns.own.pk) not in stranger.get("/families/duplicates/").content.decode()
    assert address not in worker.get("/families/duplicates/").content.decode()
    assert (
        f"/families/{towns.own.pk}/apart/{twin.pk}/" in worker.get("/families/duplicates/").content.decode()
    )
    assert Client().get("/families/duplicates/").status_code == 302


def test_through_the_api(towns: Towns, leader: Account) -> None:
    client = towns.client(leader)
    member = {"first_name": "Noa", "last_name": "Alon", "relation": "parent", "national_id": NATIONAL_ID}
    body = {"name": "Alon", "authority": towns.world.city.code, "members": [member]}
    kind = {"content_type": "application/json"}
    refused = client.post("/api/families/", body, **kind)
    assert refused.status_code == 409
    assert str(towns.own.number) in refused.json()["detail"]
    why = {"reason": "other", "note": ""}
    assert client.post("/api/families/", body | {"another_family": why}, **kind).status_code == 422
    assert count(towns) == 1
    opened = client.post("/api/families/", body | {"another_family": {"reason": "other_people"}}, **kind)
    assert opened.status_code == 201
    away = opened.json()["id"]
    plan = client.get(f"/api/families/{towns.own.pk}/merge/{away}").json()
    assert (len(plan["same"]), plan["added"], plan["refusals"]) == (1, 0, [])
    stale = client.post(f"/api/families/{towns.own.pk}/merge", {"away": away, "seen": "x"}, **kind)
    assert stale.status_code == 409
    done = client.post(f"/api/families/{towns.own.pk}/merge", {"away": away, "seen": plan["version"]}, **kind)
    assert done.status_code == 200, done.content
    gone = client.get(f"/api/families/{away}")
    assert (gone.status_code, str(towns.own.pk) in gone.json()["detail"]) == (409, True)
    undone = client.post(f"/api/families/merges/{done.json()['id']}/undo")
    assert undone.json()["undone_at"] is not None
    assert client.post(f"/api/families/merges/{done.json()['id']}/undo").status_code == 409
    assert client.get(f"/api/families/{away}").json()["members"][0]["national_id"] == NATIONAL_ID
    pairs = client.get("/api/families/duplicates", {"authority": towns.world.city.code}).json()
    assert pairs == []  # told apart when it was opened
    assert timezone.localdate().isoformat() == opened.json()["opened_on"]
