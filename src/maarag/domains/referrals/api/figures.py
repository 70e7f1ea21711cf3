"""Referrals in figures through the API."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query
from ninja.errors import HttpError

from maarag.domains.services.models import Service
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere
from maarag.values import is_suppressed

from ..counts import Line, figures_of, places_for, within
from .files import router
from .shapes import FiguresLine, FiguresOut


@router.get(
    "/figures", response=FiguresOut, summary="Loop closure and help received", url_name="referrals_figures"
)
def figures(
    request: HttpRequest, place: str = Query(max_length=40, description="Code of a place.")
) -> FiguresOut:
    """Two figures that are never one: whether the sender knows the end, and what the family says of help."""
    if not holds_somewhere(request.user, Permission.VIEW_STAFF_FIGURES):
        raise HttpError(403, _("Your account has no role that sees the figures of staff."))
    account = account_of(request)
    found = next((one for one in places_for(account) if one.code == place), None)
    if found is None:
        raise HttpError(404, _("No referral was sent there, or it is none of your places."))
    shown = figures_of(found, exact=found.pk in within(account))
    codes = dict(
        Service.objects.filter(pk__in=[line.key for line in shown.services]).values_list("pk", "code")
    )
    return FiguresOut(
        place=found.code,
        exact=shown.exact,
        whole=_line(shown.whole, found.code),
        services=[_line(line, codes.get(line.key, "")) for line in shown.services],
        responses=[_line(line, line.key) for line in shown.responses],
        times=[_line(line, line.key) for line in shown.times],
    )


def _line(line: Line, key: str) -> FiguresLine:
    shares = {
        name: None if is_suppressed(value) else value
        for name, value in (("loop_closure", line.loop_closure), ("help_received", line.help_received))
    }
    return FiguresLine(
        key=key,
        counts={name: None if is_suppressed(count) else count for name, count in line.counts.items()},
        hidden=[name for name, count in line.counts.items() if is_suppressed(count)],
        **shares,
    )
