"""A lost second factor: only two people together take it away, and its owner is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from maarag.kernel.access.actions import (
    ask_factor_reset,
    cancel_factor_reset,
    confirm_factor_reset,
    grant,
    reset_only_factor,
)
from maarag.kernel.access.models import Account, FactorReset
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from tests.factories.services import World

from .conftest import add_app, sign_in, signed_in, who, with_password

pytestmark = pytest.mark.usefixtures("letters_go_out")


@pytest.fixture
def second(here: World) -> Account:
    return with_password(here.account(Role.DATA_STEWARD, place=here.nation))


@pytest.fixture
def lost(worker: Account) -> Account:
    add_app(worker)
    return worker


def has_factor(account: Account) -> bool:
    return Authenticator.objects.filter(user=account).exists()


def test_two_people_take_it_away_in_the_browser(manager: Account, second: Account, lost: Account) -> None:
    for account in (manager, second):
        add_app(account)
    one, other, mine = signed_in(manager), signed_in(second), signed_in(lost)
    asked = one.post(f"/access/accounts/{lost.pk}/reset/", {"reason": "דיברנו פנים אל פנים"})
    assert asked.url == f"/access/accounts/{lost.pk}/"
    reset = FactorReset.objects.get()
    assert has_factor(lost)
    assert mail.outbox[-1].to == [lost.email]
    assert one.post(f"/access/resets/{reset.pk}/").status_code == 403, "not by the same person"
    assert has_factor(lost)
    assert "דיברנו פנים אל פנים" in other.get(f"/access/resets/{reset.pk}/").content.decode()
    assert other.post(f"/access/resets/{reset.pk}/").status_code == 302
    assert not has_factor(lost)
    assert who(mine) is None, "its sessions have ended"
    assert len(mail.outbox) == 2
    client = Client()
    assert sign_in(client, lost).status_code == 302, "the password stays"
    assert client.get("/missions/").url == "/accounts/2fa/"
    for action in ("access.ask_factor_reset", "access.confirm_factor_reset"):
        assert AuditEvent.objects.filter(action=action).exists()


def test_nobody_confirms_alone_or_for_themselves(manager: Account, second: Account, lost: Account) -> None:
    reset = ask_factor_reset(by=manager, account=lost, reason="x")
    for nobody in (manager, lost):
        with pytest.raises(PermissionDenied):
            confirm_factor_reset(by=nobody, reset=reset)
    add_app(manager)
    with pytest.raises(PermissionDenied):
        ask_factor_reset(by=manager, account=manager, reason="x")
    own = ask_factor_reset(by=second, account=manager, reason="x")
    with pytest.raises(PermissionDenied):
        confirm_factor_reset(by=manager, reset=own)
    with pytest.raises(IntegrityError), transaction.atomic():
        FactorReset.objects.filter(pk=reset.pk).update(confirmed_by=manager)
    with pytest.raises(IntegrityError), transaction.atomic():
        FactorReset.objects.filter(pk=reset.pk).update(confirmed_by=lost)
    assert has_factor(lost)
    assert has_factor(manager)


def test_only_who_manages_all_roles_of_the_account(
    here: World, manager: Account, second: Account, lost: Account
) -> None:
    """A manager of one place cannot give a role there to somebody larger and then reset them."""
    stranger = with_password(here.account(Role.INTEGRATOR, place=here.sister))
    grant(by=stranger, account=lost, role=Role.VOLUNTEER, place=here.sister)
    for half in (manager, stranger):
        with pytest.raises(PermissionDenied):
            ask_factor_reset(by=half, account=lost, reason="x")
    reset = ask_factor_reset(by=second, account=lost, reason="x")
    for half in (manager, stranger):
        with pytest.raises(PermissionDenied):
            confirm_factor_reset(by=half, reset=reset)
    assert has_factor(lost)


def test_whoever_asked_must_still_manage_access(
    here: World, manager: Account, second: Account, lost: Account
) -> None:
    reset = ask_factor_reset(by=manager, account=lost, reason="x")
    manager.grants.update(ends=timezone.localdate() - timedelta(days=1), starts="2020-01-01")
    with pytest.raises(PermissionDenied):
        confirm_factor_reset(by=second, reset=reset)
    assert has_factor(lost)


def test_a_request_ends_after_a_day(manager: Account, second: Account, lost: Account) -> None:
    reset = ask_factor_reset(by=manager, account=lost, reason="x")
    assert reset.expires_at - reset.asked_at <= timedelta(hours=24, seconds=5)
    with pytest.raises(ValidationError):
        ask_factor_reset(by=second, account=lost, reason="x")
    FactorReset.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(ValidationError):
        confirm_factor_reset(by=second, reset=reset)
    assert ask_factor_reset(by=manager, account=lost, reason="x").pk != reset.pk
    assert has_factor(lost)


def test_the_person_stops_it(manager: Account, second: Account, lost: Account) -> None:
    reset = ask_factor_reset(by=manager, account=lost, reason="x")
    client = signed_in(lost)
    assert manager.name in client.get("/access/my-reset/").content.decode()
    assert client.post("/access/my-reset/").status_code == 302
    with pytest.raises(ValidationError):
        confirm_factor_reset(by=second, reset=reset)
    with pytest.raises(ValidationError):
        cancel_factor_reset(by=second, reset=reset)
    assert has_factor(lost)


def test_foreign_accounts_do_not_exist(here: World, manager: Account) -> None:
    foreign = here.account(Role.SOCIAL_WORKER, place=here.sister)
    add_app(manager)
    client = signed_in(manager)
    for address in ("", "close/", "reset/"):
        assert client.get(f"/access/accounts/{foreign.pk}/{address}").status_code == 404


def test_the_command_line_helps_only_where_no_two_people_could(
    here: World, manager: Account, second: Account, lost: Account
) -> None:
    with pytest.raises(PermissionDenied):
        reset_only_factor(by=here.system, account=lost)
    with pytest.raises(PermissionDenied):
        reset_only_factor(by=second, account=manager)
    add_app(second)
    reset_only_factor(by=here.system, account=second)
    assert has_factor(lost)
    assert not has_factor(second)
    assert mail.outbox[-1].to == [second.email]
    assert AuditEvent.objects.filter(action="access.reset_first_factor").exists()
