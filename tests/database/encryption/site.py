"""Somebody at work at the site, who writes down what is secret in every way that there is."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError
from django.test import Client, override_settings
from django.urls import reverse

from maarag.database.rows import RowScope, visible
from maarag.domains.families.actions import files
from maarag.domains.families.models import Family, Member
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.imports.actions import read_file
from maarag.kernel.imports.models import FileStatus, ImportFile, RowStatus
from maarag.kernel.taxonomy.actions import save_topic
from tests.factories.services import World

from .canaries import Canary, canary_address, canary_id, canary_phone

BACKEND = "django.contrib.auth.backends.ModelBackend"


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

    def by_api_with_a_key(self, person: Person) -> None:
        """A write whose answer is kept for its repeat, and one under its key that is refused."""
        headers = {"Idempotency-Key": "once-and-for-all"}
        how = {"content_type": "application/json", "headers": headers}
        first, again = (self.client.post("/api/families/", self.body(person), **how) for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 201), first.content
        assert again.headers["Idempotent-Replayed"] == "true"
        assert again.json() == first.json()
        assert person.phone in again.content.decode()
        other = self.body(person, first_name="נעמי")
        assert self.client.post("/api/families/", other, **how).status_code == 422

    def by_words(self, person: Person) -> None:
        """In texts of people's own: of a contact, which is changed, and of a draft, which is kept twice."""
        with visible(self.scope):
            family = Family.objects.filter(authority=self.towns.city).first()
        text = f"ת״ז {person.national_id}, טלפון {person.phone}, {person.address}"
        contact = {"kind": "phone", "at": "2026-01-01T10:00:00+02:00", "people": text, "said": text}
        url = f"/api/casework/{family.pk}/contacts"
        made = self.client.post(url, contact, content_type="application/json")
        assert made.status_code == 201, made.content
        changed = self.client.patch(
            f"{url}/{made.json()['id']}", {"said": text + " שוב"}, content_type="application/json"
        )
        assert changed.status_code == 200, changed.content
        for said in (text, text + " שוב"):
            draft = {"key": "families:open", "writer": "a-window-of-tests"}
            draft["fields"] = [{"name": "address", "value": said}]
            kept = self.client.put("/api/drafts/", draft, content_type="application/json")
            assert kept.status_code == 200, kept.content
        found = self.client.get("/api/drafts/", {"key": "families:open"}).json()
        assert found["drafts"][0]["fields"][0]["value"] == said

    def by_import(self, person: Person) -> None:
        """A file with ids of people, which is not kept; and one with a phone where a number should be."""
        bringer = self.towns.account(Role.INTEGRATOR, place=self.towns.city)
        client = Client(raise_request_exception=False)
        client.force_login(bringer, backend=BACKEND)
        city, food = self.towns.city.code, self.towns.term("food")
        save_topic(
            by=self.towns.system,
            code="food-security",
            responses=[food],
            situations=[self.towns.term("families")],
            name_he="ביטחון תזונתי",
        )
        header = "place,topic,situation,unit,number,source,as_of"
        refused = self._bring(
            bringer,
            client,
            f"{header},ת״ז",
            f"{city},food-security,משפחות,משפחות,12,x,2026-01-01,{person.national_id}",
        )
        assert (refused.status, str(refused.file)) == (FileStatus.REFUSED, "")
        found = self._bring(
            bringer,
            client,
            f"{header},טלפון,כתובת",
            f"{city},food-security,משפחות,משפחות,12,{self.towns.source.code},2026-01-01,{person.phone},{person.address}",
            f"{city},food-security,משפחות,משפחות,{person.phone},{person.address},{person.national_id},,",
        )
        assert found.rows_read == 2, (found.status, found.message)
        problems = list(found.rows.values_list("problems", flat=True))
        assert (found.count(RowStatus.NEW), found.count(RowStatus.PROBLEM)) == (1, 1), problems
        rows = client.get(f"/api/imports/files/{found.pk}/rows").content.decode()
        assert person.national_id in rows
        loaded = client.post(f"/api/imports/files/{found.pk}/apply?mode=understood")
        assert loaded.status_code == 200, loaded.content
        found.refresh_from_db()
        assert found.status == FileStatus.APPLIED

    def _bring(self, bringer: Account, client: Client, *lines: str) -> ImportFile:
        file = ContentFile("\n".join(lines).encode(), name="needs.csv")
        brought = client.post("/api/imports/files", {"kind": "needs", "file": file})
        assert brought.status_code == 201, brought.content
        found = ImportFile.objects.get(pk=brought.json()["id"])
        return read_file(by=bringer, import_file=found) if found.status == FileStatus.WAITING else found

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
