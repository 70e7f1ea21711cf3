"""The frame of every page, the error pages and the gallery, in three languages."""

from __future__ import annotations

import re

import pytest
from django.test import Client, RequestFactory
from django.utils.translation import override

from maarag.ui import views

LANGUAGES = [("he", "rtl"), ("ar", "rtl"), ("en", "ltr")]


@pytest.mark.parametrize(("language", "direction"), LANGUAGES)
def test_the_gallery_shows_every_component_in_every_language(language: str, direction: str) -> None:
    answer = Client().get("/gallery/", headers={"accept-language": language})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert f'<html lang="{language}" dir="{direction}">' in html
    parts = (
        "tile card status coverage table filters pagination tabs crumbs facts timeline empty notice "
        "progress drop error-summary source fiction disclosure chart"
    )
    for css in parts.split():
        assert re.search(rf'class="[^"]*\b{css}\b', html), css
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids)), "an id stands twice"
    assert "style=" not in html


def test_the_gallery_sorts_on_the_server() -> None:
    def first(sort: str) -> str:
        html = Client().get(f"/gallery/?sort={sort}", headers={"accept-language": "en"}).content.decode()
        return re.findall(r'<th scope="row".*?<bdi>(.*?)</bdi>', html)[0]

    assert first("place") == "Almond Heights"
    assert first("-place") == "Vineyards"


def test_the_page_asks_only_for_the_fonts_of_its_language() -> None:
    for language, wanted, other in (
        ("he", "hebrew", "arabic"),
        ("ar", "arabic", "hebrew"),
        ("en", "latin", "hebrew"),
    ):
        html = Client().get("/gallery/", headers={"accept-language": language}).content.decode()
        assert f"rubik-{wanted}.woff2" in html
        assert f"rubik-{other}.woff2" not in html


def test_the_page_keeps_to_the_security_policy() -> None:
    answer = Client().get("/gallery/")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    scripts = re.findall(r"<script([^>]*)>", answer.content.decode())
    assert len(scripts) >= 2
    assert all('src="/static/' in script for script in scripts)


@pytest.mark.parametrize(("language", "direction"), LANGUAGES)
@pytest.mark.parametrize(("handler", "status"), [(views.bad_request, 400), (views.server_error, 500)])
def test_the_bare_error_pages_need_no_database_and_no_account(handler, status, language, direction) -> None:
    with override(language):
        answer = handler(RequestFactory().get("/"))
    html = answer.content.decode()
    assert answer.status_code == status
    assert f'lang="{language}" dir="{direction}"' in html
    assert "<h1>" in html
    assert "<script" not in html


@pytest.mark.parametrize(("language", "direction"), LANGUAGES)
def test_a_form_that_is_out_of_date_says_what_to_do(language: str, direction: str) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/accounts/login/", {"login": "x"}, headers={"accept-language": language})
    assert answer.status_code == 403
    html = answer.content.decode()
    assert f'lang="{language}" dir="{direction}"' in html
    assert "<h1>" in html


@pytest.mark.parametrize(("language", "direction"), LANGUAGES)
def test_a_missing_page_says_so_in_the_language_of_the_reader(language: str, direction: str) -> None:
    answer = Client().get("/no/such/page/", headers={"accept-language": language})
    assert answer.status_code == 404
    assert f'lang="{language}" dir="{direction}"' in answer.content.decode()


def test_a_mistyped_address_is_not_repeated_in_the_page_as_markup() -> None:
    html = Client().get("/%3Cscript%3Ealert(1)%3C/script%3E/").content.decode()
    assert "<script>alert" not in html


def test_sign_in_wears_the_same_frame() -> None:
    html = Client().get("/accounts/login/", headers={"accept-language": "en"}).content.decode()
    assert 'class="masthead"' in html
    assert '<label class="field__label" for="id_login">' in html
    assert 'class="skip" href="#main"' in html


def test_the_language_menu_comes_back_to_the_same_view() -> None:
    html = Client().get("/gallery/?sort=place").content.decode()
    assert '<input type="hidden" name="next" value="/gallery/?sort=place">' in html
    answer = Client().post("/language/setlang/", {"language": "ar", "next": "/gallery/?sort=place"})
    assert answer.headers["Location"] == "/gallery/?sort=place"
    assert answer.cookies["maarag_language"].value == "ar"
