"""Taking a file in, reading it, and loading its rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.db import DatabaseError, OperationalError, transaction
from django.db.models import Count as CountRows
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import holds_somewhere
from maarag.kernel.audit.actions import record
from maarag.kernel.jobs.queries import is_open

from .importer import Understood, importer_of
from .models import FileStatus, ImportFile, ImportRow, Mode, RowStatus
from .reading import FileRefused, HoldsPeople, encoding_name, open_table, refuse_ids_of_people
from .understanding import RawRow, Understanding, settle_duplicates, store

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account

SILENCE = timedelta(minutes=2)
"""How long a file may be worked on without a sign of it, before the work counts as interrupted."""
_IN_ORDER = [RowStatus.NEW, RowStatus.CHANGED]


class NotReady(Exception):
    """The file cannot be loaded now; the text says why."""


class LoadRefused(Exception):
    """Loading failed and nothing was written; the text says why."""


def must_import(by: Account) -> None:
    """Raise PermissionDenied unless the account may load data."""
    if not (by.is_system or holds_somewhere(by, Permission.IMPORT_DATA)):
        raise PermissionDenied


def take_in(
    *,
    by: Account,
    kind: str,
    file: File[bytes],
    name: str,
    sheet: str = "",
    options: Mapping[str, str] | None = None,
) -> ImportFile:
    """Keep the file as it came. Raises FileRefused for one that is too large, UnknownKind,
    PermissionDenied.
    """
    must_import(by)
    importer_of(kind)
    limit = settings.IMPORT_MAX_BYTES
    if file.size > limit:
        raise FileRefused(
            _("The file has %(size)s MB; at most %(limit)s MB can be loaded at once. Divide it into parts.")
            % {"size": file.size // (1024 * 1024) + 1, "limit": limit // (1024 * 1024)}
        )
    digest = hashlib.sha256()
    for chunk in file.chunks(1024 * 1024):
        digest.update(chunk)
    file.seek(0)
    with transaction.atomic():
        kept = ImportFile(
            kind=kind,
            name=name[-255:],
            sha256=digest.hexdigest(),
            size=file.size,
            sheet=sheet,
            uploaded_by=by,
            options=dict(options or {}),
        )
        kept.file.save("file", file, save=False)
        kept.save()
        record(
            by=by,
            action="imports.take_in",
            subject=kept,
            changes={"kind": [None, kind], "sha256": [None, kept.sha256]},
        )
    return kept


def read_file(
    *, by: Account, import_file: ImportFile, sheet: str | None = None, anew: bool = False
) -> ImportFile:
    """Read every row and work out what it will become; also a second time, with another sheet.

    A file that cannot be read gets the status REFUSED and its message; nothing is raised for it. It is kept
    only where another of its sheets was asked for and it holds no people's ids: what nobody can read may be
    a list of people that was brought here by mistake. Raises NotReady where it is being read or loaded at
    this moment, was loaded, or was not kept. `anew`: a reading that may be under way counts as dead; should
    it be alive, it is told so at its next row and stops.
    """
    must_import(by)
    with transaction.atomic():
        found = ImportFile.objects.select_for_update().get(pk=import_file.pk)
        if not anew:
            _refuse_if_busy(found)
        if found.status == FileStatus.APPLIED:
            raise NotReady(_("The file has been loaded."))
        if not found.file:
            raise NotReady(_("The file was not kept. Bring it again."))
        found.turn += 1
        found.status, found.seen_at, found.message, found.rows_read = (
            FileStatus.READING,
            timezone.now(),
            "",
            0,
        )
        if sheet is not None:
            found.sheet = sheet
        found.save()
        ImportRow.objects.filter(import_file=found).delete()
    try:
        _read(found, by)
    except FileRefused as error:
        with transaction.atomic():
            _still_ours(found)
            found.status, found.message, found.counts = FileStatus.REFUSED, str(error), {}
            if sheet is None or isinstance(error, HoldsPeople):
                transaction.on_commit(partial(found.file.storage.delete, str(found.file.name)))
                found.file = ""
            found.save()
            ImportRow.objects.filter(import_file=found).delete()
    except BaseException:
        with suppress(DatabaseError):  # it may be the database that interrupted
            ImportFile.objects.filter(pk=found.pk, turn=found.turn).update(
                status=FileStatus.REFUSED, message=_("Reading was interrupted. Read the file again.")
            )
        raise
    return found


def _still_ours(found: ImportFile) -> None:
    """Give a sign of work, and hold the file's row until the transaction ends.

    Raises NotReady where somebody began to read the file anew, so that two readings never mix their rows.
    """
    found.seen_at = timezone.now()
    ours = ImportFile.objects.filter(pk=found.pk, turn=found.turn)
    if not ours.update(seen_at=found.seen_at, rows_read=found.rows_read):
        raise NotReady(_("The file is being worked on at this moment."))


def _read(found: ImportFile, by: Account) -> None:
    kind = importer_of(found.kind)
    with found.file.open("rb") as stream:
        table = open_table(
            stream,
            kind.headers(),
            required=kind.needed_columns(),
            sheet=found.sheet,
            outline=kind.outline_rows,
        )
        found.encoding, found.sheet, found.sheets = encoding_name(table), table.sheet, list(table.sheets)
        names = table.columns.names
        found.columns = {names[at]: name for at, name in table.columns.field_of.items()}
        found.unknown_columns = [*table.columns.unknown, *table.columns.twice]
        found.header_row = table.header_number
        importer = kind(by=by, file_name=found.name, columns=found.columns, options=found.options)
        understanding = Understanding(importer, found.columns, by)

        def raws() -> Iterator[RawRow]:
            return (RawRow(row.number, row.cells, row.is_total) for row in table.rows())

        # before anything of it is written down
        refuse_ids_of_people(raw.cells for raw in raws())
        understanding.survey(raws())
        for outcomes in understanding.outcomes(raws()):
            found.rows_read += len(outcomes)
            with transaction.atomic():
                _still_ours(found)
                store(found, outcomes)
    if not found.rows_read:
        raise FileRefused(_("The file has no rows below its header."))
    with transaction.atomic():
        _still_ours(found)
        settle_duplicates(found)
        found.counts = counts_of(found)
        found.status = FileStatus.READY
        found.save()


def counts_of(import_file: ImportFile) -> dict[str, int]:
    """Rows by status."""
    found = (
        ImportRow.objects.filter(import_file=import_file).values_list("status").annotate(n=CountRows("pk"))
    )
    return dict(found.order_by())


def lock_of(import_file: ImportFile) -> str:
    """Jobs about the same file run one after the other."""
    return f"import-{import_file.pk}"


def _refuse_if_busy(found: ImportFile) -> None:
    busy = found.status == FileStatus.READING
    if busy and found.seen_at and timezone.now() - found.seen_at < SILENCE:
        raise NotReady(_("The file is being worked on at this moment."))


def is_working(import_file: ImportFile) -> bool:
    """Whether somebody reads or loads the file at this moment, or will as soon as a worker is free."""
    if is_open(lock_of(import_file)):
        return True
    if import_file.status == FileStatus.READING:
        return bool(import_file.seen_at and timezone.now() - import_file.seen_at < SILENCE)
    if import_file.status != FileStatus.READY:
        return False
    with transaction.atomic():
        held = ImportFile.objects.select_for_update(skip_locked=True).filter(pk=import_file.pk)
        return not held.exists()


def apply_file(*, by: Account, import_file: ImportFile, mode: str) -> ImportFile:
    """Load the rows in one transaction; a second call, also at the same moment, loads nothing again.

    Mode ALL refuses a file with problems. Raises NotReady, LoadRefused; then nothing was written.
    """
    must_import(by)
    try:
        with transaction.atomic():
            found = _locked(import_file)
            _check_ready(found, mode)
            applied = _apply(found, by)
            found.status, found.mode = FileStatus.APPLIED, Mode(mode)
            found.applied_by, found.applied_at, found.message = by, timezone.now(), ""
            found.save()
            record(
                by=by,
                action="imports.apply",
                subject=found,
                changes={"mode": [None, mode], "loaded": [None, applied], "rows": [None, found.counts]},
            )
    except (ValidationError, PermissionDenied, ValueError, DatabaseError) as error:
        raise LoadRefused(_("Nothing was loaded: %(why)s") % {"why": _reason(error)}) from error
    return found


def _locked(import_file: ImportFile) -> ImportFile:
    """The file's row, held until the transaction ends; whoever loads the same file meanwhile is told so at
    once.
    """
    try:
        return ImportFile.objects.select_for_update(nowait=True).get(pk=import_file.pk)
    except OperationalError as error:
        raise NotReady(_("The file is being loaded at this moment.")) from error


def _check_ready(found: ImportFile, mode: str) -> None:
    if found.status == FileStatus.APPLIED:
        raise NotReady(_("The file has been loaded already; nothing was loaded again."))
    if found.status != FileStatus.READY:
        raise NotReady(_("The file has not been read to its end."))
    if mode not in Mode.values:
        raise NotReady(_("Choose whether to load all rows or those that are understood."))
    if mode == Mode.ALL and found.count(RowStatus.PROBLEM):
        faulty = found.count(RowStatus.PROBLEM)
        words = ngettext(
            "%(number)s row has a problem, so nothing was loaded. Correct it, or load the rows that are "
            "understood.",
            "%(number)s rows have problems, so nothing was loaded. Correct them, or load the rows that are "
            "understood.",
            faulty,
        )
        raise NotReady(words % {"number": faulty})
    kind = importer_of(found.kind)
    if kind.is_whole and found.count(RowStatus.PROBLEM):
        raise NotReady(_("This file is taken whole: correct the rows that have problems, and load it again."))


def _apply(found: ImportFile, by: Account) -> int:
    """Understand the rows afresh, for the world may have changed since, and hand them to the importer."""
    kind = importer_of(found.kind)
    importer = kind(by=by, file_name=found.name, columns=found.columns, options=found.options)
    understanding = Understanding(importer, found.columns, by)
    rows = ImportRow.objects.filter(import_file=found).order_by("number", "id").only("number", "raw")
    understanding.survey(_raws(rows))
    wanted = rows if kind.is_whole else rows.filter(status__in=_IN_ORDER)
    if not found.to_apply and not kind.is_whole:
        return 0
    applied = 0
    whole: list[Understood] = []
    for outcomes in understanding.outcomes(
        _raws(wanted.exclude(status__in=[RowStatus.PROBLEM, RowStatus.LEFT_OUT]))
    ):
        batch: list[Understood] = []
        for outcome in outcomes:
            if outcome.understood is None:
                why = outcome.problems[0].reason if outcome.problems else ""
                raise ValidationError(
                    _("row %(row)s can no longer be understood (%(why)s). Read the file again.")
                    % {"row": outcome.raw.number, "why": why}
                )
            if kind.is_whole or outcome.status in _IN_ORDER:
                batch.append(outcome.understood)
        applied += sum(outcome.status in _IN_ORDER for outcome in outcomes)
        if kind.is_whole:
            whole += batch
        elif batch:
            importer.apply(batch)
    if whole:
        importer.apply(whole)
    return applied


def _raws(rows: Any) -> Iterator[RawRow]:
    return (RawRow(row.number, row.raw) for row in rows.iterator(chunk_size=2000))


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return " ".join(error.messages[:5])
    if isinstance(error, PermissionDenied):
        return _("you may not change some of these records.")
    if isinstance(error, DatabaseError):
        return _("the database refused a value. Tell whoever looks after the system.")
    return str(error)


def import_now(
    *,
    by: Account,
    kind: str,
    file: File[bytes],
    name: str,
    mode: str | None,
    sheet: str = "",
    options: Mapping[str, str] | None = None,
) -> tuple[ImportFile, Mapping[str, int]]:
    """Take in, read and, unless `mode` is None, load in one call; returns the file and its counts.

    Raises FileRefused, NotReady, LoadRefused, UnknownKind.
    """
    found = read_file(
        by=by, import_file=take_in(by=by, kind=kind, file=file, name=name, sheet=sheet, options=options)
    )
    if found.status == FileStatus.REFUSED:
        raise FileRefused(found.message)
    if mode is not None:
        found = apply_file(by=by, import_file=found, mode=mode)
    return found, found.counts
