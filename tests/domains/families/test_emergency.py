"""A worker opens a file of another authority in an emergency: seen, limited, justified and judged."""

from __future__ import annotations

from datetime import timedelta
from time import time
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.families.actions import (
    NotYet,
    TooManyAttempts,
    Unjustified,
    judge_opening,
    justify_opening,
    open_in_emergency,
    read_in_emergency,
)
from maarag.domains.families.models import Attempt, Opening
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.access.rows import scope_of
from maarag.kernel.access.sessions import BEGAN
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.jobs.inline import work_off
from tests.factories.families import NATIONAL_ID, PHONE, REASON, everything, family, opened

from .conftest import Towns

JSON = "application/json"
WHY = "דיברתי עם האם בטלפון ומצאתי קרוב משפחה"


@pytest.fixture
def supervisor(towns: Towns) -> Account:
    return towns.world.account(Role.TEAM_LEADER, place=towns.world.city)


def asked(towns: Towns, **fields: Any) -> dict[str, Any]:
    number = str(towns.own.number)
    return {"authority": towns.world.city.code, "text": number, "reason": REASON, "hours": 4, **fields}


def changed(opening: Opening, **fields: Any) -> Opening:
    with visible(everything(opening.authority)):
        Opening.objects.filter(pk=opening.pk).update(**fields)
        return Opening.objects.get(pk=opening.pk)


def page(client: Client, name: str, *arguments: Any) -> str:
    answer = client.get(reverse(name, args=arguments))
    assert answer.status_code == 200, (name, answer.status_code)
    return answer.content.decode()


def test_where_nobody_reviews_whoever_manages_access_is_told(towns: Towns):
    manager = towns.world.account(Role.INTEGRATOR, place=towns.world.city)
    assert (
        towns.client(towns.stranger).post(reverse("families:open_foreign"), asked(towns)).status_code == 302
    )
    assert work_off() == 1
    (letter,) = mail.outbox
    assert letter.to == [manager.email]
    assert "/families/" not in letter.body, "they may not open that page"
    assert "ראש צוות" in letter.body


def test_the_whole_story(towns: Towns, supervisor: Account):
    worker, leader = towns.client(towns.stranger), towns.client(supervisor)
    answer = worker.post(reverse("families:open_foreign"), asked(towns, text=NATIONAL_ID))
    assert answer.status_code == 302, answer.content.decode()
    file = worker.get(answer["Location"]).content.decode()
    for part in ("אלון", NATIONAL_ID, PHONE, "נועה"):
        assert part in file
    # nothing else of that authority comes with it
    assert worker.get(reverse("families:detail", args=[towns.own.pk])).status_code == 404
    assert worker.get(reverse("families:edit", args=[towns.own.pk])).status_code == 404
    assert worker.get(reverse("families:find"), {"q": "אלון"}).json()["items"] == []
    assert "אלון" not in page(worker, "families:index")

    with visible(everything(towns.world.city)):
        opening = Opening.objects.get()
        read = AuditEvent.objects.get(action="families.read_in_emergency")
    assert (read.actor, read.authority_id) == (towns.stranger, towns.world.city.pk)
    assert work_off() == 1
    (letter,) = mail.outbox
    assert letter.to == [supervisor.email]
    assert towns.stranger.name in letter.body
    assert reverse("families:opening", args=[opening.pk]) in letter.body
    for secret in ("אלון", REASON, NATIONAL_ID):
        assert secret not in letter.body + letter.subject

    assert reverse("families:opening", args=[opening.pk]) in page(leader, "families:openings")
    assert REASON in page(leader, "families:opening", opening.pk)
    leader.post(reverse("families:end_foreign", args=[opening.pk]))
    over = page(worker, "families:emergency_file", opening.pk)
    assert NATIONAL_ID not in over
    assert "אלון" not in over
    assert read_in_emergency(by=towns.stranger, pk=opening.pk) is None

    assert reverse("families:emergency_file", args=[opening.pk]) in page(worker, "families:index")
    url = reverse("families:justify", args=[opening.pk])
    assert worker.post(url, {"text": "כן"}).status_code == 422
    assert worker.post(url, {"text": WHY}).status_code == 302
    assert reverse("families:emergency_file", args=[opening.pk]) not in page(worker, "families:index")
    assert WHY in page(leader, "families:opening", opening.pk)
    url = reverse("families:opening", args=[opening.pk])
    assert leader.post(url, {"verdict": "not_accepted", "note": ""}).status_code == 422
    assert leader.post(url, {"verdict": "not_accepted", "note": "היה אפשר להתקשר אלינו"}).status_code == 302
    assert "היה אפשר להתקשר אלינו" in page(worker, "families:emergency_file", opening.pk)


def test_when_the_time_is_over_nothing_is_shown(towns: Towns):
    opening = opened(towns.stranger, towns.world.city, hours=1)
    assert read_in_emergency(by=towns.stranger, pk=opening.pk).name == "אלון"
    now = timezone.now()
    changed(opening, opened_at=now - timedelta(hours=1, minutes=1), until=now - timedelta(minutes=1))
    assert read_in_emergency(by=towns.stranger, pk=opening.pk) is None
    client = towns.client(towns.stranger)
    assert "אלון" not in page(client, "families:emergency_file", opening.pk)
    assert client.get(f"/api/families/emergency/{opening.pk}").status_code == 404


def test_what_is_not_found_is_recorded_limited_and_told_alike(towns: Towns):
    client, url = towns.client(towns.stranger), reverse("families:open_foreign")
    answers = []
    for text in ("999", "000000026", "1234567", "AB99"):
        answer = client.post(url, asked(towns, text=text))
        assert answer.status_code == 404
        answers.append(answer.context["form"].non_field_errors())
    assert all(told == answers[0] for told in answers)
    empty = family(towns.world.system, towns.world.city, towns.worker, national_id="")
    assert empty.number == 2
    wrong = {"by": towns.stranger, "authority": towns.world.city, "text": "998", "reason": REASON}
    assert open_in_emergency(**wrong) is None
    with pytest.raises(TooManyAttempts):
        open_in_emergency(**wrong)
    assert Attempt.objects.count() == 5
    # what is there is not told any more either
    assert client.post(url, asked(towns)).status_code == 429
    events = AuditEvent.objects.filter(action="families.find_nothing_in_emergency")
    assert {(event.actor, event.authority_id) for event in events} == {(towns.stranger, towns.world.city.pk)}
    assert "999" not in "".join(str(event.changes) for event in events)
    Attempt.objects.update(at=timezone.now() - timedelta(hours=1, seconds=1))
    assert client.post(url, asked(towns)).status_code == 302


def test_a_key_for_repeats_hides_no_attempt(towns: Towns):
    client = towns.client(towns.stranger)
    answers = [
        client.post(
            "/api/families/emergency",
            asked(towns, text=text),
            content_type="application/json",
            headers={"Idempotency-Key": f"key-{text}"},
        ).status_code
        for text in ("991", "992", "993", "994", "995", str(towns.own.number))
    ]
    assert answers == [404] * 5 + [429]
    assert Attempt.objects.count() == 5
    assert AuditEvent.objects.filter(action="families.find_nothing_in_emergency").count() == 5


def test_openings_count_as_attempts(towns: Towns):
    for _once in range(5):
        opened(towns.stranger, towns.world.city)
    with pytest.raises(TooManyAttempts):
        opened(towns.stranger, towns.world.city)


def test_unjustified_for_too_long_blocks_until_it_is_justified(towns: Towns):
    opening = opened(towns.stranger, towns.world.city)
    long_ago = timezone.now() - timedelta(hours=73)
    changed(opening, opened_at=long_ago, until=long_ago + timedelta(hours=4))
    with pytest.raises(Unjustified):
        opened(towns.stranger, towns.world.city)
    client = towns.client(towns.stranger)
    assert client.post(reverse("families:open_foreign"), asked(towns)).status_code == 409
    assert client.post("/api/families/emergency", asked(towns), content_type=JSON).status_code == 409
    assert reverse("families:open_foreign") not in page(client, "families:emergency")
    justify_opening(by=towns.stranger, opening=opening, text=WHY)
    assert client.post(reverse("families:open_foreign"), asked(towns)).status_code == 302


def test_what_is_asked_wrongly_is_refused(towns: Towns):
    client, url = towns.client(towns.stranger), reverse("families:open_foreign")
    for wrong in (
        {"reason": "דחוף"},
        {"hours": 0},
        {"hours": 25},
        {"text": ""},
        {"authority": towns.world.sister.code},
        {"authority": towns.world.nation.code},
    ):
        assert client.post(url, asked(towns, **wrong)).status_code == 422, wrong
        assert (
            client.post("/api/families/emergency", asked(towns, **wrong), content_type=JSON).status_code
            == 422
        )
    assert Attempt.objects.count() == 0
    for role in (Role.INTEGRATOR, Role.DATA_STEWARD, Role.DISTRICT_SUPERVISOR):
        account = towns.world.account(role, place=towns.world.nation)
        assert towns.client(account).post(url, asked(towns)).status_code == 403
        with pytest.raises(Http404):
            opened(account, towns.world.city)


def test_a_sign_in_of_long_ago_is_confirmed_first(towns: Towns):
    client = towns.client(towns.stranger)
    page(client, "families:index")
    session = client.session
    session[BEGAN] = int(time()) - 3600
    session.save()
    answer = client.post(reverse("families:open_foreign"), asked(towns))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert client.post("/api/families/emergency", asked(towns), content_type=JSON).status_code == 403
    with visible(everything(towns.world.city)):
        assert not Opening.objects.exists()


def test_a_supervisor_judges_in_time_and_not_her_own(towns: Towns, supervisor: Account):
    opening = opened(towns.stranger, towns.world.city)
    with visible(scope_of(supervisor)), pytest.raises(NotYet):
        judge_opening(by=supervisor, opening=opening, verdict="accepted", note="כן")
    strangers = towns.world.account(Role.TEAM_LEADER, place=towns.world.sister)
    with visible(scope_of(strangers)), pytest.raises(Http404):
        judge_opening(by=strangers, opening=opening, verdict="accepted", note="כן")
    long_ago = timezone.now() - timedelta(hours=80)
    changed(opening, opened_at=long_ago, until=long_ago + timedelta(hours=4))
    url = reverse("families:opening", args=[opening.pk])
    client = towns.client(supervisor)
    assert client.post(url, {"verdict": "accepted", "note": "כן"}).status_code == 422
    assert client.post(url, {"verdict": "not_accepted", "note": "לא נכתב דבר"}).status_code == 302
    assert client.post(url, {"verdict": "accepted", "note": "כן"}).status_code == 302
    assert changed(opening).verdict == "not_accepted"


def rows(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.rowcount if sql.startswith("UPDATE") else cursor.fetchone()[0]


def test_the_policy_shows_an_opening_to_its_worker_and_its_authority_alone(towns: Towns, supervisor: Account):
    opening = opened(towns.stranger, towns.world.city)
    colleague = towns.world.account(Role.SOCIAL_WORKER, place=towns.world.sister)
    for account, openings in ((towns.stranger, 1), (colleague, 0), (supervisor, 1)):
        with visible(scope_of(account)):
            assert rows("SELECT count(*) FROM families_opening") == openings, account
    with visible(scope_of(towns.stranger)):
        assert rows(f"SELECT count(*) FROM families_family WHERE id = '{opening.family_id}'") == 0
        assert rows(f"SELECT count(*) FROM families_member WHERE family_id = '{opening.family_id}'") == 0
        # neither longer nor judged by whoever opened
        assert rows("UPDATE families_opening SET until = until + interval '1 day'") == 0
    assert rows("SELECT count(*) FROM families_opening") == 0


def test_integrators_see_counts_alone(towns: Towns):
    opening = opened(towns.stranger, towns.world.city)
    integrator = towns.world.account(Role.INTEGRATOR, place=towns.world.city)
    client = towns.client(integrator)
    text = page(client, "families:opening_counts")
    for secret in (REASON, "אלון", str(opening.pk), towns.stranger.name):
        assert secret not in text
    counted = client.get("/api/families/openings/counts").json()
    one, none = ({"number": number, "hidden": ""} for number in (1, 0))
    assert counted == [
        {"authority": towns.world.city.code, "all": one, "open": one, "overdue": none, "not_accepted": none}
    ]
    assert client.get(reverse("families:openings")).status_code == 403
    elsewhere = towns.world.account(Role.INTEGRATOR, place=towns.world.sister)
    assert towns.client(elsewhere).get("/api/families/openings/counts").json() == []


def test_the_story_through_the_api(towns: Towns, supervisor: Account):
    worker, leader = towns.client(towns.stranger), towns.client(supervisor)
    url = "/api/families/emergency"
    assert worker.post(url, asked(towns, text="77"), content_type=JSON).status_code == 404
    answer = worker.post(url, asked(towns), content_type=JSON)
    assert answer.status_code == 201, answer.json()
    pk = answer.json()["id"]
    file = worker.get(f"{url}/{pk}").json()
    assert (file["name"], file["people"][0]["national_id"]) == ("אלון", NATIONAL_ID)
    assert leader.get(f"{url}/{pk}").status_code == 404
    assert [one["id"] for one in worker.get(url).json()["items"]] == [pk]
    assert [one["state"] for one in leader.get("/api/families/openings").json()["items"]] == ["open"]
    judged = {"verdict": "accepted", "note": "נכון"}
    theirs = f"/api/families/openings/{pk}"
    assert leader.post(f"{theirs}/judge", judged, content_type=JSON).status_code == 409
    assert worker.get(theirs).status_code == 403
    assert leader.post(f"{theirs}/end", content_type=JSON).json()["state"] == "to_justify"
    assert worker.get(f"{url}/{pk}").status_code == 404
    assert worker.post(f"{url}/{pk}/end", content_type=JSON).status_code == 409
    written = worker.post(f"{url}/{pk}/justify", {"text": WHY}, content_type=JSON)
    assert written.json()["state"] == "to_review"
    assert leader.post(f"{theirs}/judge", judged, content_type=JSON).json()["verdict"] == "accepted"
    assert leader.post(f"{theirs}/judge", judged, content_type=JSON).status_code == 409
