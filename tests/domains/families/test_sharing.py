"""Named fields of a file are shared with a body for a time; withdrawn, they are gone at once."""

from __future__ import annotations

from datetime import date, timedelta
from threading import Thread
from time import sleep
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.families.actions import (
    AlreadyClosed,
    AlreadyEnded,
    close_family,
    read_shared,
    share_family,
    withdraw_share,
)
from maarag.domains.families.models import Share, SharedField
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.access.rows import scope_of
from maarag.kernel.audit.models import AuditEvent
from tests.factories.families import NATIONAL_ID, PHONE, everything, shared

from .conftest import Towns

JSON = "application/json"
DETAILS = "האם חתמה על הסכמה אצל העובדת"


@pytest.fixture
def partner(towns: Towns) -> Account:
    return towns.world.account(Role.PARTNER_WORKER, organisation=towns.world.organisation)


def days(number: int) -> date:
    return timezone.localdate() + timedelta(days=number)


def form(towns: Towns, **fields: Any) -> dict[str, Any]:
    return {
        "organisation": towns.world.organisation.code,
        "fields_shared": ["family_name", "member_names"],
        "basis": "consent",
        "basis_details": DETAILS,
        "starts": days(0).isoformat(),
        "ends": days(30).isoformat(),
        **fields,
    }


def test_the_whole_story(towns: Towns, partner: Account):
    keeper, body = towns.client(towns.worker), towns.client(partner)
    assert "אלון" not in body.get(reverse("families:shared")).content.decode()
    answer = keeper.post(reverse("families:share", args=[towns.own.pk]), form(towns))
    assert answer.status_code == 302, answer.content.decode()
    with visible(everything(towns.world.city)):
        share = Share.objects.get()
    withdraw = reverse("families:withdraw_share", args=[towns.own.pk, share.pk])
    assert withdraw in keeper.get(reverse("families:detail", args=[towns.own.pk])).content.decode()

    url = reverse("families:shared_file", args=[share.pk])
    lines = body.get(reverse("families:shared")).content.decode()
    assert url in lines
    assert "אלון" in lines
    file = body.get(url).content.decode()
    assert "נועה" in file
    for secret in (NATIONAL_ID, PHONE, DETAILS, towns.worker.name, str(towns.own.pk)):
        assert secret not in file
    with visible(everything(towns.world.city)):
        read = AuditEvent.objects.get(action="families.read_shared")
    assert (read.actor, read.authority_id) == (partner, towns.world.city.pk)
    assert read.changes == {"organisation": [None, towns.world.organisation.code]}

    assert DETAILS in keeper.get(withdraw).content.decode()
    assert body.get(url).status_code == 200, "asked for, not withdrawn yet"
    assert keeper.post(withdraw).status_code == 302
    gone = body.get(url)
    assert gone.status_code == 404
    assert "אלון" not in gone.content.decode()
    assert "אלון" not in body.get(reverse("families:shared")).content.decode()
    kept = keeper.get(reverse("families:detail", args=[towns.own.pk])).content.decode()
    assert towns.world.organisation.name_he in kept
    assert withdraw not in kept


def test_each_field_alone_shows_itself_alone(towns: Towns, partner: Account):
    for field in SharedField:
        shared(towns.worker, towns.own, towns.world.organisation, field)
    body = towns.client(partner)
    told = {
        "family_name": "אלון", "member_names": "נועה",
        "member_phones": PHONE, "member_national_ids": NATIONAL_ID, "worker": towns.worker.name,
    }  # fmt: skip
    items = body.get("/api/families/shared").json()["items"]
    assert len(items) == len(SharedField)
    for line in items:
        (field,) = line["fields_shared"]
        file = body.get(f"/api/families/shared/{line['id']}").json()
        words = str(
            {name: value for name, value in file.items() if name not in ("authority", "fields_shared")}
        )
        page = body.get(reverse("families:shared_file", args=[line["id"]])).content.decode()
        for name, secret in told.items():
            if name == "family_name" and field == "member_names":
                continue  # people carry their family's name
            assert (secret in words) == (name == field), (field, name)
            assert (secret in page) == (name == field), (field, name)
        assert line["name"] == ("אלון" if field == "family_name" else None)
        assert bool(file["people"]) == field.startswith("member_")


def test_a_body_finds_nothing_by_any_other_way(towns: Towns, partner: Account):
    shared(towns.worker, towns.own, towns.world.organisation, "family_name")
    others = towns.world.account(Role.PARTNER_WORKER, organisation=towns.world.sister_organisation)
    theirs = shared(towns.stranger, towns.foreign, towns.world.sister_organisation, "family_name")
    body = towns.client(partner)
    for name, arguments in (
        ("families:index", []), ("families:find", []), ("families:reviews", []),
        ("families:export", ["xlsx"]), ("families:detail", [towns.own.pk]), ("families:pdf", [towns.own.pk]),
        ("families:emergency", []), ("families:openings", []), ("families:opening_counts", []),
        ("families:share", [towns.own.pk]), ("audit:index", []),
    ):  # fmt: skip
        assert body.get(reverse(name, args=arguments)).status_code == 403, name
    for path in ("", "find?q=אלון", f"{towns.own.pk}", f"{towns.own.pk}/shares"):
        assert body.get(f"/api/families/{path}").status_code == 403, path
    # another body's share and one that never was are the same
    for pk in (theirs.pk, uuid4()):
        assert body.get(reverse("families:shared_file", args=[pk])).status_code == 404
        assert (
            body.get(f"/api/families/shared/{pk}").json()
            == body.get(f"/api/families/shared/{uuid4()}").json()
        )
    assert body.get("/api/families/shared").json()["total"] == 1
    assert towns.client(others).get("/api/families/shared").json()["items"][0]["name"] == "ברק"


def seen(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.rowcount if sql.startswith("UPDATE") else cursor.fetchone()[0]


def test_the_policy_shows_a_body_what_holds_and_never_the_family(towns: Towns, partner: Account):
    share = shared(towns.worker, towns.own, towns.world.organisation, *SharedField)
    others = towns.world.account(Role.PARTNER_WORKER, organisation=towns.world.sister_organisation)

    def of(account: Account) -> list[int]:
        with visible(scope_of(account)):
            tables = ("families_share", "families_family", "families_member", "families_opening")
            return [seen(f"SELECT count(*) FROM {table}") for table in tables]

    def told(**fields: Any) -> list[int]:
        with visible(everything(towns.world.city)):
            Share.objects.filter(pk=share.pk).update(**fields)
        return of(partner)

    assert of(partner) == [1, 0, 0, 0]
    assert of(others) == [0, 0, 0, 0]
    assert told(starts=days(1)) == [0, 0, 0, 0]
    assert told(starts=days(0)) == [1, 0, 0, 0]
    assert told(starts=days(-2), ends=days(0)) == [1, 0, 0, 0]
    assert told(ends=days(-1)) == [0, 0, 0, 0]
    assert told(ends=days(1)) == [1, 0, 0, 0]
    with visible(scope_of(partner)):
        assert seen("UPDATE families_share SET ends = ends + 100") == 0
    assert told(withdrawn_at=timezone.now(), withdrawn_by=towns.worker) == [0, 0, 0, 0]


@pytest.mark.django_db(transaction=True)
def test_withdrawn_at_the_moment_of_reading(towns: Towns, partner: Account):
    """The reading waits for the withdrawal under way, and then shows nothing."""
    share = shared(towns.worker, towns.own, towns.world.organisation, "family_name")
    found: list[Any] = []

    def read() -> None:
        with visible(scope_of(partner)):
            found.append(read_shared(by=partner, pk=share.pk))
        connections.close_all()

    reader = Thread(target=read)
    with visible(everything(towns.world.city, by=towns.worker)):
        withdraw_share(by=towns.worker, share=share)
        reader.start()
        # the view of activity would be the same all through this transaction; that of locks is not
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        waiting += " AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
        while reader.is_alive() and not seen(waiting):
            sleep(0.02)
        assert reader.is_alive(), "it did not wait"
    reader.join()
    assert found == [None]


def test_what_is_shared_wrongly_is_refused(towns: Towns):
    client, url = towns.client(towns.worker), reverse("families:share", args=[towns.own.pk])
    for wrong in (
        {"fields_shared": []},
        {"fields_shared": ["everything"]},
        {"basis": ""},
        {"basis_details": ""},
        {"organisation": "none"},
        {"starts": days(-1).isoformat()},
        {"ends": days(-1).isoformat()},
        {"ends": days(733).isoformat()},
    ):
        assert client.post(url, form(towns, **wrong)).status_code == 422, wrong
    assert towns.client(towns.stranger).post(url, form(towns)).status_code == 404
    with visible(everything(towns.world.city, by=towns.worker)):
        given = {"organisation": towns.world.organisation, "basis": "law", "basis_details": "סעיף 1"}
        with pytest.raises(ValidationError):
            share_family(by=towns.worker, family=towns.own, fields=[], ends=days(3), **given)
        with pytest.raises(Http404):
            share_family(by=towns.stranger, family=towns.own, fields=["worker"], ends=days(3), **given)
        close_family(by=towns.worker, family=towns.own, reason="other")
        with pytest.raises(AlreadyClosed):
            share_family(by=towns.worker, family=towns.own, fields=["worker"], ends=days(3), **given)
        assert not Share.objects.exists()


def test_what_has_ended_is_not_withdrawn(towns: Towns):
    share = shared(towns.worker, towns.own, towns.world.organisation, "worker")
    with visible(everything(towns.world.city, by=towns.worker)):
        with pytest.raises(Http404):
            withdraw_share(by=towns.stranger, share=share)
        Share.objects.filter(pk=share.pk).update(starts=days(-9), ends=days(-1))
        with pytest.raises(AlreadyEnded):
            withdraw_share(by=towns.worker, share=share)


def test_sharing_through_the_api(towns: Towns, partner: Account):
    keeper, body = towns.client(towns.worker), towns.client(partner)
    url = f"/api/families/{towns.own.pk}/shares"
    given = form(towns, fields_shared=["family_name", "worker"])
    answer = keeper.post(url, given, content_type=JSON)
    assert answer.status_code == 201, answer.json()
    share = answer.json()
    assert keeper.get(url).json() == [share]
    file = body.get(f"/api/families/shared/{share['id']}").json()
    assert (file["name"], file["worker"], file["people"]) == ("אלון", towns.worker.name, [])
    assert towns.client(towns.stranger).get(url).status_code == 404
    assert towns.client(towns.stranger).post(url, given, content_type=JSON).status_code == 404
    assert keeper.post(url, {**given, "organisation": "x"}, content_type=JSON).status_code == 422
    withdraw = f"{url}/{share['id']}/withdraw"
    assert towns.client(towns.stranger).post(withdraw, content_type=JSON).status_code == 404
    assert keeper.post(withdraw, content_type=JSON).json()["withdrawn_at"]
    # in the same second
    assert body.get(f"/api/families/shared/{share['id']}").status_code == 404
    assert body.get("/api/families/shared").json() == {"total": 0, "items": []}
    assert keeper.post(withdraw, content_type=JSON).status_code == 409
    assert keeper.get(url).json()[0]["withdrawn_at"]
