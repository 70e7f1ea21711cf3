"""The pages under /imports/ and the operations of the API, as somebody uses them."""

from __future__ import annotations

import io
import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from maarag.kernel.access.actions import grant, open_account
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.imports.exports import harmless
from maarag.kernel.imports.importer import importers
from maarag.kernel.imports.models import FileStatus, ImportFile
from maarag.kernel.places.actions import save_place
from maarag.kernel.places.models import PlaceKind
from maarag.kernel.taxonomy.models import Term

pytestmark = pytest.mark.django_db
CONTENT = "slug,שם בעברית,זר\nhuman_services,מענים,1\nhuman_services:food,מזון,\n"
BROKEN = CONTENT + 'not a code,=HYPERLINK("x"),\n'


@pytest.fixture
def steward(system: Account) -> Account:
    nation = save_place(by=system, code="IL", within=[], kind=PlaceKind.NATION, name_he="ישראל")
    account = open_account(by=system, email="steward@example.org", name="אמת", password="a long one")
    grant(by=system, account=account, role=Role.DATA_STEWARD, place=nation, starts=date(2020, 1, 1))
    return account


@pytest.fixture
def browser(steward: Account) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(steward, backend="django.contrib.auth.backends.ModelBackend")
    return client


def send(browser: Client, content: str | bytes, name: str = "terms.csv") -> ImportFile:
    data = content.encode() if isinstance(content, str) else content
    answer = browser.post(
        reverse("imports:upload", args=["taxonomy"]), {"file": SimpleUploadedFile(name, data)}
    )
    assert answer.status_code == 302, answer.content[:500]
    found = ImportFile.objects.latest("pk")
    assert answer.url == reverse("imports:preview", args=[found.pk])
    return found


def test_a_refused_file_says_where_to_go_on(browser: Client) -> None:
    found = send(browser, "a,b\n1,2\n")
    assert found.status == FileStatus.REFUSED
    page = browser.get(reverse("imports:preview", args=[found.pk])).content.decode()
    assert reverse("imports:upload", args=["taxonomy"]) in page
    assert reverse("imports:template", args=["taxonomy", "xlsx"]) in page
    assert reverse("imports:read_again", args=[found.pk]) not in page, (
        "there is nothing else to be read in it"
    )


def test_from_the_list_of_kinds_to_loaded_rows(browser: Client) -> None:
    first = browser.get(reverse("imports:index"))
    assert all(reverse("imports:upload", args=[kind]) in first.content.decode() for kind in importers())
    assert browser.get(reverse("imports:upload", args=["taxonomy"])).status_code == 200
    found = send(browser, CONTENT)
    page = browser.get(reverse("imports:preview", args=[found.pk])).content.decode()
    assert "human_services:food" in page
    assert "זר" in page
    assert not Term.objects.exists()
    answer = browser.post(reverse("imports:apply", args=[found.pk]), {"mode": "all"}, follow=True)
    assert "2 rows were loaded" in answer.content.decode()
    assert Term.objects.count() == 2
    again = send(browser, CONTENT)
    page = browser.get(reverse("imports:preview", args=[again.pk])).content.decode()
    assert "This very file was loaded before" in page
    answer = browser.post(reverse("imports:apply", args=[again.pk]), {"mode": "all"}, follow=True)
    assert "Nothing has changed" in answer.content.decode()


def test_rows_with_problems_can_be_taken_away_and_are_harmless(browser: Client) -> None:
    found = send(browser, BROKEN)
    page = browser.get(reverse("imports:preview", args=[found.pk]), {"status": "problem"}).content.decode()
    assert "is not a code of the taxonomy" in page
    assert "מזון" not in page
    table = browser.get(reverse("imports:problems", args=[found.pk, "csv"]))
    text = table.content.decode("utf-8-sig")
    header, row = text.splitlines()
    assert header == "slug,שם בעברית,זר,Row in the file,Why,What to do"
    assert "'=HYPERLINK" in row
    assert ",4," in row
    book = browser.get(reverse("imports:problems", args=[found.pk, "xlsx"]))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(0).to_python()
    assert rows[1][:2] == ["not a code", '=HYPERLINK("x")']


def test_corrected_rows_can_be_loaded_from_the_file_that_was_taken_away(browser: Client) -> None:
    found = send(browser, BROKEN)
    text = browser.get(reverse("imports:problems", args=[found.pk, "csv"])).content.decode("utf-8-sig")
    corrected = text.replace("not a code", "human_services").replace('\'=HYPERLINK(""x"")', "מענים")
    again = send(browser, corrected)
    assert again.counts == {"new": 1}


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_formulas_are_made_text(cell: str) -> None:
    assert harmless(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["-5", "+972", "-1,200.5", "שלום", 5, None, ""])
def test_other_cells_stay_as_they_are(cell: object) -> None:
    assert harmless(cell) == cell


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_each_example_is_understood_by_its_own_importer(browser: Client, form: str) -> None:
    """Its columns are; its rows speak of invented places, so that nobody loads them by mistake."""
    for kind in importers():
        example = browser.get(reverse("imports:template", args=[kind, form]))
        answer = browser.post(
            reverse("imports:upload", args=[kind]), {"file": SimpleUploadedFile(f"x.{form}", example.content)}
        )
        assert answer.status_code == 302
        found = ImportFile.objects.latest("pk")
        assert (found.kind, found.status, found.unknown_columns) == (kind, FileStatus.READY, [])
        problems = [problem for row in found.rows.all() for problem in row.problems]
        invented = ("", "place", "office", "situation", "terms", "budget")
        assert not [p for p in problems if p["field"] not in invented], kind


def test_a_file_that_is_no_table_is_refused_on_its_page(browser: Client) -> None:
    found = send(browser, b"%PDF-1.4 ...", "table.pdf")
    assert "a PDF" in browser.get(reverse("imports:preview", args=[found.pk])).content.decode()


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(browser: Client, settings: object) -> None:
    settings.IMPORT_MAX_BYTES = 10  # type: ignore[attr-defined]
    answer = browser.post(
        reverse("imports:upload", args=["taxonomy"]), {"file": SimpleUploadedFile("x.csv", b"x" * 100_000)}
    )
    assert answer.status_code == 413
    assert not ImportFile.objects.exists()


def test_uploads_without_the_forms_token_are_refused(steward: Account) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(steward, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(
        reverse("imports:upload", args=["taxonomy"]), {"file": SimpleUploadedFile("x.csv", CONTENT.encode())}
    )
    assert answer.status_code == 403
    assert not ImportFile.objects.exists()


def test_files_of_others_do_not_exist_for_an_integrator(browser: Client, system: Account) -> None:
    found = send(browser, CONTENT)
    nation = found.uploaded_by.grants.get().place
    city = save_place(
        by=system, code="1", within=[nation], kind=PlaceKind.AUTHORITY, authority_type="city", name_he="עיר"
    )
    account = open_account(by=system, email="i@example.org", name="אחר", password="a long one")
    grant(by=system, account=account, role=Role.INTEGRATOR, place=city, starts=date(2020, 1, 1))
    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    for name, arguments in (("preview", [found.pk]), ("problems", [found.pk, "csv"])):
        assert client.get(reverse(f"imports:{name}", args=arguments)).status_code == 404
    for name in ("apply", "read_again"):
        assert client.post(reverse(f"imports:{name}", args=[found.pk])).status_code == 404
    assert client.get(reverse("imports:upload", args=["no-such-kind"])).status_code == 404


def test_the_api_does_the_same(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from ninja.testing import TestClient

    from maarag.kernel.imports.api import router

    monkeypatch.setenv("NINJA_SKIP_REGISTRY", "yes")
    steward = Account.objects.get(email="steward@example.org")
    api = TestClient(router)
    kinds = api.get("/kinds", user=steward).json()
    assert {kind["kind"] for kind in kinds} == set(importers())
    sent = api.post(
        "/files",
        data={"kind": "taxonomy"},
        FILES={"file": SimpleUploadedFile("t.csv", BROKEN.encode())},
        user=steward,
    )
    assert (sent.status_code, sent.json()["counts"]) == (201, {"new": 2, "problem": 1})
    pk = sent.json()["id"]
    rows = api.get(f"/files/{pk}/rows?status=problem", user=steward).json()
    assert (rows["total"], rows["rows"][0]["number"]) == (1, 4)
    refused = api.post(f"/files/{pk}/apply?mode=all", user=steward)
    assert refused.status_code == 409
    assert "1 row has a problem" in json.dumps(refused.json())
    assert not Term.objects.exists()
