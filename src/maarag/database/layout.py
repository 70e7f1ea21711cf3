"""Where everything of one embedded server lives, and who may touch it.

`home` holds the data directory `postgres`, the socket folder `run`, the password files in `secrets`, the log
and the lock files. Computing a layout never writes and never starts anything.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from . import account
from .account import Account
from .errors import N_, DatabaseError

DEFAULT_PORT = 5432
SOCKET_PATH_LIMIT = 103  # bytes, without the end mark: macOS allows 103, Linux 107
SYSTEM_STORE = Path("/var/lib/maarag")
SHORT_SOCKETS = Path("/tmp")  # noqa: S108 - fixed, so that every process finds the same folder; owner checked
SUPERUSER = "postgres"
OWNER = "maarag"
"""Owns the database and its tables; migrates, and does nothing else."""
APPLICATION = "maarag_app"
"""The login of the site and the workers: neither owner nor superuser, so that policies bind it."""
ONE_FAMILY = "maarag_one_family"
"""No login: the application becomes it for a transaction that may see the rows of one family alone."""
BACKUP = "maarag_backup"
"""Reads every row and writes none; for backups alone."""
DATABASE = "maarag"


def default_home(environ: Mapping[str, str] = os.environ) -> Path:
    """MAARAG_HOME, else `maarag` in the account's data folder (XDG)."""
    if chosen := environ.get("MAARAG_HOME"):
        return Path(chosen).expanduser()
    data = environ.get("XDG_DATA_HOME", "")
    base = Path(data) if os.path.isabs(data) else Path("~/.local/share").expanduser()
    return base / "maarag"


@dataclass(frozen=True)
class Layout:
    """Paths of one home. `home` is absolute, without symbolic links."""

    home: Path

    @classmethod
    def of(cls, home: Path) -> Layout:
        return cls(Path(home).expanduser().resolve())

    @cached_property
    def account(self) -> Account:
        return account.choose(self.link)

    @property
    def link(self) -> Path:
        """`<home>/postgres`: the data directory, or a symbolic link to it."""
        return self.home / "postgres"

    @cached_property
    def key(self) -> str:
        return hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]

    @cached_property
    def store(self) -> Path:
        """The home itself, or a system folder when root's private folders hide the home from the account."""
        if self.link.is_symlink():
            return self.link.resolve().parent
        return self.home if self.account.can_enter(self.home) else SYSTEM_STORE / self.key

    @property
    def data(self) -> Path:
        return self.store / "postgres"

    @cached_property
    def sockets(self) -> Path:
        """The folder of the unix socket: private, and short enough for the kernel."""
        folder = self.store / "run"
        if len(os.fsencode(folder / f".s.PGSQL.{65535}")) <= SOCKET_PATH_LIMIT:
            return folder
        return SHORT_SOCKETS / f"maarag-{self.account.uid}-{self.key}"

    def passfile(self, role: str) -> Path:
        """A libpq password file: the password is read at connection time and is never in the settings."""
        return self.home / "secrets" / f"{role}.pgpass"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def start_lock(self) -> Path:
        """Held while somebody starts or stops the server."""
        return self.home / "postgres.lock"

    @property
    def alive_lock(self) -> Path:
        """Held by every process of the server, inherited: free means that none is left."""
        return self.home / "postgres.alive"

    @property
    def users_lock(self) -> Path:
        """Held, shared, by every process that uses the server."""
        return self.home / "postgres.users"

    @property
    def keep_mark(self) -> Path:
        """Exists while the server should stay when its last user leaves."""
        return self.home / "postgres.keep"

    def prepare_home(self) -> None:
        """Make the home and the folder of secrets, and check that we may write there."""
        try:
            # others may pass through (root's server account must), and see nothing
            make_folders(self.home, 0o711 if self.account.drop else 0o700)
            make_folders(self.passfile(SUPERUSER).parent, 0o700)
        except OSError as error:
            raise unwritable(self.home, error) from error
        if not os.access(self.home, os.W_OK | os.X_OK) or os.statvfs(self.home).f_flag & os.ST_RDONLY:
            raise unwritable(self.home)

    def give_back(self) -> None:
        """As root in an ordinary account's home: leave nothing there that the account could not use again."""
        if not self.account.drop or self.home.stat().st_uid != self.account.uid:
            return
        secret = self.passfile(SUPERUSER).parent
        for path in (secret, *secret.iterdir(), *self.home.glob("postgres.*")):
            self.account.give(path)

    def prepare_store(self) -> None:
        """Make the folders that the server's account needs."""
        try:
            if self.store != self.home:
                make_folders(self.store, 0o711)
            if not self.sockets.exists():
                self.sockets.mkdir(mode=0o700)
                self.account.give(self.sockets)
        except FileExistsError:
            pass
        except OSError as error:
            raise unwritable(self.store, error) from error
        self.check_sockets()

    def check_sockets(self) -> None:
        """Refuse a socket folder that somebody else made: they could pose as our server."""
        found = self.sockets.lstat()
        allowed = {self.account.uid, 0} if self.account.drop else {self.account.uid}
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in allowed:
            raise DatabaseError(
                N_("The socket folder %(folder)s belongs to somebody else."),
                N_("Remove it, or choose a shorter MAARAG_HOME, so that the socket can live inside it."),
                folder=self.sockets,
            )
        if found.st_uid != self.account.uid:  # we died between making it and giving it away
            self.account.give(self.sockets)
        if found.st_mode & 0o077:
            self.sockets.chmod(0o700)

    def password(self, role: str) -> str:
        """The password of `role`, made on first need. Call under the start lock."""
        path = self.passfile(role)
        try:
            if saved := path.read_text(encoding="ascii").strip().rpartition(":")[2]:
                path.chmod(0o600)
                return saved
        except FileNotFoundError:
            pass
        fresh = secrets.token_urlsafe(32)
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"*:*:*:{role}:{fresh}\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        sync_folder(path.parent)
        return fresh


def make_folders(path: Path, mode: int) -> None:
    """Like mkdir -p, with `mode` for every folder made, whatever the umask."""
    if path.is_dir():
        return
    if path.parent != path:
        make_folders(path.parent, mode)
    try:
        path.mkdir(mode=mode)
        path.chmod(mode)
    except FileExistsError:
        if not path.is_dir():
            raise


def sync_folder(path: Path) -> None:
    """Make a rename inside `path` survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unwritable(folder: Path, error: OSError | None = None) -> DatabaseError:
    return DatabaseError(
        N_("The folder %(folder)s cannot be written: %(reason)s."),
        N_("Give this account the right to write there, or set MAARAG_HOME to another folder."),
        folder=folder,
        reason=(error.strerror or error) if error else os.strerror(13),
    )
