"""Handing signed heads to a witness: a machine of another keeper, which takes additions alone."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from maarag.database import notes

from .signing import heads_file, read_file

LONGEST_SECONDS = 60


class NotTaken(Exception):
    """The witness did not take what was given; its message says why. It is given again the next time."""


def hand_over(home: Path, command: Sequence[str]) -> int:
    """Give to the command's standard input, a line each, what was signed since the last time; how many.

    All is given where the last one is not in the file: a witness that has a document twice loses nothing.
    """
    documents = read_file(heads_file(home))
    last = notes.read(_state(home)).get("taken", {}).get("digest")
    digests = [signed.digest() for signed in documents]
    due = documents[digests.index(last) + 1 :] if last in digests else documents
    if due:
        # the empty line ends what a connection that broke may have left
        lines = "\n" + "".join(signed.line() + "\n" for signed in due)
        try:
            subprocess.run(
                command,
                input=lines,
                text=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=LONGEST_SECONDS,
                check=True,
            )
        except subprocess.CalledProcessError as error:
            raise NotTaken(error.stderr.strip() or f"{command[0]}: {error.returncode}") from None
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotTaken(str(error)) from None
    notes.note(_state(home), "taken", digest=digests[-1] if digests else "")
    return len(due)


def age_seconds(home: Path) -> float | None:
    """Seconds since the witness took everything that was signed; None where it never did."""
    return notes.age_seconds(_state(home), "taken")


def _state(home: Path) -> Path:
    return heads_file(home).with_name("witness.json")
