"""One file: a tar stream inside an age file, written and read as it flows, never whole in memory or in clear.

    about.json        what, when, by which version: read first
    database/000001…  pg_dump's custom format, cut into parts (tar must know sizes beforehand)
    files/…           what people uploaded
    manifest.json     counts, checksums and the catalogue: last, so its presence proves a whole file

Without Maarag: `age -d -i KEY FILE | tar x; cat database/* > dump; pg_restore -d NAME dump`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import IO, Any, cast

import pyrage

from ..errors import N_
from .errors import BackupError, Damaged, NoRoom
from .keys import Identity, Recipient

FORMAT = 1
PART = 4 * 2**20  # bytes of one part of the dump
AGE_MARK = b"age-encryption.org/v1\n"
ABOUT, MANIFEST, DATABASE, FILES = "about.json", "manifest.json", "database/", "files/"


class Archive:
    """Appends members to the stream. `sent` counts bytes; `sums` keeps the SHA-256 of dump and files."""

    def __init__(self, stream: IO[bytes], report: Callable[[int], None]) -> None:
        self._tar = tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self._report = report
        self._parts = 0
        self.sums: dict[str, str] = {}

    def add_json(self, name: str, value: object) -> None:
        self._add(name, json.dumps(value, ensure_ascii=False, indent=1).encode())

    def add_dump(self, source: IO[bytes]) -> int:
        """Everything that `source` gives, in parts; the number of bytes."""
        digest, total = hashlib.sha256(), 0
        while part := _exactly(source, PART):
            self._parts += 1
            self._add(f"{DATABASE}{self._parts:06}", part)
            digest.update(part)
            total += len(part)
        self.sums[DATABASE] = digest.hexdigest()
        return total

    def add_file(self, path: Path, name: str) -> int:
        """One uploaded file; its size. An error when it changes while it is read."""
        with path.open("rb") as source:
            size = os.fstat(source.fileno()).st_size
            watched = _Summing(source)
            entry = tarfile.TarInfo(FILES + name)
            entry.size, entry.mode = size, 0o600
            self._tar.addfile(entry, cast("IO[bytes]", watched))
        self.sums[FILES + name] = watched.digest.hexdigest()
        self._report(size)
        return size

    def close(self) -> None:
        self._tar.close()

    def abandon(self) -> None:
        """Write nothing more, not even an end."""
        self._tar.fileobj.closed = True  # type: ignore[attr-defined]

    def _add(self, name: str, content: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(content), 0o600
        self._tar.addfile(entry, io.BytesIO(content))
        self._report(len(content))


@contextmanager
def written(
    path: Path, recipients: Sequence[Recipient], report: Callable[[int], None] = lambda _n: None
) -> Iterator[Archive]:
    """Write a new file at `path`, mode 0600, on the disk when the block ends; the caller renames it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        faults: list[Exception] = []
        reading, writing = os.pipe()

        def encrypt() -> None:
            with os.fdopen(reading, "rb") as clear:
                try:
                    pyrage.encrypt_io(clear, _Remembering(target, faults), list(recipients))
                except Exception as error:  # whatever it is, it is raised again where the block is
                    faults.append(error)

        thread = threading.Thread(target=encrypt, name="encrypting", daemon=True)
        thread.start()
        try:
            with os.fdopen(writing, "wb") as stream:
                archive = Archive(stream, report)
                try:
                    yield archive
                    archive.close()
                except BaseException:
                    archive.abandon()
                    raise
        except BrokenPipeError:
            pass  # the other side has told why
        finally:
            thread.join()
        if faults:
            raise _unwritten(path, faults[0]) from faults[0]
        try:
            target.flush()
            os.fsync(target.fileno())
        except OSError as error:
            raise _unwritten(path, error) from error


@contextmanager
def opened(path: Path, identities: Sequence[Identity]) -> Iterator[Contents]:
    """Read a file. Damage is noticed when its place is reached, and at the end at the latest."""
    try:
        source = path.open("rb")
    except OSError as error:
        raise BackupError(
            N_("%(file)s cannot be read: %(reason)s."),
            N_("Check its name, and that this account may read it."),
            file=path,
            reason=error.strerror or error,
        ) from error
    with source:
        if source.read(len(AGE_MARK)) != AGE_MARK:
            raise Damaged(
                N_("%(file)s is not a backup of Maarag."),
                N_("A backup is an age file, as `maarag backup` writes it."),
                file=path,
            )
        source.seek(0)
        faults: list[Exception] = []
        reading, writing = os.pipe()

        def decrypt() -> None:
            with suppress(BrokenPipeError), os.fdopen(writing, "wb") as clear:
                try:
                    pyrage.decrypt_io(source, _Remembering(clear, []), list(identities))
                except Exception as error:  # told to whoever reads
                    faults.append(error)

        thread = threading.Thread(target=decrypt, name="decrypting", daemon=True)
        thread.start()
        contents: Contents | None = None
        try:
            with os.fdopen(reading, "rb") as stream:
                contents = Contents(path, stream, faults, thread)
                yield contents
        finally:
            thread.join()


class Contents:
    """What a backup holds, in its order: call about(), then dump(), then files(), then manifest()."""

    def __init__(
        self, path: Path, stream: IO[bytes], faults: list[Exception], thread: threading.Thread
    ) -> None:
        self._path, self._stream, self._faults, self._thread = path, stream, faults, thread
        self._tar: tarfile.TarFile | None = None
        self._entry: tarfile.TarInfo | None = None
        self.sums: dict[str, str] = {}

    def about(self) -> dict[str, Any]:
        """The first member; refuses what another version of the format wrote."""
        with self._trusted():
            self._tar = tarfile.open(fileobj=self._stream, mode="r|")  # noqa: SIM115
        self._next()
        about = self._json(ABOUT)
        if about.get("format") != FORMAT:
            raise Damaged(
                N_("%(file)s is in format %(found)s of backups; this version reads format %(ours)s."),
                N_("Restore it with the version of Maarag that wrote it (%(version)s)."),
                file=self._path,
                found=about.get("format", "?"),
                ours=FORMAT,
                version=about.get("maarag", "?"),
            )
        self._next()
        return about

    def dump(self) -> Iterator[bytes]:
        """The parts of the database's dump."""
        digest, number = hashlib.sha256(), 0
        while self._entry is not None and self._entry.name.startswith(DATABASE):
            number += 1
            if self._entry.name != f"{DATABASE}{number:06}":
                raise self._damaged()
            part = self._content()
            digest.update(part)
            yield part
            self._next()
        self.sums[DATABASE] = digest.hexdigest()

    def files(self) -> Iterator[tuple[str, IO[bytes]]]:
        """(relative name, content) of each uploaded file. A name that leads elsewhere is refused."""
        while self._entry is not None and self._entry.name.startswith(FILES):
            full = self._entry.name
            name = full.removeprefix(FILES)
            parts = name.split("/")
            if not self._entry.isreg() or any(part in ("", ".", "..") for part in parts) or "\0" in name:
                raise self._damaged()
            assert self._tar is not None
            source = self._tar.extractfile(self._entry)
            assert source is not None
            watched = _Summing(source, self._trusted)
            yield name, cast("IO[bytes]", watched)
            while watched.read(PART):
                pass
            self.sums[full] = watched.digest.hexdigest()
            self._next()

    def manifest(self) -> dict[str, Any]:
        """The last member. Raises Damaged when the file does not end where it should, or its sums differ."""
        found = self._json(MANIFEST)
        self._next()
        if self._entry is not None:
            raise self._damaged()
        with self._trusted():
            while self._stream.read(PART):  # to the very end: age's last block is checked there
                pass
        self._thread.join()
        self._check_faults()
        if found.get("sha256") != self.sums:
            raise self._damaged()
        return found

    def _json(self, name: str) -> dict[str, Any]:
        if self._entry is None or self._entry.name != name:
            raise self._damaged()
        try:
            found = json.loads(self._content())
        except ValueError:
            raise self._damaged() from None
        if not isinstance(found, dict):
            raise self._damaged()
        return found

    def _content(self) -> bytes:
        assert self._tar is not None
        assert self._entry is not None
        with self._trusted():
            source = self._tar.extractfile(self._entry)
            content = source.read() if source else b""
            if len(content) != self._entry.size:
                raise tarfile.ReadError
        return content

    def _next(self) -> None:
        assert self._tar is not None
        with self._trusted():
            self._entry = self._tar.next()
            self._tar.members.clear()  # type: ignore[attr-defined]  # else they pile up

    @contextmanager
    def _trusted(self) -> Iterator[None]:
        """Tell a fault of the encryption before the fault of the tar stream that follows from it."""
        try:
            yield
        except (tarfile.TarError, EOFError) as error:
            self._stream.close()
            self._thread.join()
            self._check_faults()
            raise self._damaged() from error

    def _check_faults(self) -> None:
        for fault in self._faults:
            if isinstance(fault, OSError) and fault.errno:
                raise BackupError(
                    N_("%(file)s cannot be read: %(reason)s."),
                    N_("Check its name, and that this account may read it."),
                    file=self._path,
                    reason=fault.strerror,
                ) from fault
            if "No matching keys" in str(fault):
                raise Damaged(
                    N_("%(file)s was written for another key, or its beginning is damaged."),
                    N_("Name the private key that belongs to it with --identity FILE."),
                    file=self._path,
                ) from fault
            raise self._damaged() from fault

    def _damaged(self) -> Damaged:
        return Damaged(
            N_("%(file)s is damaged or cut off; nothing was restored from it."),
            N_("Fetch it again from where it is kept, or take another backup."),
            file=self._path,
        )


class _Remembering:
    """A writer that keeps the error itself: pyrage passes on only its text."""

    def __init__(self, target: IO[bytes], faults: list[Exception]) -> None:
        self._target, self._faults = target, faults

    def write(self, content: bytes) -> int:
        try:
            return self._target.write(content)
        except OSError as error:
            self._faults.append(error)
            raise

    def flush(self) -> None:
        self._target.flush()


class _Summing:
    """A reader that computes the SHA-256 of what passes; it reads inside the context `within`."""

    def __init__(
        self, source: IO[bytes], within: Callable[[], AbstractContextManager[None]] = nullcontext
    ) -> None:
        self._source, self._within = source, within
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        with self._within():
            content = self._source.read(size)
        self.digest.update(content)
        return content


def _exactly(source: IO[bytes], size: int) -> bytes:
    """`size` bytes, fewer only at the end."""
    pieces: list[bytes] = []
    while size and (piece := source.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _unwritten(path: Path, error: Exception) -> BackupError:
    full = isinstance(error, OSError) and error.errno == 28
    kind = NoRoom if full else BackupError
    return kind(
        N_("The backup in %(folder)s was not finished: %(reason)s. Earlier backups are untouched."),
        N_("Free some space, or name another folder."),
        folder=path.parent,
        reason=getattr(error, "strerror", None) or error,
    )
