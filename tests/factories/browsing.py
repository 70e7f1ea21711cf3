"""A browser of tests: signed in as somebody, in a language."""

from __future__ import annotations

from typing import Any

from django.test import Client

LANGUAGES = {"he": "rtl", "ar": "rtl", "en": "ltr"}


def as_(account: Any) -> Client:
    """A client that is signed in."""
    client = Client()
    client.force_login(account)
    return client


def page_in(client: Client, address: str, language: str, status: int = 200) -> str:
    """The page at an address in a language, checked for its direction and for inline styles."""
    answer = client.get(address, headers={"Accept-Language": language})
    page = answer.content.decode()
    assert answer.status_code == status, address
    assert f'lang="{language}"' in page, address
    assert f'dir="{LANGUAGES[language]}"' in page, address
    assert "<h1>" in page, address
    assert " style=" not in page, address
    return page
