"""File locks that the kernel releases by itself when their holders die, however they die."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAUSE = 0.02


class Busy(TimeoutError):
    """The lock was not free within the time given."""


def acquire(path: Path, *, shared: bool = False, timeout: float = 0.0) -> int:
    """Open `path` (made 0600) and lock it; the descriptor holds the lock until its last copy closes."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    deadline = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return descriptor
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(descriptor)
                raise Busy(str(path)) from None
            time.sleep(PAUSE)
        except BaseException:
            os.close(descriptor)
            raise


@contextmanager
def held(path: Path, *, shared: bool = False, timeout: float = 0.0) -> Iterator[int]:
    """Hold the lock for the block."""
    descriptor = acquire(path, shared=shared, timeout=timeout)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def is_free(path: Path) -> bool:
    """Whether nobody holds the lock now. Does not make the file."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
