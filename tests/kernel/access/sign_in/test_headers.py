"""What every answer tells the browser; and the cookies of a real installation."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from tests.factories.services import World

from .conftest import add_app, signed_in, who, with_password

PUBLIC = (
    "/", "/services/", "/needs/", "/sources/", "/gallery/", "/accounts/login/", "/accounts/password/reset/",
    "/accounts/signup/", "/access/invitation/", "/nowhere/", "/api/services/", "/api/openapi.json",
    "/hsds/services",
)  # fmt: skip
SIGNED_IN = (
    "/", "/access/", "/access/roles/", "/access/invitations/", "/access/invitations/new/",
    "/access/grants/new/",
    "/missions/", "/audit/", "/imports/", "/accounts/2fa/", "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/", "/accounts/2fa/webauthn/add/", "/accounts/2fa/recovery-codes/generate/",
    "/accounts/sessions/", "/accounts/password/change/", "/api/access/me", "/api/access/grants",
    "/api/access/invitations",
)  # fmt: skip


def check(answer: Any, address: str) -> None:
    policy = answer["Content-Security-Policy"]
    for part in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):
        assert part in policy, address
    assert "unsafe" not in policy, address
    assert answer["X-Content-Type-Options"] == "nosniff", address
    assert answer["Referrer-Policy"] == "same-origin", address
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin", address
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin", address
    assert "camera=()" in answer["Permissions-Policy"], address
    assert "publickey-credentials-get=(self)" in answer["Permissions-Policy"], address
    assert answer["X-Frame-Options"] == "DENY", address
    if answer["Content-Type"].startswith("text/html"):
        page = answer.content.decode()
        assert " style=" not in page, address
        assert "javascript:" not in page, address
        for script in page.split("<script")[1:]:
            tag = script.partition(">")[0]
            assert "src=" in tag or 'type="application/json"' in tag or "nonce=" in tag, (address, tag)


def test_public_answers(here: World) -> None:
    for address in PUBLIC:
        check(Client().get(address), address)


def test_answers_to_somebody_signed_in_stay_in_no_cache(manager: Account) -> None:
    add_app(manager)
    client = signed_in(manager)
    for address in SIGNED_IN:
        answer = client.get(address)
        assert answer.status_code in (200, 302), address
        check(answer, address)
        assert answer["Cache-Control"] == "no-store, private", address


def test_signing_out_clears_the_browser(here: World) -> None:
    client = signed_in(with_password(here.account(Role.VOLUNTEER, place=here.city)))
    answer = client.post("/accounts/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert who(client) is None


@pytest.mark.parametrize("address", ["/accounts/login/", "/access/invitation/"])
def test_forms_are_guarded_against_other_sites(here: World, address: str) -> None:
    assert Client(enforce_csrf_checks=True).post(address, {"login": "x", "password": "y"}).status_code == 403


def test_cookies_and_transport_of_a_real_installation() -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "maarag.config.settings.production",
        "MAARAG_SECRET_KEY": "x" * 60,
        "MAARAG_HOSTS": "maarag.example.org",
    }
    script = """
from django.conf import settings as s
names = [s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME]
assert all(name.startswith("__Host-") for name in names), names
assert s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE and s.LANGUAGE_COOKIE_SECURE
assert s.SESSION_COOKIE_HTTPONLY and s.CSRF_COOKIE_HTTPONLY
assert s.SESSION_COOKIE_PATH == "/" and s.SESSION_COOKIE_DOMAIN is None
assert s.SECURE_HSTS_SECONDS >= 31536000 and s.SECURE_HSTS_INCLUDE_SUBDOMAINS and s.SECURE_SSL_REDIRECT
assert s.STAFF_NEED_SECOND_FACTOR and not s.DEBUG and not s.DEMONSTRATION
assert not getattr(s, "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", False)
assert s.AUTHENTICATION_BACKENDS == ["allauth.account.auth_backends.AuthenticationBackend"]
assert s.CACHES["default"]["BACKEND"].endswith("DatabaseCache")
print("as it should be")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=120
    )
    assert "as it should be" in done.stdout, done.stderr[-2000:]


def test_the_api_without_tls_refuses_instead_of_sending_on(here: World, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = production_exemptions()
    for address in ("/api/services/", "/api/openapi.json", "/api/access/me"):
        answer = Client().get(address, headers={"Authorization": "Bearer mrg_something"})
        assert answer.status_code == 403, address
        assert "https" in answer.json()["detail"]
        assert Client().get(address, secure=True).status_code in (200, 401)
    for page in ("/", "/api/docs", "/api/tokens/", "/accounts/login/"):
        assert Client().get(page).url.startswith("https://"), page
    assert Client().get("/health/live").status_code == 200


def production_exemptions() -> list[str]:
    """As a real installation has them, whose settings ask for secrets when they are imported."""
    folder = Path(__file__).resolve().parents[4] / "src" / "maarag" / "config" / "settings"
    lines = (folder / "production.py").read_text(encoding="utf-8").splitlines()
    found = next(line for line in lines if line.startswith("SECURE_REDIRECT_EXEMPT")).partition("= ")[2]
    return list(ast.literal_eval(found))
