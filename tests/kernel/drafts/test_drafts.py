"""Drafts: each account has its own and sees no other's, in PostgreSQL too; they go when saved or old."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone

from maarag.database.rows import RowScope, visible
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.drafts.actions import (
    LONGEST,
    MOST_OF_A_FORM,
    discard_draft,
    forget_draft,
    mark_of,
    own_rows,
    save_draft,
)
from maarag.kernel.drafts.models import Draft
from maarag.kernel.drafts.queries import drafts_of
from maarag.kernel.retention.actions import tidy
from maarag.kernel.retention.rules import TIDY
from tests.factories.services import World, world

BACKEND = "django.contrib.auth.backends.ModelBackend"
KEY, WRITER = "families:open", "window-0001"
FIELDS = [("name", "אלון"), ("people-0-first_name", "נועה"), ("tags", "a"), ("tags", "b")]


@pytest.fixture
def small(db: None) -> World:
    return world()


@pytest.fixture
def writer(small: World) -> Account:
    return small.account(Role.SOCIAL_WORKER, place=small.city)


@pytest.fixture
def other(small: World) -> Account:
    return small.account(Role.TEAM_LEADER, place=small.city)


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend=BACKEND)
    return client


def put(client: Client, **changes: Any) -> Any:
    fields = [{"name": name, "value": value} for name, value in FIELDS]
    body = {"key": KEY, "writer": WRITER, "fields": fields} | changes
    return client.put("/api/drafts/", body, content_type="application/json")


def test_what_was_written_comes_back_to_its_writer_alone(writer: Account, other: Account) -> None:
    save_draft(by=writer, key=KEY, writer=WRITER, fields=FIELDS)
    found = drafts_of(writer, KEY)
    assert [(one.writer, one.fields) for one in found] == [(WRITER, FIELDS)]
    assert drafts_of(other, KEY) == []
    assert drafts_of(writer, "families:edit") == []


def test_postgresql_shows_a_draft_to_its_account_only(small: World, writer: Account, other: Account) -> None:
    save_draft(by=writer, key=KEY, writer=WRITER, fields=FIELDS)
    assert Draft.objects.count() == 0
    everything = frozenset({small.city.pk, small.sister.pk})
    with visible(RowScope(everything, other.pk)):
        assert Draft.objects.count() == 0
        assert Draft.objects.filter(account=writer).update(key="x") == 0
        assert Draft.objects.filter(account=writer).delete()[0] == 0
    with own_rows(writer):
        assert Draft.objects.count() == 1
        with connection.cursor() as cursor:
            cursor.execute("SELECT content FROM drafts_draft")
            assert "אלון".encode() not in bytes(cursor.fetchone()[0])


def test_nobody_writes_in_another_name(writer: Account, other: Account) -> None:
    from django.db.utils import ProgrammingError

    with pytest.raises(ProgrammingError, match="row-level security"), own_rows(other):
        Draft.objects.create(account=writer, key=KEY, writer=WRITER, content="x")


def test_the_same_window_writes_over_and_another_beside(writer: Account) -> None:
    save_draft(by=writer, key=KEY, writer=WRITER, fields=FIELDS)
    save_draft(by=writer, key=KEY, writer=WRITER, fields=[("name", "ברק")])
    save_draft(by=writer, key=KEY, writer="window-0002", fields=FIELDS)
    assert {one.writer: dict(one.fields)["name"] for one in drafts_of(writer, KEY)} == {
        WRITER: "ברק",
        "window-0002": "אלון",
    }
    assert discard_draft(by=writer, key=KEY, writer=WRITER)
    assert not discard_draft(by=writer, key=KEY, writer=WRITER)
    assert [one.writer for one in drafts_of(writer, KEY)] == ["window-0002"]


def test_the_oldest_give_way(writer: Account) -> None:
    for number in range(MOST_OF_A_FORM + 3):
        save_draft(by=writer, key=KEY, writer=f"window-{number:04}", fields=FIELDS)
    kept = [one.writer for one in drafts_of(writer, KEY)]
    assert len(kept) == MOST_OF_A_FORM
    assert kept[0] == f"window-{MOST_OF_A_FORM + 2:04}"
    assert "window-0002" not in kept


@pytest.mark.parametrize(
    ("key", "window", "fields"),
    [
        ("with blanks", WRITER, FIELDS),
        ("x" * 121, WRITER, FIELDS),
        (KEY, "short", FIELDS),
        (KEY, WRITER, [("name", "x" * LONGEST)]),
    ],
)
def test_what_is_no_draft_is_refused(writer: Account, key: str, window: str, fields: Any) -> None:
    with pytest.raises(ValidationError):
        save_draft(by=writer, key=key, writer=window, fields=fields)
    assert drafts_of(writer, KEY) == []


def test_a_saved_form_forgets_its_draft(writer: Account, other: Account) -> None:
    for account in (writer, other):
        save_draft(by=account, key=KEY, writer=WRITER, fields=FIELDS)
    request = RequestFactory().post("/", {"draft_writer": WRITER, "draft_key": KEY})
    request.user = writer
    forget_draft(request)
    assert (len(drafts_of(writer, KEY)), len(drafts_of(other, KEY))) == (0, 1)
    without_script = RequestFactory().post("/", {})
    without_script.user = other
    forget_draft(without_script)
    assert len(drafts_of(other, KEY)) == 1


def test_old_drafts_go_by_themselves(writer: Account, other: Account) -> None:
    for account in (writer, other):
        save_draft(by=account, key=KEY, writer=WRITER, fields=FIELDS)
    long_ago = timezone.now() - TIDY["drafts.old"].keep - timedelta(days=2)
    with own_rows(writer):
        Draft.objects.update(saved_at=long_ago)
    before = timezone.localdate() - TIDY["drafts.old"].keep
    assert TIDY["drafts.old"].count(before) == 1
    assert tidy()["drafts.old"] == 1
    assert (len(drafts_of(writer, KEY)), len(drafts_of(other, KEY))) == (0, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('maarag.account', true), '')")
        assert cursor.fetchone() == ("",)


def test_through_the_api(writer: Account, other: Account) -> None:
    client, stranger = client_of(writer), client_of(other)
    assert put(client).status_code == 200
    found = client.get("/api/drafts/", {"key": KEY}).json()
    assert found["account"] == mark_of(writer)
    assert [(one["name"], one["value"]) for one in found["drafts"][0]["fields"]] == FIELDS
    assert stranger.get("/api/drafts/", {"key": KEY}).json()["drafts"] == []
    gone = {"key": KEY, "writer": WRITER}
    assert stranger.delete("/api/drafts/?key={key}&writer={writer}".format(**gone)).status_code == 204
    assert len(drafts_of(writer, KEY)) == 1
    assert client.delete("/api/drafts/?key={key}&writer={writer}".format(**gone)).status_code == 204
    assert drafts_of(writer, KEY) == []


def test_a_page_of_one_account_does_not_keep_its_text_with_another(writer: Account, other: Account) -> None:
    assert put(client_of(other), account=mark_of(writer)).status_code == 409
    assert put(client_of(writer), account=mark_of(writer)).status_code == 200
    assert put(Client()).status_code == 401
    assert put(client_of(writer), key="no key!").status_code == 422
    assert put(client_of(writer), fields=[{"name": "a", "value": "x" * LONGEST}]).status_code == 422
    assert mark_of(writer) != mark_of(other)


def test_the_page_of_a_form_carries_what_its_script_needs(writer: Account) -> None:
    page = client_of(writer).get("/families/open/").content.decode()
    assert f'data-draft="{KEY}"' in page
    assert f'data-account="{mark_of(writer)}"' in page
    assert "drafts/drafts" in page
    assert "style=" not in page[page.index("data-draft=") : page.index("drafts/drafts")]
