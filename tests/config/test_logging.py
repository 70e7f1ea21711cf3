"""Nothing that anybody typed reaches a log or a report of an error."""

from __future__ import annotations

import ast
import io
import json
import logging
import logging.config
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.test import Client, RequestFactory
from django.utils.log import AdminEmailHandler
from django.views.debug import get_exception_reporter_class, get_exception_reporter_filter

import maarag
from maarag.config.logging import configuration, write_no_tracebacks

CANARY = "קנריה-039337423-canary"
PLAIN = "canary039337423"
LOGGING_CALLS = {"debug", "info", "warning", "error", "exception", "critical", "log"}


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What a real installation would write, request by request."""
    hooks = sys.excepthook, threading.excepthook, logging.raiseExceptions
    stream = io.StringIO()
    wanted = configuration(structured=True)
    wanted["handlers"]["console"]["stream"] = stream
    root = logging.getLogger().handlers[:]
    logging.config.dictConfig(wanted)
    write_no_tracebacks()
    yield stream
    sys.excepthook, threading.excepthook, logging.raiseExceptions = hooks
    logging.config.dictConfig(django_settings.LOGGING)
    logging.getLogger().handlers[:] = root


@pytest.fixture
def client(settings: Any) -> Client:
    settings.ROOT_URLCONF = "tests.config.failing_site"
    return Client(raise_request_exception=False, headers={"user-agent": PLAIN, "x-request-id": PLAIN})


def _lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("path", "status", "view"),
    [
        ("/raises/", 500, "raises"),
        (f"/raises/{PLAIN}/", 500, "raises-from-the-address"),
        ("/database/", 500, "database-error"),
        ("/twice/", 500, "twice"),
        ("/others/", 200, "others-log"),
        ("/suspicious/", 400, "suspicious"),
        ("/forbidden/", 403, "forbidden"),
        ("/thread/", 200, "in-a-thread"),
        (f"/nowhere/{PLAIN}/", 404, "none"),
    ],
)
def test_nothing_typed_is_written(client: Client, written: io.StringIO, path: str, status: int, view: str):
    client.cookies["sessionid"] = PLAIN
    answer = client.post(f"{path}?name={PLAIN}", {"secret": CANARY, PLAIN: "x"})
    assert answer.status_code == status
    text = written.getvalue()
    assert "anary" not in text
    assert "039337423" not in text
    line = _lines(written)[-1]
    assert (line["message"], line["status"], line["view"], line["method"]) == (
        "answered",
        status,
        view,
        "POST",
    )
    assert line["request"] == answer.headers["X-Request-ID"]
    if status == 500:
        error = next(line["error"] for line in _lines(written) if "error" in line)
        assert any("failing_site.py" in place for place in error[0]["at"])


@pytest.mark.django_db(transaction=True)
def test_a_database_error_keeps_what_helps(client: Client, written: io.StringIO):
    client.post("/database/", {"secret": CANARY})
    errors = [one for line in _lines(written) for one in line.get("error", [])]
    assert {"django.db.utils.DataError", "psycopg.errors.InvalidTextRepresentation"} <= {
        one["type"] for one in errors
    }
    assert "22P02" in {one.get("sqlstate") for one in errors}


def test_a_strange_host_and_method_are_not_written(client: Client, written: io.StringIO):
    assert client.get("/health/live", headers={"host": f"{PLAIN}.example"}).status_code in (200, 400)
    client.generic(PLAIN.upper(), "/raises/")
    assert PLAIN not in written.getvalue().lower()
    assert _lines(written)[-1]["method"] == "other"


def test_only_a_number_of_a_proxy_is_taken_over(client: Client, written: io.StringIO):
    number = "0123456789abcdef" * 2
    assert client.get("/health/live", headers={"x-request-id": number}).headers["X-Request-ID"] == number
    assert client.get("/health/live", headers={"x-request-id": PLAIN}).headers["X-Request-ID"] != PLAIN


@pytest.mark.django_db
def test_the_account_is_a_number(client: Client, written: io.StringIO, settings: Any):
    from maarag.kernel.access.actions import open_account, system_account

    settings.ROOT_URLCONF = "maarag.config.urls"
    account = open_account(by=system_account(), email=f"{PLAIN}@canary.example", name=CANARY)
    client.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/sources/").status_code == 200
    assert _lines(written)[-1]["account"] == account.pk
    assert "anary" not in written.getvalue()


def test_numbers_are_kept_in_the_words(written: io.StringIO):
    logging.getLogger("maarag.domains.services.search").info("indexed %d services of %s", 457, CANARY)
    assert _lines(written)[-1]["message"] == "indexed 457 services of …"


def test_reports_of_errors_say_where_and_nothing_else(settings: Any):
    settings.DEFAULT_EXCEPTION_REPORTER_FILTER = "maarag.config.logging.NothingPersonal"
    settings.DEFAULT_EXCEPTION_REPORTER = "maarag.config.logging.ShortReporter"
    request = RequestFactory().post(f"/{PLAIN}/", {"secret": CANARY}, headers={"x-thing": PLAIN})
    request.COOKIES["thing"] = PLAIN
    try:
        secret = CANARY
        raise ValueError(secret)
    except ValueError:
        report = get_exception_reporter_class(request)(request, *sys.exc_info())
        told = report.get_traceback_text() + report.get_traceback_html()
        frames = report.get_traceback_data()["frames"]
    assert "builtins.ValueError" in told
    assert "test_logging.py" in told
    assert "anary" not in told
    assert not any(variable for frame in frames for variable in frame["vars"])
    kept = get_exception_reporter_filter(request)
    assert kept.get_post_parameters(request) == kept.get_safe_request_meta(request) == {}
    assert kept.get_safe_cookies(request) == {}


def test_a_report_of_a_line_without_an_exception(settings: Any):
    """Django gives the words of the line in place of the exception, as of an answer 500 of the API."""
    settings.ADMINS = [("Nobody", "nobody@example.org")]
    handler = AdminEmailHandler(include_html=True, reporter_class="maarag.config.logging.ShortReporter")
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "failed", (), None)
    handler.emit(record)
    (letter,) = mail.outbox
    told = letter.body + "".join(str(body) for body, _kind in letter.alternatives)
    assert told.count("An error.") == 2


def test_our_own_words_are_fixed():
    """What is put into a record's words would be written as part of them."""
    faults = []
    root = Path(maarag.__file__).parent
    for file in root.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in LOGGING_CALLS
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in ("log", "logger", "logging")
                and node.args
            ):
                words = node.args[1] if node.func.attr == "log" and len(node.args) > 1 else node.args[0]
                if not (isinstance(words, ast.Constant) and isinstance(words.value, str)):
                    faults.append(f"{file.relative_to(root)}:{node.lineno}")
    assert not faults, f"words put together at run time: {faults}"


@pytest.mark.django_db
def test_the_database_server_writes_no_statement_and_no_value():
    from django.db import connection

    from maarag.database.configuration import is_embedded

    if not is_embedded():
        pytest.skip("the settings of a server that others run are theirs; docs/operations.md says which")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting FROM pg_settings WHERE name IN ('log_min_error_statement', "
            "'log_error_verbosity', 'log_statement', 'log_min_duration_statement', 'log_duration')"
        )
        found = dict(cursor.fetchall())
    assert found == {
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_statement": "none",
        "log_min_duration_statement": "-1",
        "log_duration": "off",
    }
