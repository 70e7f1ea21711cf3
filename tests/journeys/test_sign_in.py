"""Signing in, in a real browser: an app, recovery codes, and passkeys of a virtual authenticator."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from tests.browser import DESKTOP, PATIENCE, PHONE, Visitors, listen, sticks_out, violations

pytestmark = pytest.mark.journey


@pytest.fixture
def person(visitors: Visitors) -> Any:
    """Somebody at the site by its name: a passkey belongs to a name, never to a number."""

    def arrive(path: str = "/accounts/login/", width: int = DESKTOP) -> Any:
        address = visitors.address.replace("127.0.0.1", "localhost")
        context = visitors.browser.new_context(
            base_url=address, viewport={"width": width, "height": 800}, locale="he"
        )
        visitors._open.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.faults = listen(page)
        page.goto(path)
        return page

    return arrive


def authenticator(page: Any) -> Any:
    """A phone or computer that holds passkeys and recognises its owner."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device = devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    return devices, device


def sound(page: Any) -> None:
    assert violations(page) == []
    assert sticks_out(page) == []
    assert page.faults == []


def sign_out(page: Any) -> None:
    page.locator("[popovertarget=account]").click()
    page.locator("form[action='/accounts/logout/'] button").click()
    page.locator("[popovertarget=account]").wait_for(state="detached")


def test_a_passkey_signs_in_by_itself_and_as_a_second_factor(person: Any, visitors: Visitors) -> None:
    page = person()
    devices, device = authenticator(page)
    visitors.sign_in(page, "procurement@welfare.example")
    page.goto("/accounts/2fa/webauthn/add/")
    sound(page)
    page.locator("input[name=passwordless]").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/accounts/2fa/recovery-codes/")
    assert page.locator(".codes li").count() == 10
    sound(page)
    kept = devices.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert [credential["isResidentCredential"] for credential in kept] == [True]
    page.goto("/accounts/2fa/webauthn/")
    sound(page)

    sign_out(page)
    page.goto("/accounts/login/")
    page.locator("#passkey_login").click()
    page.locator("[popovertarget=account]").wait_for()
    assert page.faults == []

    sign_out(page)
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill("procurement@welfare.example")
    page.locator("input[name=password]").fill(visitors.password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/accounts/2fa/authenticate/")
    sound(page)
    page.locator("#mfa_webauthn_authenticate").click()
    page.locator("[popovertarget=account]").wait_for()

    sign_out(page)
    devices.send("WebAuthn.clearCredentials", {"authenticatorId": device})
    page.goto("/accounts/login/")
    page.locator("#passkey_login").click()
    page.locator("#passkey-error").wait_for()
    assert page.locator("[popovertarget=account]").count() == 0


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_an_app_is_set_up_by_keyboard_and_asked_for(person: Any, visitors: Visitors, width: int) -> None:
    account = "fund.manager@garden-fund.example" if width == DESKTOP else "programme.director@welfare.example"
    page = person(width=width)
    visitors.sign_in(page, account)
    page.goto("/accounts/2fa/totp/activate/")
    sound(page)
    secret = page.locator("bdi.code").inner_text().strip()
    step = int(time.time()) // 30
    page.locator("input[name=code]").focus()
    page.keyboard.type(format_hotp_value(hotp_value(secret, step)))
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/2fa/recovery-codes/")
    codes = page.locator(".codes li").all_inner_texts()
    sound(page)
    page.reload()
    assert page.locator(".codes li").count() == 0

    sign_out(page)
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(account)
    page.locator("input[name=password]").fill(visitors.password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/accounts/2fa/authenticate/")
    sound(page)
    page.locator("input[name=code]").fill(codes[0])
    page.keyboard.press("Enter")
    page.locator("[popovertarget=account]").wait_for()
    page.goto("/accounts/sessions/")
    sound(page)
