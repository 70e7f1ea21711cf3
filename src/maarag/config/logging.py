"""Logs without personal data: JSON lines in a real installation, plain lines in development.

What is written of a record: when, how grave, which logger, its fixed words with the numbers in them, and the
number of the request with the name of its view and the number of the account. What is not: any text that was
put into the words, the message of an exception, values of variables, addresses and what was typed.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from django.http import HttpRequest
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter
from pythonjsonlogger.json import JsonFormatter

OWN = ("maarag", "_granian")
"""Loggers whose words are fixed (a test holds ours to it), so that they are written even without numbers."""
FIXED_WORDS = (*OWN, "django", "psycopg")
"""Loggers that put what varies into arguments; of all others only the place in the code is written."""
EXTRAS = ("method", "status", "ms", "seconds", "count", "job", "task")
"""Names under which our own code may add a fact to a record: numbers and names from the code alone."""
FRAMES = 12
GAP = "…"


class Lines(JsonFormatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        return str(self.serialize_log_record(line_of(record)))  # type: ignore[arg-type]


def line_of(record: logging.LogRecord) -> dict[str, Any]:
    """The facts of a record that may be written."""
    line: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": words_of(record),
    }
    if not _is_of(record.name, OWN):
        line["where"] = f"{record.module}:{record.lineno}"
    line |= _request()
    if _is_of(record.name, ("maarag",)):
        line |= {name: value for name in EXTRAS if (value := record.__dict__.get(name)) is not None}
    if record.exc_info and record.exc_info[1] is not None:
        line["error"] = error_of(record.exc_info[1])
    return line


def words_of(record: logging.LogRecord) -> str:
    """The fixed words of a record, with the numbers that belong into them and a gap for every text."""
    if not isinstance(record.msg, str):
        return ""
    if not record.args:
        # the server writes whole tracebacks after its first line
        return record.msg.partition("\n")[0] if _is_of(record.name, OWN) else ""
    if not _is_of(record.name, FIXED_WORDS):
        return ""
    given = record.args
    shown: Any = (
        {key: _number(value) for key, value in given.items()}
        if isinstance(given, Mapping)
        else tuple(_number(value) for value in given)
    )
    try:
        return record.msg % shown
    except (TypeError, ValueError):
        return record.msg


def error_of(error: BaseException) -> list[dict[str, Any]]:
    """An exception and what caused it: their types and places in the code, never their messages."""
    found: list[dict[str, Any]] = []
    seen: BaseException | None = error
    while seen is not None and len(found) < 5:
        frames = traceback.extract_tb(seen.__traceback__)[-FRAMES:]
        one: dict[str, Any] = {
            "type": f"{type(seen).__module__}.{type(seen).__qualname__}",
            "at": [f"{_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
        }
        if isinstance(state := getattr(seen, "sqlstate", None), str):
            one["sqlstate"] = state
        found.append(one)
        seen = seen.__cause__ or seen.__context__
    return found


def _number(value: Any) -> Any:
    return value if isinstance(value, (int, float)) else GAP


def _place(filename: str) -> str:
    """The last parts of a path: maarag/desks/picture/views.py."""
    return "/".join(filename.split("/")[-4:])


def _is_of(name: str, families: tuple[str, ...]) -> bool:
    return any(name == family or name.startswith(f"{family}.") for family in families)


def _request() -> dict[str, Any]:
    from maarag.desks.health.observing import current

    observed = current()
    if observed is None:
        return {}
    facts = {"request": observed.id, "view": observed.view, "account": observed.account}
    return {name: value for name, value in facts.items() if value is not None}


def configuration(*, structured: bool) -> dict[str, Any]:
    """Django's LOGGING: everything to the standard error, where the service manager gathers it."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
            "lines": {"()": "maarag.config.logging.Lines"},
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "lines" if structured else "plain"}
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "maarag": {"level": "INFO"},
            # One line for each request only where something gathers them.
            "maarag.requests": {"level": "INFO" if structured else "WARNING"},
            # Django's own handlers would send errors by e-mail, with all that was typed.
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            # What was refused is in the line of its request already.
            "django.request": {"level": "ERROR" if structured else "WARNING"},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "_granian": {"level": "WARNING", "propagate": True},
        },
    }


def write_no_tracebacks() -> None:
    """What ends a process or a thread is logged like everything else, instead of printed with its message."""
    logging.raiseExceptions = False
    log = logging.getLogger("maarag.uncaught")

    def of_process(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        log.critical("ended by an error", exc_info=(kind, error, trace))

    def of_thread(given: threading.ExceptHookArgs) -> None:
        if given.exc_value is not None:
            log.error("a thread ended by an error", exc_info=given.exc_value)

    sys.excepthook = of_process
    threading.excepthook = of_thread


class NothingPersonal(SafeExceptionReporterFilter):
    """Reports of errors hold no value of a form, a variable, a cookie or a header."""

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return {}

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> list[tuple[str, Any]]:
        return []

    def get_safe_request_meta(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def get_safe_cookies(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def get_safe_settings(self) -> dict[str, Any]:
        return {}


class ShortReporter(ExceptionReporter):
    """The types of the errors and their places in the code; nothing else, whoever asks for a report."""

    def get_traceback_text(self) -> str:
        if not isinstance(self.exc_value, BaseException):
            return "An error.\n"  # a line of the log without an exception: its words stand there instead
        lines = []
        for one in error_of(self.exc_value):
            lines += [str(one["type"]), *(f"  {place}" for place in one["at"])]
        return "\n".join(lines) + "\n"

    def get_traceback_html(self) -> str:
        from django.utils.html import format_html

        return format_html("<pre>{}</pre>", self.get_traceback_text())
