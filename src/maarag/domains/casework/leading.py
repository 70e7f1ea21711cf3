"""From a rubric's page to how far the raters of a department agree by it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, holds_somewhere
from maarag.kernel.rubrics import links
from maarag.kernel.rubrics.models import Rubric

from .queries.assessments import RUBRICS


def of_rubric(rubric: Rubric, viewer: Viewer) -> Sequence[tuple[Any, str]]:
    """The agreement of raters, for whoever looks over others' work, where families are assessed by it."""
    if rubric.code not in RUBRICS or not holds_somewhere(viewer, Permission.REVIEW_READING):
        return []
    address = reverse("casework:agreement", args=[rubric.code])
    version = "" if rubric.is_current else f"?version={rubric.version}"
    return [(_("How far raters agree"), address + version)]


def register_all() -> None:
    links.register(of_rubric)
