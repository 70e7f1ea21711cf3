"""Letters to supervisors about emergency openings."""

from __future__ import annotations

from contextlib import AbstractContextManager
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from maarag.database.rows import RowScope, under
from maarag.kernel.jobs.registry import task
from maarag.kernel.jobs.running import current_job

from .letters import tell_supervisors
from .models import Opening


def _rows(opening: UUID, authority: int) -> AbstractContextManager[None]:
    return under(RowScope(frozenset({authority})))


@task("families.tell_of_opening", within=_rows, title=_("Telling supervisors of an emergency opening"))
def tell_of_opening(opening: UUID, authority: int) -> None:
    """Whoever reviews the reading of the family's file is told; nobody where the file is gone meanwhile."""
    found = Opening.objects.select_related("family", "authority", "opened_by").filter(pk=opening).first()
    if found is not None:
        tell_supervisors(found, current_job().key)
