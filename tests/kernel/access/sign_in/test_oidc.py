"""Signing in through an organisation's provider: the whole way round, and every lie on it refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.utils import timezone

from maarag.config.oidc import oidc_origins, oidc_providers
from maarag.kernel.access.actions import invite
from maarag.kernel.access.models import Account, Invitation
from maarag.kernel.access.permissions import Role
from tests.factories.services import World

from .conftest import add_app, code_of, who
from .provider import Provider, query, running

CALLBACK = "/accounts/oidc/organisation/login/callback/"


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with running() as provider:
        settings.SOCIALACCOUNT_PROVIDERS = oidc_providers(provider.environment())
        yield provider


@pytest.fixture
def known(worker: Account, provider: Provider) -> Account:
    provider.email = worker.email
    return worker


def come_back(client: Client, provider: Provider, **changed: str) -> Any:
    """To the provider and back, as a browser goes."""
    sent = client.post("/accounts/oidc/organisation/login/")
    assert sent.status_code == 302, sent.content
    assert sent.url.startswith(f"{provider.address}/authorize?")
    return client.get(f"{CALLBACK}?{query(provider.authorize(sent.url) | changed)}")


def test_somebody_known_comes_in(known: Account, provider: Provider) -> None:
    client = Client()
    page = client.get("/accounts/login/").content.decode()
    assert "העירייה" in page
    assert come_back(client, provider).status_code == 302
    assert client.session["_auth_user_id"] == str(known.pk)
    assert provider.asked["code_challenge_method"] == "S256"
    assert len(provider.asked["nonce"]) >= 32
    assert client.get("/missions/").url == "/accounts/2fa/", "staff set up a factor of the house too"
    kept = SocialAccount.objects.get()
    assert (kept.uid, kept.extra_data) == ("person-7", {})
    assert not SocialToken.objects.exists()


def test_the_second_factor_of_the_house_is_asked_for(known: Account, provider: Provider) -> None:
    secret = add_app(known)
    client = Client()
    assert come_back(client, provider).url == "/accounts/2fa/authenticate/"
    assert who(client) is None
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert who(client) == known.email


def test_the_link_is_to_the_person_there_and_not_to_the_address(known: Account, provider: Provider) -> None:
    assert come_back(Client(), provider).status_code == 302
    provider.email = "married@city.example"
    client = Client()
    assert come_back(client, provider).status_code == 302
    assert client.session["_auth_user_id"] == str(known.pk)


LIES = {
    "another nonce": {"claims": {"nonce": "another"}},
    "no nonce": {"claims": {"nonce": None}},
    "another issuer": {"claims": {"iss": "http://127.0.0.1:1"}},
    "for somebody else": {"claims": {"aud": "another-client"}},
    "too late": {"claims": {"exp": 1_700_000_000}},
    "another person": {"person": {"sub": "person-8"}},
    "unverified": {"verified": False},
    "verified, but as a word": {"verified": "false"},
    "nothing about the address": {"verified": None},
    "no address": {"email": ""},
    "unsigned": {"algorithm": "none"},
    "signed with the shared secret": {"algorithm": "HS256"},
    "signed with another key": {"signing_key": rsa.generate_private_key(65537, 2048)},
    "sent on to another address": {"sent_on": "http://127.0.0.1:1/"},
    "another issuer in its document": {"document": {"issuer": "https://evil.example"}},
}


@pytest.mark.parametrize("lie", LIES)
def test_lies_are_refused(known: Account, provider: Provider, lie: str) -> None:
    for name, value in LIES[lie].items():
        setattr(provider, name, value)
    client = Client()
    if lie in ("another issuer in its document", "sent on to another address"):
        assert client.post("/accounts/oidc/organisation/login/").status_code == 403
    else:
        answer = come_back(client, provider)
        assert answer.status_code in (200, 401, 403)
        assert "לא נכנסת" in answer.content.decode() or "You were not signed in" in answer.content.decode()
    assert who(client) is None
    assert not SocialAccount.objects.exists()


def test_another_or_used_state_is_refused(known: Account, provider: Provider) -> None:
    client = Client()
    assert come_back(client, provider, state="another").status_code in (200, 401, 403)
    assert who(client) is None
    sent = client.post("/accounts/oidc/organisation/login/")
    back = f"{CALLBACK}?{query(provider.authorize(sent.url))}"
    assert Client().get(back).status_code in (200, 401, 403), "the state belongs to one browser"
    assert client.get(back).status_code == 302
    client.post("/accounts/logout/")
    assert client.get(back).status_code in (200, 401, 403), "and works once"
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("kind", ["unknown", "closed", "system"])
def test_nobody_else_comes_in_and_no_account_is_made(
    worker: Account, provider: Provider, here: World, kind: str
) -> None:
    if kind == "closed":
        Account.objects.filter(pk=worker.pk).update(is_active=False)
        provider.email = worker.email
    elif kind == "system":
        provider.email = here.system.email
    before = Account.objects.count()
    client = Client()
    answer = come_back(client, provider)
    assert answer.status_code == 403
    assert "_auth_user_id" not in client.session
    assert Account.objects.count() == before
    assert not SocialAccount.objects.exists()


def test_somebody_invited_comes_in(provider: Provider, here: World) -> None:
    invite(by=here.system, email=provider.email, role=Role.SOCIAL_WORKER, place=here.city)
    client = Client()
    assert come_back(client, provider).status_code == 302
    new = Account.objects.get(email=provider.email)
    assert client.session["_auth_user_id"] == str(new.pk)
    assert not new.has_usable_password()
    assert new.grants.get().role == "social_worker"


def test_an_invitation_whose_time_has_passed_lets_nobody_in(provider: Provider, here: World) -> None:
    invite(by=here.system, email=provider.email, role=Role.SOCIAL_WORKER, place=here.city)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert come_back(Client(), provider).status_code == 403


def test_without_an_environment_there_is_no_such_way_in(worker: Account) -> None:
    assert oidc_providers({})["openid_connect"]["APPS"] == []
    assert oidc_origins({}) == []
    assert Client().post("/accounts/oidc/organisation/login/").status_code == 404
    assert Client().get(f"{CALLBACK}?code=x&state=y").status_code == 404
    with pytest.raises(KeyError):
        oidc_providers({"MAARAG_OIDC_ISSUER": "https://login.example.org"})


def test_a_link_from_elsewhere_starts_nothing(provider: Provider) -> None:
    """A GET asks first; only a form of ours goes to the provider."""
    assert Client().get("/accounts/oidc/organisation/login/").status_code == 200
    assert Client(enforce_csrf_checks=True).post("/accounts/oidc/organisation/login/").status_code == 403
