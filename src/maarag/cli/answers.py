"""How commands answer: refusals, progress on a terminal, an answer printed or written whole."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from maarag.database.errors import translate as _


class Refused(click.ClickException):
    """What was given cannot be used (exit code 2), or not answered (another code)."""

    def __init__(self, message: str, exit_code: int = 2) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]


@contextmanager
def progress_bar(words: str) -> Iterator[Callable[[float, str], None] | None]:
    """Takes the share done (0 to 1) and words; shown on a terminal's standard error, None elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=1.0)
        yield lambda share, said: bar.update(task, completed=min(share, 1.0), description=said)


def give_answer(text: str, output: Path | None, form: str) -> None:
    """Print the text, or write it to the file. Raises Refused where it cannot be written."""
    if output is None:
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8")
        click.echo(text, nl=not text.endswith("\n"))
        return
    # Excel recognises UTF-8 by its mark; written beside and renamed, so that no half file is ever seen.
    encoding = "utf-8-sig" if form == "csv" else "utf-8"
    beside = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        beside.write_text(text if text.endswith("\n") else text + "\n", encoding=encoding, newline="")
        beside.replace(output)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Refused(
            _("%(file)s cannot be written: %(reason)s") % {"file": output, "reason": error.strerror}
        ) from error
