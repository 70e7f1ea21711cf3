"""Two people press the button at once; a large file is worked on beside the request; a process dies."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext

from maarag.kernel.access.actions import system_account
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.imports import actions
from maarag.kernel.imports.actions import NotReady, apply_file, is_working, read_file, take_in
from maarag.kernel.imports.background import work
from maarag.kernel.imports.importers.taxonomy import Taxonomy
from maarag.kernel.imports.models import FileStatus, ImportFile, Mode
from maarag.kernel.jobs.inline import work_off
from maarag.kernel.jobs.models import Job
from maarag.kernel.taxonomy.models import Term
from tests.kernel.jobs.queue import emptied

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("empty_queue")]
CONTENT = "slug,שם בעברית\nhuman_services,מענים\nhuman_services:food,מזון\n"


@pytest.fixture
def empty_queue(transactional_db: None) -> Iterator[None]:
    emptied()
    yield
    emptied()


def ready() -> ImportFile:
    by = system_account()
    file = ContentFile(CONTENT.encode(), name="t.csv")
    return read_file(by=by, import_file=take_in(by=by, kind="taxonomy", file=file, name="t.csv"))


def test_two_at_once_load_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found, by = ready(), system_account()
    inside, results = threading.Event(), []
    real = Taxonomy.apply

    def slowly(self: Taxonomy, rows: Any) -> None:
        inside.set()
        time.sleep(0.5)
        real(self, rows)

    monkeypatch.setattr(Taxonomy, "apply", slowly)

    def load() -> None:
        try:
            apply_file(by=by, import_file=found, mode=Mode.ALL)
            results.append("loaded")
        except NotReady as error:
            results.append(str(error))
        finally:
            connection.close()

    first = threading.Thread(target=load)
    first.start()
    assert inside.wait(10)
    assert is_working(found)
    load()
    first.join()
    assert sorted(results) == ["The file is being loaded at this moment.", "loaded"]
    assert Term.objects.count() == 2
    assert not is_working(ImportFile.objects.get())


def test_a_large_file_is_read_and_loaded_beside_the_request(settings: Any) -> None:
    settings.IMPORT_BACKGROUND_BYTES = 1
    by = system_account()
    found = take_in(by=by, kind="taxonomy", file=ContentFile(CONTENT.encode(), name="t"), name="t.csv")
    for task, options, before, after in (
        (read_file, {}, FileStatus.WAITING, FileStatus.READY),
        (apply_file, {"mode": Mode.ALL}, FileStatus.READY, FileStatus.APPLIED),
    ):
        work(task, import_file=found, by=by, **options)
        found.refresh_from_db()
        assert (found.status, is_working(found)) == (before, True)
        with pytest.raises(NotReady, match="being worked on"):
            work(task, import_file=found, by=by, **options)
        assert work_off() == 1
        found.refresh_from_db()
        assert (found.status, is_working(found)) == (after, False)
    assert Term.objects.count() == 2


def test_what_goes_wrong_beside_the_request_is_shown_with_the_file(settings: Any) -> None:
    found = ready()
    settings.IMPORT_BACKGROUND_BYTES = 1
    with pytest.raises(NotReady, match="Choose whether to load"):
        work(apply_file, import_file=found, by=system_account(), mode="no such mode")
    with translation.override("he"):
        work(apply_file, import_file=found, by=system_account(), mode=Mode.ALL)
    apply_file(by=system_account(), import_file=found, mode=Mode.ALL)
    assert work_off() == 1
    found.refresh_from_db()
    with translation.override("he"):
        assert found.message == gettext("The file has been loaded already; nothing was loaded again.")
    assert Job.objects.get().status == "succeeded"


def test_a_job_that_is_run_again_loads_nothing_again(settings: Any) -> None:
    """As after a worker that died between its commit and telling of it."""
    found = ready()
    settings.IMPORT_BACKGROUND_BYTES = 1
    work(apply_file, import_file=found, by=system_account(), mode=Mode.ALL)
    for _run in range(2):
        assert work_off() == 1
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'todo'")
    found.refresh_from_db()
    assert (found.status, found.message) == (FileStatus.APPLIED, "")
    assert AuditEvent.objects.filter(action="imports.apply").count() == 1


def test_two_readings_never_mix_their_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reading that was thought dead goes on after another has begun: it stops at its next row."""
    found, by = ready(), system_account()
    real = actions.store
    begun: list[bool] = []

    def overtaken(import_file: ImportFile, outcomes: Any) -> None:
        if not begun:
            begun.append(True)
            transaction.on_commit(lambda: read_file(by=by, import_file=found, anew=True) and None)
        real(import_file, outcomes)

    monkeypatch.setattr(actions, "store", overtaken)
    with pytest.raises(NotReady, match="being worked on"):
        read_file(by=by, import_file=found)
    found.refresh_from_db()
    assert (found.status, found.counts, found.message) == (FileStatus.READY, {"new": 2}, "")
    assert found.rows.count() == 2


def test_reading_that_died_can_be_begun_anew() -> None:
    found = ready()
    ImportFile.objects.update(status=FileStatus.READING)
    found.refresh_from_db()
    with pytest.raises(NotReady, match="being worked on"):
        read_file(by=system_account(), import_file=found)
    ImportFile.objects.update(seen_at="2020-01-01T00:00:00Z")
    assert read_file(by=system_account(), import_file=found).counts == {"new": 2}


def test_a_connection_that_dies_while_loading_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ready()
    real = Taxonomy.apply

    def dies(self: Taxonomy, rows: Any) -> None:
        real(self, rows)
        assert Term.objects.count() == 2
        connection.connection.close()  # as when the process is killed: the server sees the client go

    monkeypatch.setattr(Taxonomy, "apply", dies)
    with pytest.raises(Exception, match=r"closed|Nothing was loaded"):
        apply_file(by=system_account(), import_file=found, mode=Mode.ALL)
    connection.close()
    assert Term.objects.count() == 0
    assert ImportFile.objects.get().status == FileStatus.READY
