"""A social worker keeps files in the browser; the sister authority's do not exist."""

from __future__ import annotations

import re

from django.urls import reverse

from maarag.database.rows import visible
from maarag.domains.families.models import Family, FamilyStatus, Member
from tests.factories.families import NATIONAL_ID, everything
from tests.pdf_text import assert_pdf_says

from .conftest import Towns, people


def seen(towns: Towns, family: Family) -> Family:
    with visible(everything(family.authority)):
        return Family.objects.prefetch_related("members").get(pk=family.pk)


PARENT = {"first_name": "רות", "last_name": "גל", "relation": "parent", "gender": "female"}


def test_the_list_shows_own_families_and_no_others(towns: Towns):
    for account, own, foreign in (
        (towns.worker, "אלון", "ברק"),
        (towns.stranger, "ברק", "אלון"),
    ):
        page = towns.client(account).get(reverse("families:index")).content.decode()
        assert own in page
        assert foreign not in page


def test_a_family_is_found_by_name_number_id_and_phone(towns: Towns):
    client = towns.client(towns.worker)
    for text in ("אלו", "נועה", str(towns.own.number), NATIONAL_ID, "18", "0500000000", "+972-50-000-0000"):
        page = client.get(reverse("families:index"), {"q": text}).content.decode()
        assert reverse("families:detail", args=[towns.own.pk]) in page, text
        assert reverse("families:detail", args=[towns.foreign.pk]) not in page
    page = client.get(reverse("families:index"), {"q": "000000026"}).content.decode()
    assert reverse("families:detail", args=[towns.own.pk]) not in page


def test_a_file_is_read_by_its_own_alone(towns: Towns):
    url = reverse("families:detail", args=[towns.own.pk])
    page = towns.client(towns.worker).get(url).content.decode()
    assert NATIONAL_ID in page
    assert towns.client(towns.stranger).get(url).status_code == 404


def test_a_file_is_opened_with_its_people(towns: Towns):
    client = towns.client(towns.worker)
    data = {
        "name": "גל",
        "authority": towns.world.city.code,
        "address": "הדקל 3",
        "worker": towns.worker.pk,
        **people({**PARENT, "national_id": "000000026", "phone": "03-000 0000"}),
    }
    answer = client.post(reverse("families:open"), data)
    assert answer.status_code == 302, answer.content.decode()
    with visible(everything(towns.world.city)):
        opened = Family.objects.get(name="גל")
        assert (opened.number, opened.address) == (2, "הדקל 3")
        assert Member.objects.get(family=opened).national_id == "000000026"


def test_what_is_wrong_is_said_and_nothing_is_written(towns: Towns):
    client = towns.client(towns.worker)
    wrong = {
        "name": "גל",
        "authority": towns.world.city.code,
        "worker": towns.worker.pk,
        **people({**PARENT, "national_id": "123456789"}),
    }
    assert client.post(reverse("families:open"), wrong).status_code == 422
    foreign = {**wrong, "authority": towns.world.sister.code, **people(PARENT)}
    assert client.post(reverse("families:open"), foreign).status_code == 422
    nobody = {**wrong, **people({"first_name": ""})}
    assert client.post(reverse("families:open"), nobody).status_code == 422
    with visible(everything(towns.world.city)):
        assert Family.objects.count() == 1


def test_another_form_for_another_person_keeps_what_was_typed(towns: Towns):
    data = {"name": "גל", "more": "1", **people(PARENT)}
    page = towns.client(towns.worker).post(reverse("families:open"), data).content.decode()
    assert 'value="רות"' in page
    assert "people-1-first_name" in page


def test_a_file_is_changed_and_people_leave_it(towns: Towns):
    client = towns.client(towns.worker)
    url = reverse("families:edit", args=[towns.own.pk])
    members = list(seen(towns, towns.own).members.all())
    rows = [
        {"id": one.pk, "first_name": one.first_name, "last_name": "כהן", "relation": one.relation,
         "gender": one.gender, "national_id": one.national_id, "phone": one.phone}
        for one in members
    ]  # fmt: skip
    rows[1]["DELETE"] = "on"
    data = {"name": "כהן", "worker": towns.worker.pk, **people(*rows, initial=2)}
    answer = client.post(url, data)
    assert answer.status_code == 302, answer.content.decode()
    changed = seen(towns, towns.own)
    assert changed.name == "כהן"
    assert [str(one) for one in changed.members.all()] == ["נועה כהן"]


def test_an_older_version_is_not_written_over_a_newer(towns: Towns):
    client = towns.client(towns.worker)
    row = {"first_name": "נ", "last_name": "א", "relation": "parent", "gender": "unknown"}
    data = {"name": "ישן", "worker": towns.worker.pk, "seen": "older", **people(row)}
    answer = client.post(reverse("families:edit", args=[towns.own.pk]), data)
    assert answer.status_code == 409
    assert seen(towns, towns.own).name == "אלון"


def test_a_file_is_closed_and_opened_again(towns: Towns):
    client = towns.client(towns.worker)
    assert client.post(reverse("families:close", args=[towns.own.pk]), {"reason": ""}).status_code == 422
    client.post(reverse("families:close", args=[towns.own.pk]), {"reason": "moved_away"})
    assert seen(towns, towns.own).status == FamilyStatus.CLOSED
    assert towns.own.name not in client.get(reverse("families:index")).content.decode()
    assert client.get(reverse("families:edit", args=[towns.own.pk])).status_code == 302
    client.post(reverse("families:reopen", args=[towns.own.pk]))
    assert seen(towns, towns.own).status == FamilyStatus.OPEN


def test_documents_hold_own_families_alone(towns: Towns):
    client = towns.client(towns.worker)
    assert client.get(reverse("families:pdf", args=[towns.foreign.pk])).status_code == 404
    assert client.get(reverse("families:export", args=["xlsx"])).content.startswith(b"PK")
    assert client.get(reverse("families:export", args=["doc"])).status_code == 404
    found = client.get(reverse("families:find"), {"q": "ל"}).json()["items"]
    assert [one["name"] for one in found] == ["אלון"]
    listed = client.get(reverse("families:export", args=["pdf"])).content
    assert_pdf_says(listed, "משפחות", "אלון", str(towns.own.number), towns.worker.name)
    printed = client.get(reverse("families:pdf", args=[towns.own.pk])).content
    assert_pdf_says(printed, "אלון", "בני המשפחה", "נועה", towns.worker.name)


def test_the_calendar_holds_numbers_and_no_names(towns: Towns):
    with visible(everything(towns.world.city, towns.world.sister)):
        Family.objects.update(review_on="2026-12-01")
    feed = towns.client(towns.worker).get(reverse("families:reviews")).content.decode()
    assert feed.count("BEGIN:VEVENT") == 1
    assert "אלון" not in feed


def test_ids_and_phones_stay_out_of_drafts(towns: Towns):
    """A draft stands in the browser's storage while the connection is lost."""
    client = towns.client(towns.worker)
    for address in (reverse("families:open"), reverse("families:edit", args=[towns.own.pk])):
        page = client.get(address).content.decode()
        assert "data-draft=" in page
        inputs = re.findall(r"<input[^>]*name=\"people-[0-9]+-(?:national_id|phone)\"[^>]*>", page)
        assert len(inputs) >= 2
        assert [one for one in inputs if "data-draft-skip" not in one] == []
