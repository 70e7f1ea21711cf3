"""Staff come in with a second factor or not at all; its secrets are kept encrypted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.test import Client

from maarag.database.encryption.errors import Undecipherable
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from tests.factories.services import World

from .conftest import PASSWORD, add_app, code_of, sign_in, signed_in, who, with_password


def test_staff_without_a_second_factor_are_led_to_set_one_up(worker: Account) -> None:
    client = signed_in(worker)
    for address in ("/", "/missions/", "/access/roles/", "/services/", "/access/my-reset/"):
        assert client.get(address).url == "/accounts/2fa/", address
    assert client.post("/missions/open/", {"title": "x"}).status_code in (302, 404)
    answer = client.get("/missions/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/accounts/2fa/"
    assert "חובה" not in answer.content.decode()
    assert client.get("/accounts/2fa/").status_code == 200


def test_the_api_answers_403_until_a_second_factor_is_there(worker: Account) -> None:
    client = signed_in(worker)
    for address in ("/api/access/me", "/api/services/", "/api/access/roles", "/api/missions/"):
        answer = client.get(address)
        assert (answer.status_code, "detail" in answer.json()) == (403, True), address
    body = json.dumps({"title": "x"})
    assert client.post("/api/missions/", body, content_type="application/json").status_code == 403
    add_app(worker)
    assert who(client) == worker.email


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.RESIDENT])
def test_volunteers_and_residents_need_none(here: World, role: Role) -> None:
    account = with_password(here.account(role, place=here.city))
    assert who(signed_in(account)) == account.email


def test_a_volunteer_who_becomes_staff_needs_one_from_then_on(here: World) -> None:
    from maarag.kernel.access.actions import grant

    account = with_password(here.account(Role.VOLUNTEER, place=here.city))
    client = signed_in(account)
    assert who(client) == account.email
    grant(by=here.system, account=account, role=Role.SOCIAL_WORKER, place=here.city)
    assert client.get("/missions/").url == "/accounts/2fa/"


def test_an_app_is_set_up_and_asked_for_at_the_next_sign_in(worker: Account) -> None:
    client = signed_in(worker)
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    assert '<svg class="qr"' in page
    assert "style=" not in page
    secret = client.session["mfa.totp.secret"]
    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    assert wrong.status_code == 200
    assert not Authenticator.objects.filter(user=worker).exists()
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert answer.url == "/accounts/2fa/recovery-codes/"
    assert client.get(answer.url).content.decode().count('class="num code"') == 10
    assert client.get(answer.url).content.decode().count('class="num code"') == 0, "codes are shown once"
    assert who(client) == worker.email

    other = Client()
    assert sign_in(other, worker).url == "/accounts/2fa/authenticate/"
    assert who(other) is None
    assert other.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert who(other) is None
    assert other.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}).status_code == 302
    assert who(other) == worker.email


def test_a_code_works_once(worker: Account) -> None:
    secret = add_app(worker)
    code = code_of(secret)
    for expected in (302, 200):
        client = Client()
        sign_in(client, worker)
        assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == expected


def test_a_code_works_once_for_as_long_as_its_step_is_taken(worker: Account) -> None:
    secret = add_app(worker)
    code = code_of(secret)
    for expected in (302, 200):
        client = Client()
        sign_in(client, worker)
        assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == expected
        cache.delete(f"allauth.mfa.totp.used?user={worker.pk}&code={code}")  # as after half a minute


def test_a_recovery_code_works_once(worker: Account) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    add_app(worker)
    code = RecoveryCodes.activate(worker).get_unused_codes()[0]
    assert len(code) == 12
    for expected in (302, 200):
        client = Client()
        sign_in(client, worker)
        assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == expected


def test_codes_cannot_be_tried_one_after_the_other(worker: Account) -> None:
    secret = add_app(worker)
    client = Client()
    sign_in(client, worker)
    for attempt in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": f"{attempt:06}"})
    answer = client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert answer.status_code == 200, "the right code comes too late"
    assert who(client) is None


def test_secrets_are_kept_encrypted(worker: Account) -> None:
    client = signed_in(worker)
    client.get("/accounts/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    seed_of = Authenticator.objects.get(user=worker, type="recovery_codes")
    codes = RecoveryCodes(seed_of).generate_codes()
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        kept = " ".join(row[0] for row in cursor.fetchall())
    assert secret not in kept
    assert not any(code in kept for code in codes)
    row = Authenticator.objects.get(user=worker, type="totp")
    row.data["secret"] = row.data["secret"][:-6] + "AAAAA="
    row.save()
    with pytest.raises(Undecipherable):
        row.wrap().validate_code(code_of(secret))


def test_the_only_factor_of_staff_stays(worker: Account) -> None:
    add_app(worker)
    client = signed_in(worker)
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 200
    assert Authenticator.objects.filter(user=worker, type="totp").exists()


def test_other_sessions_end_when_a_factor_comes_or_goes(worker: Account, letters_go_out: None) -> None:
    first, second = signed_in(worker), signed_in(worker)
    first.get("/accounts/2fa/totp/activate/")
    secret = first.session["mfa.totp.secret"]
    first.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert who(first) == worker.email
    assert second.get("/api/access/me").status_code == 401
    assert AuditEvent.objects.filter(action="access.add_factor", actor=worker).exists()
    assert first.get("/accounts/sessions/").content.decode().count('<li class="card">') == 1


def test_grave_steps_ask_again_and_by_the_factor(worker: Account, settings: Any) -> None:
    secret = add_app(worker)
    client = signed_in(worker)
    assert client.get("/accounts/2fa/recovery-codes/generate/").status_code == 200
    settings.RECENT_SIGN_IN_SECONDS = -1
    answer = client.get("/accounts/2fa/recovery-codes/generate/")
    assert answer.url.startswith("/accounts/2fa/reauthenticate/")
    assert client.get("/accounts/reauthenticate/").url.startswith("/accounts/2fa/reauthenticate/")
    password = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert password.url.startswith("/accounts/2fa/reauthenticate/"), "the password alone is not taken"
    session = client.session
    session["maarag_began"] -= 3600
    session.save()
    settings.RECENT_SIGN_IN_SECONDS = 600
    assert client.get("/accounts/2fa/recovery-codes/generate/").status_code == 302
    cache.clear()
    assert client.post(answer.url, {"code": code_of(secret, 1)}).status_code == 302
    assert client.get("/accounts/2fa/recovery-codes/generate/").status_code == 200
