"""A rubric for tests: two dimensions of three and four levels."""

from __future__ import annotations

from typing import Any

from maarag.kernel.access.models import Account
from maarag.kernel.rubrics.actions import save_rubric
from maarag.kernel.rubrics.drafts import draft_of
from maarag.kernel.rubrics.models import Rubric


def levels(*names: str) -> list[dict[str, Any]]:
    return [{"name": {"he": name}, "about": {"he": f"{name}: מה רואים"}} for name in names]


def content(**changes: Any) -> dict[str, Any]:
    """A rubric as a file has it."""
    given = {
        "code": "home",
        "name": {"he": "מצב הבית", "en": "The home"},
        "source": "בדיקה",
        "dimensions": [
            {"code": "income", "name": "הכנסה", "levels": levels("חסרה", "דחוקה", "מספיקה")},
            {"code": "housing", "name": "דיור", "levels": levels("אין", "צפוף", "סביר", "טוב")},
        ],
    }
    return given | changes


def rubric(by: Account, **changes: Any) -> Rubric:
    return save_rubric(by=by, draft=draft_of(content(**changes))).rubric
