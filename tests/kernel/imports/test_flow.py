"""From a file to written rows: preview, all or nothing, twice, duplicates, rights, failures in the middle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import TestCase

from maarag.kernel.access.actions import grant, open_account
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.imports import importer as importer_module
from maarag.kernel.imports import parsing
from maarag.kernel.imports.actions import LoadRefused, NotReady, apply_file, import_now, read_file, take_in
from maarag.kernel.imports.importer import Existing, Field, Importer, NotUnderstood, Row, Understood
from maarag.kernel.imports.models import FileStatus, ImportFile, ImportRow, Mode, RowStatus
from maarag.kernel.imports.reading import FileRefused
from maarag.kernel.places.actions import save_place
from maarag.kernel.places.models import AuthorityType, Place, PlaceKind
from maarag.kernel.sources.actions import save_source
from maarag.kernel.sources.models import Source

pytestmark = pytest.mark.django_db


class Notes(Importer):
    """A source for each row, in a place: small enough to see through."""

    kind = "test-notes"
    title = "Notes"
    fields = (
        Field("code", "Code", ("קוד",), required=True),
        Field("place", "Place", ("רשות",), required=True),
        Field("number", "Number", ("מספר",), parsing.whole(), required=True),
    )
    fail_after: ClassVar[int | None] = None
    written: ClassVar[int] = 0

    def understand(self, row: Row) -> Understood:
        place = Place.objects.filter(code=row.get("place")).first()
        if place is None:
            raise NotUnderstood("no such place", "look again")
        shown = {"number": str(row.get("number"))}
        return Understood(row.get("code"), shown, (row.get("code"), shown["number"]), frozenset({place.pk}))

    def existing(self, keys: Sequence[str]) -> Mapping[str, Existing]:
        return {s.code: Existing({"number": s.name_he}) for s in Source.objects.filter(code__in=keys)}

    def apply(self, rows: Sequence[Understood]) -> None:
        for row in rows:
            if Notes.fail_after is not None and Notes.written >= Notes.fail_after:
                raise ValidationError("the world has changed")
            save_source(by=self.by, code=row.target[0], name_he=row.target[1])
            Notes.written += 1


@pytest.fixture(autouse=True)
def notes(monkeypatch: pytest.MonkeyPatch) -> None:
    importer_module.importers()
    monkeypatch.setitem(importer_module._registry, Notes.kind, Notes)
    monkeypatch.setattr(Notes, "fail_after", None)
    monkeypatch.setattr(Notes, "written", 0)


@pytest.fixture
def places(system: Account) -> dict[str, Place]:
    nation = save_place(by=system, code="IL", within=[], kind=PlaceKind.NATION, name_he="ישראל")
    fields = {"kind": PlaceKind.AUTHORITY, "authority_type": AuthorityType.CITY}
    return {"IL": nation} | {
        code: save_place(by=system, code=code, within=[nation], name_he=f"עיר {code}", **fields)
        for code in ("1", "2")
    }


def someone(system: Account, role: Role, place: Place) -> Account:
    account = open_account(
        by=system, email=f"{role}.{place.code}@example.org", name="x", password="a long one"
    )
    grant(by=system, account=account, role=role, place=place, starts=date(2020, 1, 1))
    return account


def csv(*rows: str) -> ContentFile[bytes]:
    return ContentFile("\n".join(("קוד,רשות,מספר,הערה", *rows, "")).encode(), name="x.csv")


def load(by: Account, *rows: str, mode: str | None = Mode.ALL) -> ImportFile:
    return import_now(by=by, kind=Notes.kind, file=csv(*rows), name="x.csv", mode=mode)[0]


def loaded() -> dict[str, str]:
    return dict(Source.objects.values_list("code", "name_he"))


def test_a_preview_writes_nothing_and_says_what_each_row_becomes(
    system: Account, places: dict[str, Place]
) -> None:
    save_source(by=system, code="b", name_he="2")
    save_source(by=system, code="c", name_he="3")
    found = load(
        system, "a,1,1,", "b,1,20,", "c,2,3,", "d,1,-4,", "e,9,5,", ",,,", 'סה"כ,,33,', "f,1,,", mode=None
    )
    assert loaded() == {"b": "2", "c": "3"}
    rows = {row.raw["קוד"]: row for row in found.rows.all()}
    statuses = {code: row.status for code, row in rows.items()}
    assert statuses == {
        "a": RowStatus.NEW,
        "b": RowStatus.CHANGED,
        "c": RowStatus.UNCHANGED,
        "d": RowStatus.PROBLEM,
        "e": RowStatus.PROBLEM,
        "f": RowStatus.PROBLEM,
        'סה"כ': RowStatus.LEFT_OUT,
    }
    assert rows["b"].changes == {"number": ["2", "20"]}
    assert rows["d"].problems[0]["field"] == "number"
    assert "below zero" in rows["d"].problems[0]["reason"]
    assert rows["e"].problems == [{"field": "", "reason": "no such place", "hint": "look again"}]
    assert "empty" in rows["f"].problems[0]["reason"]
    assert rows["f"].number == 9
    assert found.unknown_columns == ["הערה"]
    assert found.counts == {"new": 1, "changed": 1, "unchanged": 1, "problem": 3, "left_out": 1}


def test_all_or_nothing(system: Account, places: dict[str, Place]) -> None:
    with pytest.raises(NotReady, match="1 row has a problem"):
        load(system, "a,1,1,", "b,1,x,")
    assert loaded() == {}


def test_all_rows_that_are_understood(system: Account, places: dict[str, Place]) -> None:
    found = load(system, "a,1,1,", "b,1,x,", mode=Mode.UNDERSTOOD)
    assert loaded() == {"a": "1"}
    assert (found.status, found.applied_by, found.mode) == (FileStatus.APPLIED, system, Mode.UNDERSTOOD)


def test_the_same_file_twice_changes_nothing(system: Account, places: dict[str, Place]) -> None:
    load(system, "a,1,1,", "b,2,2,")
    events = AuditEvent.objects.filter(action="sources.save").count()
    again = load(system, "a,1,1,", "b,2,2,")
    assert again.counts == {"unchanged": 2}
    assert again.to_apply == 0
    assert AuditEvent.objects.filter(action="sources.save").count() == events


def test_loading_a_loaded_file_again_is_refused(system: Account, places: dict[str, Place]) -> None:
    found = load(system, "a,1,1,")
    with pytest.raises(NotReady, match="already"):
        apply_file(by=system, import_file=found, mode=Mode.ALL)
    with pytest.raises(NotReady, match="has been loaded"):
        read_file(by=system, import_file=found)


def test_repeated_rows_are_left_out_and_contradictions_are_problems(
    system: Account, places: dict[str, Place]
) -> None:
    found = load(system, "a,1,1,", "a,1,1,", "b,1,2,", "b,1,3,", "c,1,5,", mode=Mode.UNDERSTOOD)
    by_number = {row.number: row for row in found.rows.all()}
    assert [by_number[n].status for n in range(2, 7)] == ["new", "left_out", "problem", "problem", "new"]
    assert "row 2" in by_number[3].problems[0]["reason"]
    assert "Row 5" in by_number[4].problems[0]["reason"]
    assert loaded() == {"a": "1", "c": "5"}


def test_a_failure_in_the_middle_leaves_nothing(
    system: Account, places: dict[str, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Notes, "fail_after", 2)
    with pytest.raises(LoadRefused, match="Nothing was loaded: the world has changed"):
        load(system, "a,1,1,", "b,1,2,", "c,1,3,")
    assert Notes.written == 2
    assert loaded() == {}
    found = ImportFile.objects.get()
    assert found.status == FileStatus.READY
    monkeypatch.setattr(Notes, "fail_after", None)
    apply_file(by=system, import_file=found, mode=Mode.ALL)
    assert loaded() == {"a": "1", "b": "2", "c": "3"}


def test_rows_are_understood_afresh_when_they_are_loaded(system: Account, places: dict[str, Place]) -> None:
    found = load(system, "a,1,1,", "b,2,2,", mode=None)
    Place.objects.filter(code="2").update(code="22")
    with pytest.raises(LoadRefused, match="row 3 can no longer be understood"):
        apply_file(by=system, import_file=found, mode=Mode.ALL)
    assert loaded() == {}


def test_rows_of_other_places_are_problems(system: Account, places: dict[str, Place]) -> None:
    integrator = someone(system, Role.INTEGRATOR, places["1"])
    found = load(integrator, "a,1,1,", "b,2,2,", mode=Mode.UNDERSTOOD)
    assert loaded() == {"a": "1"}
    assert "not yours" in found.rows.get(number=3).problems[0]["reason"]
    steward = someone(system, Role.DATA_STEWARD, places["IL"])
    load(steward, "b,2,2,")
    assert loaded() == {"a": "1", "b": "2"}


def test_who_may_not_import_may_not_bring_a_file(system: Account, places: dict[str, Place]) -> None:
    worker = someone(system, Role.SOCIAL_WORKER, places["1"])
    with pytest.raises(PermissionDenied):
        take_in(by=worker, kind=Notes.kind, file=csv(), name="x.csv")


def test_national_files_are_for_whoever_looks_after_the_nation(
    system: Account, places: dict[str, Place]
) -> None:
    integrator = someone(system, Role.INTEGRATOR, places["1"])
    content = ContentFile("slug,שם בעברית\nhuman_services,מענים\n".encode(), name="t.csv")
    found, counts = import_now(by=integrator, kind="taxonomy", file=content, name="t.csv", mode=None)
    assert counts == {"problem": 1}
    assert "whole nation" in found.rows.get().problems[0]["reason"]


def test_a_file_that_cannot_be_read_keeps_its_reason(system: Account) -> None:
    found = take_in(by=system, kind=Notes.kind, file=ContentFile(b"%PDF-1.4", name="x"), name="x.csv")
    name = str(found.file)
    with TestCase.captureOnCommitCallbacks(execute=True):
        found = read_file(by=system, import_file=found)
    assert not default_storage.exists(name), "it may be anything, also a list of people"
    assert (found.status, found.rows.count()) == (FileStatus.REFUSED, 0)
    assert "a PDF" in found.message
    with pytest.raises(NotReady, match="not been read"):
        apply_file(by=system, import_file=found, mode=Mode.ALL)


def test_a_fault_far_down_leaves_no_rows(system: Account, places: dict[str, Place]) -> None:
    rows = [f"k{n},1,{n}," for n in range(1500)]
    with pytest.raises(FileRefused, match="never closed"):
        load(system, *rows, 'z,1,1,"open', "y,1,2,")
    assert ImportRow.objects.count() == 0
    assert loaded() == {}


def test_files_beyond_the_limit_are_refused(system: Account, settings: Any) -> None:
    settings.IMPORT_MAX_BYTES = 1024
    with pytest.raises(FileRefused, match="at most 0 MB"):
        take_in(by=system, kind=Notes.kind, file=ContentFile(b"x" * 2000, name="x"), name="x")
    assert not ImportFile.objects.exists()


def test_names_of_files_never_become_paths(system: Account) -> None:
    found = take_in(by=system, kind=Notes.kind, file=csv(), name="../../etc/passwd")
    assert found.file.name.startswith("imports/")
    assert "passwd" not in found.file.name
    assert found.name == "../../etc/passwd"
