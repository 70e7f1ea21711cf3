"""A run taken away as a file."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from maarag.domains.families.actions.reading import record_export
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.ui import figures
from maarag.ui.documents.attached import attached
from maarag.ui.documents.excel import workbook

from ..exports import board_as_file, group_tables, whole_as_pdf, whole_tables
from ..queries import board, fairness, figures_of
from .runs import named_run_of, run_of
from .shown import run_name
from .whole import floors_cost, tiles_of


@require_safe
@needs_permission(Permission.DECIDE_PLACEMENTS)
def board_file(request: HttpRequest, pk: UUID, form: str) -> HttpResponse:
    """The review board with names; each file on it is recorded as taken away."""
    if form not in ("xlsx", "csv"):
        raise Http404
    account = account_of(request)
    found = board(account, named_run_of(request, pk))
    record_export(by=account, families=[line.proposal.family for line in found.lines])
    return attached(board_as_file(found, form), f"proposals.{form}")


@require_safe
@needs_permission(Permission.RUN_PLACEMENTS)
def whole_file(request: HttpRequest, pk: UUID, form: str) -> HttpResponse:
    """The whole of the run without names."""
    if form not in ("xlsx", "pdf"):
        raise Http404
    account, run = account_of(request), run_of(request, pk, done=True)
    found, groups = figures_of(account, run), fairness(account, run)
    if form == "xlsx":
        tables = [*whole_tables(found), *group_tables(groups, beside_part=found.is_part)]
        return attached(workbook(tables), "run.xlsx")
    tiles = [
        (str(one["label"]), one["value"] if isinstance(one["value"], str) else figures.number(one["value"]))
        for one in tiles_of(found)
    ]
    notes = [words] if (words := floors_cost(found)) else []
    return attached(whole_as_pdf(found, groups, run_name(found.run), tiles, notes), "run.pdf")
