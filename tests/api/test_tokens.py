"""Tokens: whose request it is, how far it reaches, and how it ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from maarag.api.actions import MOST_IN_FORCE, issue_token, revoke_token
from maarag.api.models import ApiToken, StoredAnswer
from maarag.domains.missions.models import Mission
from maarag.kernel.access.actions import (
    ask_factor_reset,
    close_account,
    confirm_factor_reset,
    grant,
    reopen_account,
    reset_only_factor,
)
from maarag.kernel.access.models import Account, Grant
from maarag.kernel.access.permissions import Permission, Role
from maarag.kernel.audit.models import AuditEvent, RowChange
from tests.access.conftest import Estate
from tests.access.table import new_mission

from .conftest import token_for, with_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def integrator(estate: Estate) -> Account:
    return estate.own[Role.INTEGRATOR]


def post(client: Client, path: str, data: dict[str, Any], **headers: str) -> Any:
    return client.post(path, data, content_type="application/json", headers=headers)


def test_a_token_stands_for_its_account(integrator: Account, estate: Estate):
    client = with_token(token_for(integrator))
    me = client.get("/api/access/me")
    assert me.json()["email"] == integrator.email
    made = post(client, "/api/missions/", new_mission(estate))
    assert made.status_code == 201, "no CSRF token is needed"
    assert not me.cookies
    assert not made.cookies


def test_a_session_still_needs_its_csrf_token(integrator: Account, estate: Estate):
    client = Client(enforce_csrf_checks=True)
    client.force_login(integrator)
    assert post(client, "/api/missions/", new_mission(estate)).status_code == 403


def test_foreign_rows_stay_foreign(estate: Estate):
    client = with_token(token_for(estate.sister[Role.INTEGRATOR]))
    assert client.get(f"/api/missions/{estate.mission.pk}").status_code == 404
    assert client.get("/api/missions/").json()["total"] == 0


def test_a_token_for_reading_writes_nothing(integrator: Account, estate: Estate):
    client = with_token(token_for(integrator, access="read"))
    assert client.get("/api/missions/").json()["total"] == 1
    assert post(client, "/api/missions/", new_mission(estate)).status_code == 403
    assert client.delete(f"/api/needs/{estate.estimate.pk}?reason=x").status_code == 403
    assert Mission.objects.count() == 1


def test_a_limited_token_holds_only_its_permissions(integrator: Account, estate: Estate):
    client = with_token(token_for(integrator, permissions=[Permission.OPEN_MISSIONS]))
    assert client.get("/api/missions/").status_code == 200
    assert client.get("/api/audit/").status_code == 403
    assert client.get("/api/access/grants").status_code == 403
    assert client.delete(f"/api/needs/{estate.estimate.pk}?reason=x").status_code == 403


@pytest.mark.parametrize("how", ["revoked", "ran out", "closed", "altered", "short", "another's secret"])
def test_what_is_no_valid_token(integrator: Account, estate: Estate, how: str):
    text = token_for(integrator)
    token = ApiToken.objects.get()
    if how == "revoked":
        revoke_token(by=integrator, token=token)
    elif how == "ran out":
        now = timezone.now()
        ApiToken.objects.update(created_at=now - timedelta(days=2), expires_at=now - timedelta(seconds=1))
    elif how == "closed":
        Account.objects.filter(pk=integrator.pk).update(is_active=False)
    elif how == "altered":
        text = text[:-1] + ("A" if text[-1] != "A" else "B")
    elif how == "short":
        text = text[:-5]
    else:
        text = token.prefix + token_for(estate.sister[Role.INTEGRATOR])[len(token.prefix) :]
    answer = with_token(text).get("/api/places/")
    assert answer.status_code == 401, "also where nobody needs to be signed in"
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "how", ["closed and opened", "factors taken away by two", "by the command line", "new password"]
)
def test_tokens_end_with_the_other_ways_in(
    integrator: Account, estate: Estate, how: str, monkeypatch: pytest.MonkeyPatch
):
    """Neither opening the account again nor a new second factor brings them back."""
    text, other = token_for(integrator), token_for(estate.sister[Role.INTEGRATOR])
    assert with_token(text).get("/api/access/me").status_code == 200
    world = estate.nation.world
    if how == "closed and opened":
        close_account(by=world.system, account=integrator)
        assert with_token(text).get("/api/access/me").status_code == 401
        reopen_account(by=world.system, account=integrator)
    elif how == "factors taken away by two":
        one, two = (world.account(Role.DATA_STEWARD, place=world.nation) for _number in range(2))
        reset = ask_factor_reset(by=one, account=integrator, reason="x")
        assert with_token(text).get("/api/access/me").status_code == 200
        confirm_factor_reset(by=two, reset=reset)
    elif how == "new password":
        client, old, new = Client(), "ארבע מילים פשוטות לגמרי", "ארבע מילים אחרות לגמרי"
        integrator.set_password(old)
        integrator.save()
        client.force_login(integrator, "allauth.account.auth_backends.AuthenticationBackend")
        typed = {"oldpassword": old, "password1": new, "password2": new}
        assert client.post("/accounts/password/change/", typed).status_code == 302
        assert integrator.check_password(old)
        integrator.refresh_from_db()
        assert integrator.check_password(new)
    else:
        monkeypatch.setattr("maarag.kernel.access.actions.who_manages_all_of", lambda account: [])
        reset_only_factor(by=world.system, account=integrator)
    assert with_token(text).get("/api/access/me").status_code == 401
    assert ApiToken.objects.get(account=integrator).revoked_at is not None
    assert with_token(other).get("/api/access/me").status_code == 200, "nobody else's"
    integrator.refresh_from_db()
    assert with_token(token_for(integrator)).get("/api/access/me").status_code == 200


def test_use_makes_no_row_change_and_an_end_does(integrator: Account, estate: Estate):
    text = token_for(integrator)
    before = RowChange.objects.latest("pk").pk
    client = with_token(text, **{"Idempotency-Key": "one"})
    assert client.get("/api/access/me").status_code == 200
    assert post(client, "/api/missions/", new_mission(estate)).status_code == 201
    assert ApiToken.objects.get().last_used_at is not None
    assert StoredAnswer.objects.exists()
    changed = set(RowChange.objects.filter(pk__gt=before).values_list("of_table", flat=True))
    assert "missions_mission" in changed
    assert not {name for name in changed if name.startswith("api_")}
    close_account(by=estate.nation.world.system, account=integrator)
    assert RowChange.objects.filter(pk__gt=before, of_table="api_apitoken").count() == 1


def test_only_a_fingerprint_is_kept(integrator: Account):
    text = token_for(integrator)
    token = ApiToken.objects.get()
    secret = text.removeprefix(token.prefix + "_")
    assert len(secret) == 43
    assert secret not in repr(ApiToken.objects.values_list()) + repr(AuditEvent.objects.values_list())
    assert text.startswith(token.prefix)


def test_when_it_was_last_used(integrator: Account):
    text = token_for(integrator)
    assert ApiToken.objects.get().last_used_at is None
    with_token(text).get("/api/access/me")
    first = ApiToken.objects.get().last_used_at
    assert first is not None
    with_token(text).get("/api/access/me")
    assert ApiToken.objects.get().last_used_at == first, "noted to the minute"


def test_too_many_requests(integrator: Account, settings: Any):
    settings.API_LIMITS = {"token": 3, "wrong_tokens": 2}
    client = with_token(token_for(integrator))
    assert [client.get("/api/access/me").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert 0 < int(client.get("/api/access/me")["Retry-After"]) <= 60
    wrong = with_token("guess")
    assert [wrong.get("/api/access/me").status_code for _ in range(3)] == [401, 401, 429]


def test_others_mistakes_behind_the_same_proxy_cost_nobody_their_token(integrator: Account, settings: Any):
    settings.API_LIMITS = {"token": 30, "wrong_tokens": 2}
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    mine, wrong = with_token(token_for(integrator)), with_token("guess")

    def asked(client: Client, address: str) -> int:
        return client.get("/api/access/me", headers={"X-Forwarded-For": address}).status_code

    assert [asked(wrong, "203.0.113.7") for _ in range(3)] == [401, 401, 429]
    assert asked(wrong, "203.0.113.8") == 401, "counted by who asks, not by the proxy"
    assert [asked(mine, "203.0.113.7"), asked(mine, "203.0.113.8")] == [200, 200]


def test_staffs_token_waits_for_the_second_factor(integrator: Account, estate: Estate, settings: Any):
    settings.STAFF_NEED_SECOND_FACTOR = True
    client = with_token(token_for(integrator))
    answer = client.get("/api/missions/", headers={"Accept-Language": "en"})
    assert answer.status_code == 403
    assert "second factor" in answer.json()["detail"]
    assert post(client, "/api/missions/", new_mission(estate)).status_code == 403
    volunteer = with_token(token_for(estate.own[Role.VOLUNTEER]))
    assert volunteer.get("/api/access/me").status_code == 200
    Authenticator.objects.create(user=integrator, type=Authenticator.Type.TOTP, data={})
    assert client.get("/api/missions/").status_code == 403, "it was issued by a password alone"
    assert with_token(token_for(integrator)).get("/api/missions/").status_code == 200


def test_a_token_of_a_password_does_not_grow_with_a_role(estate: Estate, settings: Any):
    settings.STAFF_NEED_SECOND_FACTOR = True
    volunteer, world = estate.own[Role.VOLUNTEER], estate.nation.world
    client = with_token(token_for(volunteer))
    assert client.get("/api/access/me").status_code == 200
    grant(by=world.system, account=volunteer, role=Role.SOCIAL_WORKER, place=world.city)
    Authenticator.objects.create(user=volunteer, type=Authenticator.Type.TOTP, data={})
    assert client.get("/api/access/me").status_code == 403


def test_nor_with_one_that_begins_later(estate: Estate, settings: Any):
    settings.STAFF_NEED_SECOND_FACTOR = True
    volunteer, world = estate.own[Role.VOLUNTEER], estate.nation.world
    tomorrow = timezone.localdate() + timedelta(days=1)
    role = Role.SOCIAL_WORKER
    given = grant(by=world.system, account=volunteer, role=role, place=world.city, starts=tomorrow)
    client = with_token(token_for(volunteer))
    assert client.get("/api/access/me").status_code == 200
    Grant.objects.filter(pk=given.pk).update(starts=timezone.localdate())
    assert client.get("/api/families/").status_code == 403
    Authenticator.objects.create(user=volunteer, type=Authenticator.Type.TOTP, data={})
    assert client.get("/api/families/").status_code == 403
    assert with_token(token_for(volunteer)).get("/api/families/").status_code == 200


def test_limits_of_issuing(integrator: Account):
    today = timezone.localdate()
    for until in (today - timedelta(days=1), today + timedelta(days=366)):
        with pytest.raises(ValidationError, match="last day"):
            issue_token(by=integrator, name="x", access="read", until=until)
    with pytest.raises(ValidationError, match="does not hold"):
        issue_token(by=integrator, name="x", access="read", until=today, permissions=["all"])
    volunteer = Account.objects.get(email="volunteer@own.example")
    with pytest.raises(ValidationError, match="does not hold"):
        issue_token(by=volunteer, name="x", access="read", until=today, permissions=["view_audit"])
    for _number in range(MOST_IN_FORCE):
        token_for(integrator)
    with pytest.raises(ValidationError, match="already"):
        token_for(integrator)


def test_issuing_and_revoking_are_in_the_audit(integrator: Account, estate: Estate):
    token, _text = issue_token(by=integrator, name="x", access="read", until=timezone.localdate())
    with pytest.raises(PermissionDenied):
        revoke_token(by=estate.sister[Role.INTEGRATOR], token=token)
    revoke_token(by=integrator, token=token)
    revoke_token(by=integrator, token=token)
    found = AuditEvent.objects.filter(subject_type="api.apitoken").order_by("pk")
    assert [event.action for event in found] == ["api.issue_token", "api.revoke_token"]


def test_the_pages(integrator: Account, estate: Estate):
    account = integrator
    account.set_password("a long password")
    account.save()
    client = Client()
    client.force_login(account)
    assert "reauthenticate" in client.get("/api/tokens/new/")["Location"], "only after a recent sign-in"
    client.post("/accounts/reauthenticate/", {"password": "a long password"})
    given = {"name": "לוח", "access": "read", "permissions": ["view_audit"], "until": timezone.localdate()}
    page = client.post("/api/tokens/new/", given)
    assert page.status_code == 200, page
    token = ApiToken.objects.get()
    text = page.content.decode().partition('id="token">')[2].partition("<")[0]
    assert with_token(text).get("/api/audit/").status_code == 200
    assert "no-store" in page["Cache-Control"]
    listed = client.get("/api/tokens/").content.decode()
    assert token.prefix in listed
    assert text not in listed
    other = Client()
    other.force_login(estate.sister[Role.INTEGRATOR])
    assert other.get(f"/api/tokens/{token.pk}/revoke/").status_code == 404
    assert client.get(f"/api/tokens/{token.pk}/revoke/").status_code == 200
    assert client.post(f"/api/tokens/{token.pk}/revoke/").status_code == 302
    assert with_token(text).get("/api/audit/").status_code == 401


def test_a_token_opens_no_page(integrator: Account):
    client = with_token(token_for(integrator))
    for path in ("/api/tokens/", "/api/tokens/new/", "/missions/"):
        assert client.get(path).status_code == 302, path
    assert client.get("/").wsgi_request.user.is_anonymous
