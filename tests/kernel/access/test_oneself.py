"""Nobody gives a role to themselves, and supervisors hear of every role that reads families' files."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from maarag.kernel.access.actions import accept_invitation, end_grant, grant, invite
from maarag.kernel.access.models import Account, Invitation
from maarag.kernel.access.permissions import Permission, Role
from maarag.kernel.access.scope import permits
from maarag.kernel.jobs.inline import work_off
from tests.factories.browsing import LANGUAGES, as_
from tests.factories.services import World, world

SENTENCES = {
    "he": "אף אחד לא נותן תפקיד לעצמו",
    "ar": "لا أحد يمنح نفسه دورًا",
    "en": "Nobody gives a role to themselves",
}


@pytest.fixture
def here(db: None) -> World:
    return world()


@pytest.fixture
def manager(here: World) -> Account:
    return here.account(Role.INTEGRATOR, place=here.city)


def asked(account: Account, **more: Any) -> dict[str, Any]:
    return {"email": account.email, "role": "social_worker", "place": "9001"} | more


def own_invitation(manager: Account, here: World) -> Invitation:
    """One that was written to another address, which is the manager's own by now."""
    row = invite(by=manager, email="other@example.org", role=Role.TEAM_LEADER, place=here.city)
    Invitation.objects.filter(pk=row.pk).update(email=manager.email)
    return Invitation.objects.get(pk=row.pk)


@pytest.mark.parametrize("role", Role)
def test_no_role_is_given_to_oneself(here: World, manager: Account, role: Role) -> None:
    with pytest.raises(ValidationError):
        grant(by=manager, account=Account.objects.get(pk=manager.pk), role=role, place=here.city)
    with pytest.raises(ValidationError):
        invite(by=manager, email=f" {manager.email.upper()} ", role=role, place=here.city)
    assert manager.grants.count() == 1
    assert not Invitation.objects.exists()


def test_nor_by_an_invitation_of_ones_own(here: World, manager: Account) -> None:
    row = own_invitation(manager, here)
    with pytest.raises(ValidationError):
        accept_invitation(by=manager, invitation=row)
    assert not permits(manager, Permission.VIEW_FAMILIES, place=here.city)
    row.refresh_from_db()
    assert row.accepted_at is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_and_api_say_so(here: World, manager: Account, language: str) -> None:
    client, sentence = as_(manager), SENTENCES[language]
    read, starts = {"Accept-Language": language}, timezone.localdate().isoformat()
    pages = [
        client.post("/access/grants/new/", asked(manager, starts=starts), headers=read),
        client.post("/access/invitations/new/", asked(manager, language="he"), headers=read),
    ]
    answers = [
        client.post(f"/api/access/{what}", json.dumps(body), "application/json", headers=read)
        for what, body in (("grants", asked(manager)), ("invitations", asked(manager, language="he")))
    ]
    for answer in (*pages, *answers):
        assert answer.status_code == 422
    for page in pages:
        assert sentence in page.content.decode()
    for answer in answers:
        assert sentence in json.dumps(answer.json(), ensure_ascii=False)
    assert manager.grants.count() == 1


def test_the_page_of_an_invitation_says_so_too(
    here: World, manager: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_invitation(manager, here)
    client = as_(manager)
    monkeypatch.setattr(
        "maarag.kernel.access.views.invitations.hash_of", lambda _token: Invitation.objects.get().token_hash
    )
    client.get("/access/invitation/any/")
    page = client.post("/access/invitation/")
    assert page.status_code == 200
    assert SENTENCES["he"] in page.content.decode()
    assert manager.grants.count() == 1


def test_somebody_else_still_gives_it(here: World, manager: Account) -> None:
    second = here.account(Role.DATA_STEWARD, place=here.nation)
    grant(by=second, account=manager, role=Role.SOCIAL_WORKER, place=here.city)
    assert permits(manager, Permission.VIEW_FAMILIES, place=here.city)
    with pytest.raises(PermissionDenied):
        grant(by=here.account(Role.TEAM_LEADER, place=here.city), account=second, role=Role.RESIDENT)


def test_supervisors_hear_of_a_role_that_reads_files(here: World, manager: Account) -> None:
    leader = here.account(Role.TEAM_LEADER, place=here.city)
    here.account(Role.TEAM_LEADER, place=here.sister)
    new = here.account(Role.VOLUNTEER, place=here.city)
    work_off()
    mail.outbox.clear()
    grant(by=manager, account=new, role=Role.PROCUREMENT_OFFICER, place=here.city)
    work_off()
    assert not mail.outbox, "that role reads no file"
    grant(by=manager, account=new, role=Role.DEPARTMENT_HEAD, place=here.city)
    work_off()
    assert [letter.to for letter in mail.outbox] == [[leader.email]]
    letter = mail.outbox[0]
    for word in (manager.name, new.name, str(here.city.name_he), str(Role.DEPARTMENT_HEAD.label)):
        assert word in letter.body


def test_so_they_do_of_an_invitation_that_is_accepted(here: World, manager: Account) -> None:
    leader = here.account(Role.TEAM_LEADER, place=here.city)
    new = here.account(Role.VOLUNTEER, place=here.sister)
    row = invite(by=manager, email=new.email, role=Role.SOCIAL_WORKER, place=here.city)
    accept_invitation(by=new, invitation=row)
    work_off()
    assert [letter.to for letter in mail.outbox if new.name in letter.body] == [[leader.email]]


def test_where_nobody_reviews_other_managers_hear_of_it(here: World, manager: Account) -> None:
    second = here.account(Role.DATA_STEWARD, place=here.nation)
    new = here.account(Role.VOLUNTEER, place=here.city)
    grant(by=manager, account=new, role=Role.TEAM_LEADER, place=here.city)
    work_off()
    assert [letter.to for letter in mail.outbox] == [[second.email]]


def test_a_role_withdrawn_at_once_is_told_too(here: World, manager: Account) -> None:
    leader = here.account(Role.TEAM_LEADER, place=here.city)
    new = here.account(Role.VOLUNTEER, place=here.city)
    end_grant(by=manager, grant=grant(by=manager, account=new, role=Role.SOCIAL_WORKER, place=here.city))
    work_off()
    assert [letter.to for letter in mail.outbox] == [[leader.email]]
