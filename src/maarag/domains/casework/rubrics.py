"""The two rubrics on which families are assessed, in words of our own: taken in from `data/`."""

from __future__ import annotations

from pathlib import Path

from maarag.kernel.access.models import Account
from maarag.kernel.rubrics.actions import Saved, save_rubric
from maarag.kernel.rubrics.drafts import read_rubric

from .queries.assessments import RUBRICS

DATA = Path(__file__).resolve().parent / "data"


def load_rubrics(*, by: Account) -> list[Saved]:
    """Take in both; what is the same already stays as it is."""
    return [save_rubric(by=by, draft=read_rubric((DATA / f"{code}.json").read_bytes())) for code in RUBRICS]
