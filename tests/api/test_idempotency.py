"""Writes with a key: done once, answered alike, and nobody else's."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from maarag.api import idempotency
from maarag.api.idempotency import HEADER, REPLAYED, SHOWN, delete_expired
from maarag.api.models import StoredAnswer
from maarag.domains.missions import api as missions_api
from maarag.domains.missions.models import Mission
from maarag.kernel.access.models import Grant
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.imports.models import ImportFile
from tests.access.conftest import Estate
from tests.access.table import new_mission

from .conftest import token_for, with_token


@pytest.fixture
def text(estate: Estate) -> str:
    return token_for(estate.own[Role.INTEGRATOR])


def send(client: Client, data: Any, key: str, path: str = "/api/missions/") -> Any:
    return client.post(path, data, content_type="application/json", headers={HEADER: key})


@pytest.mark.django_db
class TestOneAfterTheOther:
    def test_a_repeat_is_answered_alike_and_not_done(self, estate: Estate, text: str):
        client, data = with_token(text), new_mission(estate)
        first, again = send(client, data, "k1"), send(client, data, "k1")
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.content == again.content
        assert first["Content-Type"] == again["Content-Type"]
        assert REPLAYED not in first.headers
        assert again[REPLAYED] == "true"
        assert Mission.objects.count() == 2
        assert AuditEvent.objects.filter(action="missions.open").count() == 2
        assert send(client, data, "k2").json()["id"] != first.json()["id"]

    def test_an_empty_answer_too(self, estate: Estate, text: str):
        path, key = f"/api/needs/{estate.estimate.pk}?reason=x", {HEADER: "k"}
        client = with_token(text)
        assert client.delete(path, headers=key).status_code == 204
        assert client.delete(path, headers=key).status_code == 204
        assert client.delete(path).status_code == 404

    def test_another_request_with_the_key(self, estate: Estate, text: str):
        client, data = with_token(text), new_mission(estate)
        first = send(client, data, "k")
        assert send(client, data | {"title": "אחרת"}, "k").status_code == 422
        closing = {"status": "done", "outcome": "x"}
        assert send(client, closing, "k", f"/api/missions/{first.json()['id']}/close").status_code == 422
        assert Mission.objects.count() == 2

    def test_an_answer_is_not_given_again_where_the_right_is_gone(self, estate: Estate):
        account, world = estate.own[Role.SOCIAL_WORKER], estate.nation.world
        client = with_token(token_for(account))
        people = [{"first_name": "רות", "last_name": "סודי", "relation": "parent"}]
        family = {"authority": world.city.code, "name": "סודי", "members": people}
        assert send(client, family, "k", "/api/families/").status_code == 201
        assert send(client, family, "k", "/api/families/").json()["name"] == "סודי"
        Grant.objects.filter(account=account).update(place=world.sister)
        again = send(client, family, "k", "/api/families/")
        assert again.status_code == 409
        assert again.json().keys() == {"detail"}

    def test_an_answer_is_given_again_for_some_minutes(self, estate: Estate, text: str):
        client, data = with_token(text), new_mission(estate)
        assert send(client, data, "k").status_code == 201
        StoredAnswer.objects.update(created_at=timezone.now() - SHOWN)
        assert send(client, data, "k").status_code == 409
        assert Mission.objects.count() == 2

    def test_a_refusal_leaves_the_key_free(self, estate: Estate, text: str):
        client, data = with_token(text), new_mission(estate)
        assert send(client, data | {"due": "2020-01-01"}, "k").status_code == 422
        assert not StoredAnswer.objects.exists()
        assert send(client, data, "k").status_code == 201

    @pytest.mark.parametrize("key", ["", "a b", "é", "x" * 129])
    def test_what_is_no_key(self, estate: Estate, text: str, key: str):
        assert send(with_token(text), new_mission(estate), key).status_code == 400
        assert Mission.objects.count() == 1

    def test_the_same_key_of_another_account(self, estate: Estate, text: str):
        send(with_token(text), new_mission(estate), "k")
        other = with_token(token_for(estate.sister[Role.INTEGRATOR]))
        assert send(other, new_mission(estate), "k").status_code in (404, 422)
        signed_out = Client(headers={HEADER: "k"}).post("/api/missions/", {}, content_type="application/json")
        assert signed_out.status_code == 401

    def test_a_row_moved_to_another_account_opens_nothing(self, estate: Estate, text: str):
        """Even with its fingerprint: whose answer it is, is sealed with it."""
        mine = estate.own[Role.TEAM_LEADER]
        client, data = with_token(token_for(mine)), new_mission(estate)
        first = send(client, data, "k")
        StoredAnswer.objects.update(account=estate.own[Role.INTEGRATOR])
        answer = send(with_token(text), data, "k")
        assert answer.status_code == 409
        assert first.json()["title"] not in answer.content.decode()

    def test_what_is_stored_names_nobody(self, estate: Estate, text: str):
        first = send(with_token(text), new_mission(estate), "k")
        with connection.cursor() as cursor:
            cursor.execute("SELECT key, request, encode(answer, 'escape') FROM api_storedanswer")
            stored = repr(cursor.fetchone())
        assert first.json()["owner"] not in stored
        assert len(stored) > 200

    def test_after_a_week(self, estate: Estate, text: str):
        client, data = with_token(text), new_mission(estate)
        send(client, data, "k")
        StoredAnswer.objects.update(created_at=timezone.now() - timedelta(days=8))
        assert REPLAYED not in send(client, data, "k").headers
        StoredAnswer.objects.update(created_at=timezone.now() - timedelta(days=8))
        assert delete_expired() == 1
        assert not StoredAnswer.objects.exists()

    def test_a_file_sent_again_has_another_boundary(self, estate: Estate, text: str):
        client, before = with_token(text), ImportFile.objects.count()
        for number in (1, 2):
            content = f"place,topic,number\n# {number // 3}".encode()
            given = {"kind": "needs", "file": ContentFile(content, name="n.csv")}
            assert client.post("/api/imports/files", given, headers={HEADER: "f"}).status_code == 201
        assert ImportFile.objects.count() == before + 1
        given = {"kind": "needs", "file": ContentFile(b"place,topic,number\n1", name="n.csv")}
        assert client.post("/api/imports/files", given, headers={HEADER: "f"}).status_code == 422

    def test_a_limited_token_is_not_told_what_a_wider_one_was(self, estate: Estate, text: str):
        data = new_mission(estate)
        send(with_token(text), data, "k")
        narrow = token_for(estate.own[Role.INTEGRATOR], permissions=["view_audit"])
        assert send(with_token(narrow), data, "k").status_code == 422


@pytest.mark.django_db(transaction=True)
class TestAtOnceAndInterrupted:
    def test_twins(self, estate: Estate, text: str, monkeypatch: pytest.MonkeyPatch):
        """Eight at once: one does it, all get its answer."""
        real, done = missions_api.open_mission, []

        def slowly(**given: Any) -> Mission:
            time.sleep(0.3)
            done.append(1)
            return real(**given)

        monkeypatch.setattr(missions_api, "open_mission", slowly)
        data, answers = new_mission(estate), []

        def work() -> None:
            answer = send(with_token(text), data, "twin")
            answers.append((answer.status_code, answer.content))
            connection.close()

        twins = [threading.Thread(target=work) for _ in range(8)]
        for twin in twins:
            twin.start()
        for twin in twins:
            twin.join()
        assert len(set(answers)) == 1
        assert (answers[0][0], len(answers), len(done)) == (201, 8, 1)
        assert Mission.objects.count() == 2

    def test_whoever_waits_too_long_is_told_so(
        self, estate: Estate, text: str, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(idempotency, "PATIENCE", "50ms")
        real, inside, go_on = missions_api.open_mission, threading.Event(), threading.Event()

        def held(**given: Any) -> Mission:
            inside.set()
            go_on.wait(20)
            return real(**given)

        monkeypatch.setattr(missions_api, "open_mission", held)
        data, answers = new_mission(estate), []

        def work() -> None:
            answers.append(send(with_token(text), data, "twin").status_code)
            connection.close()

        first = threading.Thread(target=work)
        first.start()
        assert inside.wait(20)
        second = send(with_token(text), data, "twin")
        go_on.set()
        first.join()
        assert (second.status_code, answers) == (409, [201])
        assert send(with_token(text), data, "twin")[REPLAYED] == "true"

    def test_a_crash_between_the_write_and_the_answer(
        self, estate: Estate, text: str, monkeypatch: pytest.MonkeyPatch
    ):
        """Neither the write nor the answer is there; sent again, both are, once."""
        real = missions_api.open_mission

        def dies(**given: Any) -> Mission:
            real(**given)
            connection.connection.close()  # as when the process is killed: the server sees the client go
            raise SystemExit

        monkeypatch.setattr(missions_api, "open_mission", dies)
        data = new_mission(estate)

        def work() -> None:
            try:
                send(with_token(text), data, "k")
            except BaseException:
                connection.close()

        victim = threading.Thread(target=work)
        victim.start()
        victim.join()
        assert (Mission.objects.count(), StoredAnswer.objects.count()) == (1, 0)
        monkeypatch.setattr(missions_api, "open_mission", real)
        assert send(with_token(text), data, "k").status_code == 201
        assert (Mission.objects.count(), StoredAnswer.objects.count()) == (2, 1)
