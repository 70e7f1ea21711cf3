"""Who read a file: told to its keeper and to the family; a supervisor sees unusual reading."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from maarag.database.rows import RowScope, visible
from maarag.domains.families.actions.reading import OwnReading, judge_reading, remove_holder, set_holder
from maarag.domains.families.models import Family, Member
from maarag.domains.families.queries.reading import my_files, unusual
from maarag.domains.families.reading_models import Holder, ReadingVerdict
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.access.rows import scope_of
from maarag.kernel.audit.models import AuditEvent
from tests.factories.families import NATIONAL_ID, everything
from tests.pdf_text import assert_pdf_says

from .conftest import Towns

TODAY = timezone.localdate


def resident(towns: Towns) -> Account:
    return towns.world.account(Role.RESIDENT, place=towns.world.city)


def connected(towns: Towns) -> Account:
    account = resident(towns)
    with visible(scope_of(towns.worker)):
        set_holder(by=towns.worker, family=towns.own, account=account)
    return account


def read_by_the_worker(towns: Towns) -> None:
    client = towns.client(towns.worker)
    assert client.get(reverse("families:detail", args=[towns.own.pk])).status_code == 200
    assert client.get(reverse("families:pdf", args=[towns.own.pk])).status_code == 200


def test_the_keeper_sees_who_read_printed_and_exported(towns: Towns):
    read_by_the_worker(towns)
    towns.client(towns.worker).get(reverse("families:export", args=["xlsx"]))
    lines = towns.client(towns.worker).get(f"/api/families/{towns.own.pk}/readers").json()
    assert len({line["what"] for line in lines}) == 3
    assert {line["who"] for line in lines} == {towns.worker.name}
    assert all(towns.world.city.name_he in line["role"] for line in lines)
    page = towns.client(towns.worker).get(reverse("families:readers", args=[towns.own.pk])).content.decode()
    assert page.count(towns.worker.name) >= 3
    letter = towns.client(towns.worker).get(reverse("families:readers_letter", args=[towns.own.pk]))
    assert (
        towns.client(towns.stranger).get(reverse("families:readers", args=[towns.own.pk])).status_code == 404
    )
    assert_pdf_says(letter.content, "מי קרא את התיק שלכם", "למשפחת אלון", towns.worker.name)


def test_the_person_sees_who_read_and_nothing_else_of_the_file(towns: Towns):
    read_by_the_worker(towns)
    account = connected(towns)
    client = towns.client(account)
    page = client.get(reverse("families:mine")).content.decode()
    assert towns.worker.name in page
    assert towns.world.city.name_he in page
    for secret in (towns.own.name, "נועה", NATIONAL_ID, str(towns.own.pk)):
        assert secret not in page, secret
    [told] = client.get("/api/families/mine").json()
    assert (told["authority"], len(told["reads"])) == (towns.world.city.code, 2)
    assert client.get(reverse("families:detail", args=[towns.own.pk])).status_code == 403
    # another resident, connected to nothing
    assert client.get(f"/api/families/{towns.own.pk}/readers").status_code == 403
    assert towns.client(resident(towns)).get("/api/families/mine").json() == []


def test_the_policy_shows_an_account_its_own_lines_alone(towns: Towns):
    account, other = connected(towns), resident(towns)
    with visible(RowScope(account=account.pk)):
        assert Holder.objects.get().account_id == account.pk
        assert (Family.objects.count(), Member.objects.count()) == (0, 0)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Holder.objects.create(authority=towns.world.city, family=towns.own, account=other, set_by=account)
        assert Holder.objects.all().delete()[0] == 0
    with visible(RowScope(account=other.pk)):
        assert not Holder.objects.exists()


def test_a_holder_is_a_resident_and_can_be_taken_away(towns: Towns):
    client = towns.client(towns.worker)
    url = reverse("families:add_holder", args=[towns.own.pk])
    assert client.post(url, {"email": towns.stranger.email}).status_code == 422
    assert client.post(url, {"email": "nobody@example.org"}).status_code == 422
    account = resident(towns)
    assert client.post(url, {"email": account.email.upper()}).status_code == 302
    assert client.post(url, {"email": account.email}).status_code == 422
    assert len(my_files(account)) == 1
    assert client.post(reverse("families:drop_holder", args=[towns.own.pk, account.pk])).status_code == 302
    assert my_files(account) == []
    with visible(scope_of(towns.worker)), pytest.raises(ValidationError):
        set_holder(by=towns.worker, family=towns.own, account=towns.stranger)


def test_a_reader_of_the_same_name_and_a_closed_file_are_shown_to_the_supervisor(towns: Towns):
    cousin = towns.world.account(Role.SOCIAL_WORKER, place=towns.world.city)
    Account.objects.filter(pk=cousin.pk).update(name="דוד אלון")
    cousin.refresh_from_db()
    towns.client(cousin).get(reverse("families:detail", args=[towns.own.pk]))
    towns.client(towns.stranger).get(reverse("families:detail", args=[towns.foreign.pk]))
    supervisor = towns.world.account(Role.TEAM_LEADER, place=towns.world.city)
    with visible(scope_of(supervisor)):
        [flagged] = unusual(supervisor)
    assert (flagged.reader, flagged.day, flagged.verdict) == (cousin, TODAY(), None)
    assert flagged.reasons
    client = towns.client(supervisor)
    page = client.get(reverse("families:reading")).content.decode()
    assert "דוד אלון" in page
    url = reverse("families:reading_day", args=[towns.world.city.code, cousin.pk, TODAY().isoformat()])
    assert url in page
    assert towns.own.name in client.get(url).content.decode()
    assert client.post(url, {"verdict": "nonsense"}).status_code == 422
    assert client.post(url, {"verdict": "to_clarify", "note": "נשאלה"}).status_code == 302
    [told] = client.get("/api/families/reading").json()
    assert (told["reader"], told["verdict"], told["note"]) == (cousin.pk, "to_clarify", "נשאלה")
    with visible(scope_of(supervisor)):
        event = AuditEvent.objects.get(action="families.judge_reading")
    assert (event.actor, event.changes["verdict"]) == (supervisor, [None, "to_clarify"])
    sister = towns.world.account(Role.TEAM_LEADER, place=towns.world.sister)
    assert towns.client(sister).get(url).status_code == 404
    assert towns.client(cousin).get(url).status_code == 403


def test_nobody_judges_their_own_reading(towns: Towns):
    supervisor = towns.world.account(Role.TEAM_LEADER, place=towns.world.city)
    body: dict[str, Any] = {
        "authority": towns.world.city.code,
        "reader": supervisor.pk,
        "day": TODAY().isoformat(),
        "verdict": "in_order",
    }
    client = towns.client(supervisor)
    address = "/api/families/reading/verdicts"
    assert client.post(address, body, content_type="application/json").status_code == 404
    client.get(reverse("families:detail", args=[towns.own.pk]))
    assert client.post(address, body, content_type="application/json").status_code == 409
    with visible(scope_of(supervisor)), pytest.raises(OwnReading):
        judge_reading(
            by=supervisor, authority=towns.world.city, reader=supervisor, day=TODAY(), verdict="in_order"
        )
    other = {**body, "reader": towns.worker.pk}
    read_by_the_worker(towns)
    assert client.post(address, other, content_type="application/json").status_code == 200
    with visible(everything(towns.world.city)):
        assert ReadingVerdict.objects.get().verdict == "in_order"


def test_a_holder_that_is_gone_is_told_so(towns: Towns):
    account = connected(towns)
    with visible(scope_of(towns.worker)):
        remove_holder(by=towns.worker, family=towns.own, account=account)
        assert not Holder.objects.exists()
