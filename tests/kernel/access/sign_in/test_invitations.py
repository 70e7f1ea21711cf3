"""Invitations: a link of one use in a letter, from whoever manages access to whoever owns the address."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from maarag.kernel.access.actions import accept_invitation, end_grant, invite, revoke_invitation
from maarag.kernel.access.models import Account, Invitation
from maarag.kernel.access.permissions import Permission, Role
from maarag.kernel.access.scope import permits
from maarag.kernel.audit.models import AuditEvent
from tests.factories.services import World

from .conftest import PASSWORD, add_app, sign_in, signed_in, who, with_password

NEW = {"name": "אורה לוי", "password": PASSWORD, "again": PASSWORD}


pytestmark = pytest.mark.usefixtures("letters_go_out")


@pytest.fixture
def boss(manager: Account) -> Client:
    add_app(manager)
    return signed_in(manager)


def link_of(message: Any) -> str:
    found = re.search(r"http://localhost:\d+(/access/invitation/\S+/)", message.body)
    assert found, message.body
    return found[1]


def send(client: Client, email: str = "ora@example.org", **more: Any) -> Any:
    given = {"email": email, "role": "social_worker", "place": "9001", "language": "he"} | more
    return client.post("/access/invitations/new/", given)


def test_somebody_is_invited_comes_in_and_sets_up_a_second_factor(boss: Client, here: World) -> None:
    assert send(boss).url == "/access/invitations/"
    letter = mail.outbox[-1]
    assert letter.to == ["ora@example.org"]
    assert "manager" not in letter.body
    row = Invitation.objects.get()
    token = link_of(letter).split("/")[-2]
    assert token not in json.dumps([str(v) for v in Invitation.objects.values_list().first()])
    assert row.expires_at - row.sent_at == timedelta(days=7)

    client = Client()
    answer = client.get(link_of(letter))
    assert answer.url == "/access/invitation/", "the token leaves the address bar"
    assert "ora@example.org" in client.get(answer.url).content.decode()
    assert client.post(answer.url, NEW).status_code == 302
    new = Account.objects.get(email="ora@example.org")
    assert permits(new, Permission.OPEN_MISSIONS, place=here.city)
    assert client.get("/").url == "/accounts/2fa/"
    actions = set(AuditEvent.objects.filter(actor=new).values_list("action", flat=True))
    assert {"access.open_account", "access.accept_invitation"} <= actions
    assert Client().get(link_of(letter), follow=True).status_code == 404, "the link worked once"


def test_letters_speak_the_language_of_the_invitation(boss: Client) -> None:
    send(boss, "one@example.org", language="en")
    assert mail.outbox[-1].subject == "Invitation to Maarag"
    assert "social worker" in mail.outbox[-1].body.lower()


def test_a_bad_password_is_said_and_the_link_still_works(boss: Client) -> None:
    send(boss)
    client = Client()
    client.get(link_of(mail.outbox[-1]))
    for bad in ({"password": "קצר", "again": "קצר"}, {"again": "אחרת לגמרי מזו"}, {"name": ""}):
        answer = client.post("/access/invitation/", NEW | bad)
        assert answer.status_code == 422
        assert "error-summary" in answer.content.decode()
    assert not Account.objects.filter(email="ora@example.org").exists()
    assert client.post("/access/invitation/", NEW).status_code == 302


@pytest.mark.parametrize("how", ["revoked", "late", "sent again", "other token"])
def test_a_link_that_has_ended(boss: Client, how: str) -> None:
    send(boss)
    link, row = link_of(mail.outbox[-1]), Invitation.objects.get()
    if how == "revoked":
        assert boss.post(f"/access/invitations/{row.pk}/revoke/").status_code == 302
    elif how == "late":
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif how == "sent again":
        assert boss.post(f"/access/invitations/{row.pk}/resend/").status_code == 302
        assert link_of(mail.outbox[-1]) != link
    else:
        link = link[:-3] + "xx/"
    client = Client()
    assert client.get(link, follow=True).status_code == 404
    assert client.post("/access/invitation/", NEW).status_code == 404
    assert not Account.objects.filter(email="ora@example.org").exists()


def test_inviting_tells_not_whether_there_is_an_account(boss: Client, here: World) -> None:
    there = with_password(here.account(Role.VOLUNTEER, place=here.sister))
    answers = [send(boss, email) for email in (there.email, "nobody@example.org")]
    assert len({(answer.status_code, answer.url) for answer in answers}) == 1
    assert len(mail.outbox) == 2
    assert mail.outbox[0].body.split("http")[0] == mail.outbox[1].body.split("http")[0]
    bodies = [
        boss.post(
            "/api/access/invitations",
            json.dumps({"email": email, "role": "team_leader", "place": "9001"}),
            content_type="application/json",
        )
        for email in (there.email, "nobody@example.org")
    ]
    assert [answer.status_code for answer in bodies] == [201, 201]


def test_somebody_with_an_account_signs_in_and_accepts(boss: Client, here: World) -> None:
    there = with_password(here.account(Role.VOLUNTEER, place=here.sister))
    send(boss, there.email)
    client = Client()
    client.get(link_of(mail.outbox[-1]))
    page = client.get("/access/invitation/").content.decode()
    assert "/accounts/login/?next=/access/invitation/" in page
    assert client.post("/access/invitation/", NEW).status_code == 200, (
        "nobody takes over an account by a link"
    )
    assert not permits(there, Permission.OPEN_MISSIONS, place=here.city)
    sign_in(client, there)
    client.get(link_of(mail.outbox[-1]))
    assert client.post("/access/invitation/").status_code == 302
    assert permits(there, Permission.OPEN_MISSIONS, place=here.city)


def test_the_link_serves_nobody_elses_account(boss: Client, here: World) -> None:
    there, other = (with_password(here.account(Role.VOLUNTEER, place=here.sister)) for _ in range(2))
    send(boss, there.email)
    client = signed_in(other)
    client.get(link_of(mail.outbox[-1]))
    assert client.post("/access/invitation/").status_code == 200
    assert not other.grants.filter(role="social_worker").exists()
    with pytest.raises(PermissionDenied):
        accept_invitation(by=other, invitation=Invitation.objects.get())


def test_an_invitation_holds_only_while_its_sender_manages_access(manager: Account, here: World) -> None:
    invite(by=manager, email="ora@example.org", role=Role.SOCIAL_WORKER, place=here.city)
    end_grant(by=here.system, grant=manager.grants.get())
    with pytest.raises(PermissionDenied):
        accept_invitation(by=None, invitation=Invitation.objects.get(), name="x", password=PASSWORD)
    assert not Account.objects.filter(email="ora@example.org").exists()


def test_nobody_invites_beyond_their_places(boss: Client, manager: Account, here: World) -> None:
    assert send(boss, place="9002").status_code == 422
    with pytest.raises(PermissionDenied):
        invite(by=manager, email="x@example.org", role=Role.RESIDENT, place=here.sister)
    foreign = invite(by=here.system, email="x@example.org", role=Role.RESIDENT, place=here.sister)
    for what in ("resend", "revoke"):
        assert boss.post(f"/access/invitations/{foreign.pk}/{what}/").status_code == 404
    assert boss.delete(f"/api/access/invitations/{foreign.pk}").status_code == 404
    assert "x@example.org" not in boss.get("/access/invitations/", {"when": "all"}).content.decode()
    with pytest.raises(PermissionDenied):
        revoke_invitation(by=manager, invitation=foreign)


def test_one_open_invitation_for_one_role(boss: Client, manager: Account, here: World) -> None:
    assert send(boss).status_code == 302
    assert send(boss).status_code == 422
    with pytest.raises(ValidationError):
        invite(by=manager, email="ORA@example.org", role=Role.SOCIAL_WORKER, place=here.city)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert send(boss).status_code == 302


def test_invitations_through_the_api(boss: Client) -> None:
    body = {"email": "ora@example.org", "role": "social_worker", "place": "9001"}

    def post(address: str, body: Any = None) -> Any:
        return boss.post(f"/api/access/{address}", json.dumps(body), content_type="application/json")

    assert post("invitations", body).status_code == 201
    assert post("invitations", body).status_code == 422
    assert post("invitations", body | {"email": "no address"}).status_code == 422
    assert post("invitations", body | {"role": "king"}).status_code == 422
    listed = boss.get("/api/access/invitations").json()
    assert [row["email"] for row in listed["items"]] == ["ora@example.org"]
    pk = listed["items"][0]["id"]
    assert post(f"invitations/{pk}/resend").status_code == 200
    assert len(mail.outbox) == 2
    assert boss.delete(f"/api/access/invitations/{pk}").status_code == 204
    assert boss.get("/api/access/invitations").json()["total"] == 0
    assert boss.delete(f"/api/access/invitations/{pk}").status_code == 422


def test_giving_access_needs_a_fresh_sign_in(boss: Client, manager: Account, settings: Any) -> None:
    settings.RECENT_SIGN_IN_SECONDS = -1
    assert send(boss).url.startswith("/accounts/2fa/reauthenticate/")
    assert boss.get("/access/grants/new/").url.startswith("/accounts/2fa/reauthenticate/")
    answer = boss.post(
        "/api/access/invitations",
        json.dumps({"email": "o@example.org", "role": "resident", "place": "9001"}),
        content_type="application/json",
    )
    assert answer.status_code == 403
    assert who(boss) == manager.email
    assert not Invitation.objects.exists()
