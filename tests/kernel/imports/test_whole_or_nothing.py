"""Whatever is done to a file or to the process that loads it: all of its rows, or none."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import hypothesis
import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction
from hypothesis import strategies as st

from maarag.kernel.access.actions import system_account
from maarag.kernel.imports.actions import LoadRefused, NotReady, apply_file, import_now, read_file, take_in
from maarag.kernel.imports.models import FileStatus, ImportFile, ImportRow, Mode
from maarag.kernel.imports.reading import FileRefused
from maarag.kernel.taxonomy.models import Term

from .conftest import workbook

HEAD = ["slug", "שם בעברית", "שם באנגלית"]
ROWS = [
    ["human_services", "מענים", "Responses"],
    ["human_services:food", "מזון", "Food"],
    ["human_services:food:meals", "ארוחות, חמות", "Meals"],
    ["human_services:care", 'טיפול "יומי"', "Care"],
]
CSV = "\r\n".join(
    ",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in [HEAD, *ROWS]
)
FILES = {
    "csv": CSV.encode(),
    "windows": CSV.encode("cp1255"),
    "utf-16": CSV.encode("utf-16"),
    "xlsx": workbook(("S", [HEAD, *ROWS])),
    "json": json.dumps([dict(zip(HEAD, row, strict=True)) for row in ROWS], ensure_ascii=False).encode(),
    "lines": "\n".join(json.dumps(dict(zip(HEAD, row, strict=True))) for row in ROWS).encode(),
}
HURTS = (
    b"\x00",
    b"\xff",
    b'"',
    b"\n",
    b",",
    b"=",
    b"\\u0000",
    b"\\ud800",
    b"[" * 80,
    b"9" * 400,
    b"\xe2\x80\xae",
)


@st.composite
def hurt(draw: st.DrawFn, names: list[str]) -> tuple[str, bytes]:
    """A valid file with up to four wounds: bytes changed, put in, taken out, repeated, or cut off."""
    name = draw(st.sampled_from(names))
    content = bytearray(FILES[name])
    for _wound in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        length = draw(st.integers(0, 12))
        how = draw(st.sampled_from(["change", "insert", "remove", "repeat", "cut"]))
        if how == "change" and content:
            content[at] = draw(st.integers(0, 255))
        elif how == "insert":
            content[at:at] = draw(st.sampled_from(HURTS) | st.binary(max_size=8))
        elif how == "remove":
            del content[at : at + length]
        elif how == "repeat":
            content[at:at] = content[at : at + length] * 3
        elif how == "cut":
            del content[at:]
    return name, bytes(content)


def load(content: bytes, mode: str) -> str:
    """What became of it; the terms are as many as rows were loaded, or none."""
    with transaction.atomic():
        before = Term.objects.count()
        try:
            file = ContentFile(content, name="t")
            found, counts = import_now(
                by=system_account(), kind="taxonomy", file=file, name="t.csv", mode=mode
            )
        except (FileRefused, NotReady, LoadRefused) as refusal:
            outcome, told, least = "refused", str(refusal), before
        else:
            outcome, told, least = "loaded", found.status.label, before + counts.get("new", 0)
        assert told
        assert Term.objects.count() == least, told
        transaction.set_rollback(True)
    return outcome


def try_wounds(names: list[str], number: int) -> dict[str, int]:
    outcomes: dict[str, int] = {}

    @hypothesis.seed(20261121)
    @hypothesis.settings(
        max_examples=number, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck)
    )
    @hypothesis.given(wounded=hurt(names), mode=st.sampled_from([Mode.ALL.value, Mode.UNDERSTOOD.value]))
    def wound(wounded: tuple[str, bytes], mode: str) -> None:
        outcome = load(wounded[1], mode)
        outcomes[outcome] = outcomes.get(outcome, 0) + 1

    wound()
    return outcomes


@pytest.mark.django_db
def test_the_files_are_sound_before_they_are_hurt() -> None:
    assert {name: load(content, Mode.ALL) for name, content in FILES.items()} == dict.fromkeys(
        FILES, "loaded"
    )


@pytest.mark.django_db
def test_hurt_files() -> None:
    outcomes = try_wounds(["csv", "windows", "utf-16", "json", "lines"], 40)
    assert set(outcomes) == {"refused", "loaded"}, outcomes


@pytest.mark.proof
@pytest.mark.django_db
def test_hurt_files_at_length() -> None:
    assert try_wounds(["csv", "windows", "utf-16", "json", "lines"], 1500).keys() == {"refused", "loaded"}
    assert try_wounds(["xlsx"], 150).keys() >= {"refused"}


VICTIM = """
import os, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "maarag.config.settings.test"
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from maarag.kernel.access.actions import system_account
from maarag.kernel.imports import actions
from maarag.kernel.imports.importers.taxonomy import Taxonomy
from maarag.kernel.imports.models import ImportFile
from maarag.kernel.taxonomy.models import Term
real = Taxonomy.apply
def slowly(self, rows):
    real(self, rows)
    print(Term.objects.count(), flush=True)
    time.sleep(60)
Taxonomy.apply = slowly
actions.apply_file(by=system_account(), import_file=ImportFile.objects.get(), mode="all")
"""


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_of_loading() -> None:
    """SIGKILL after the rows were written and before the end: nothing is there, and it can be loaded anew."""
    by = system_account()
    file = ContentFile(FILES["csv"], name="t")
    found = read_file(by=by, import_file=take_in(by=by, kind="taxonomy", file=file, name="t.csv"))
    name = connection.settings_dict["NAME"]
    with subprocess.Popen([sys.executable, "-c", VICTIM, name], stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout is not None
        assert int(victim.stdout.readline()) == len(ROWS), "the rows are written"
        assert Term.objects.count() == 0, "and seen by nobody"
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    assert Term.objects.count() == 0
    assert ImportFile.objects.get().status == FileStatus.READY
    assert ImportRow.objects.count() == len(ROWS)
    apply_file(by=by, import_file=found, mode=Mode.ALL)
    assert Term.objects.count() == len(ROWS)
