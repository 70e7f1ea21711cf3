"""How often may be asked: so many times a minute, counted by each process in its own memory.

A site of several processes lets through as many times more; in return a flood of requests writes nothing.
"""

from __future__ import annotations

import threading
import time

from django.conf import settings

WINDOW = 60
_MOST_KNOWN = 50_000
_lock = threading.Lock()
_asked: dict[tuple[str, str, int], int] = {}


def seconds_to_wait(kind: str, who: str) -> int:
    """Count this question: 0 while `who` is within the limit of its kind, else the seconds to wait."""
    now = int(time.time())
    key = (kind, who, now // WINDOW)
    most: int = settings.API_LIMITS[kind]
    with _lock:
        if len(_asked) >= _MOST_KNOWN:
            _forget(now // WINDOW)
        _asked[key] = _asked.get(key, 0) + 1
        over = _asked[key] > most
    return WINDOW - now % WINDOW if over else 0


def forget() -> None:
    """Start counting anew."""
    with _lock:
        _asked.clear()


def _forget(window: int) -> None:
    for key in [key for key in _asked if key[2] != window]:
        del _asked[key]
    if len(_asked) >= _MOST_KNOWN:
        _asked.clear()
