"""Writing who works in programmes of an authority, and that a department works by one toolbox."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import require
from maarag.kernel.audit.actions import record
from maarag.kernel.places.models import Place, PlaceKind

from ..models import Programme, ProgrammeWorker, ToolboxSwitch
from ..queries import methods_in
from ..scope import people_of

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account


@transaction.atomic
def set_worker(
    *,
    by: Account,
    programme: Programme,
    authority: Place,
    account: Account,
    most: int,
    starts: date | None = None,
) -> ProgrammeWorker:
    """Say that somebody works in the programme with so many families at most, from a day on.

    What was said before ends the day before and stays. Raises Http404, ValidationError.
    """
    _of_authority(by, authority)
    Programme.objects.select_for_update().get(pk=programme.pk)
    starts = starts or timezone.localdate()
    if not people_of(authority).filter(pk=account.pk).exists():
        raise ValidationError(
            {"account": _("%(name)s does not work with families in this authority.") % {"name": account.name}}
        )
    if not 1 <= most <= 500:
        raise ValidationError({"most": _("From 1 to 500 families.")})
    rows = ProgrammeWorker.objects.filter(programme=programme, authority=authority, account=account)
    if rows.filter(ends__gte=starts).exists() or rows.filter(ends=None, starts__gt=starts).exists():
        raise ValidationError({"starts": _("Something of a later day is written: choose a day after it.")})
    row = rows.filter(ends=None).first()
    before = row.most if row else None
    if row is not None and row.most == most:
        return row
    if row is not None and row.starts < starts:
        row.ends = starts - timedelta(days=1)
        row.save(update_fields=["ends"])
        row = None
    row = row or ProgrammeWorker(programme=programme, authority=authority, account=account, starts=starts)
    row.most = most
    row.full_clean()
    row.save()
    changes = {"account": [None, account.name], "most": [before, most], "starts": [None, starts]}
    record(by=by, action="programmes.set_worker", subject=programme, place=authority, changes=changes)
    return row


@transaction.atomic
def end_worker(*, by: Account, worker: ProgrammeWorker, ends: date | None = None) -> ProgrammeWorker:
    """Somebody works in the programme until this day, today by default. Raises Http404, ValidationError."""
    _of_authority(by, worker.authority)
    row = ProgrammeWorker.objects.select_for_update().get(pk=worker.pk)
    ends = ends or timezone.localdate()
    if row.ends is not None:
        raise ValidationError(_("This work has ended already."))
    if ends < row.starts:
        raise ValidationError({"ends": _("It cannot end before it began.")})
    row.ends = ends
    row.save(update_fields=["ends"])
    changes = {"account": [row.account.name, row.account.name], "ends": [None, ends]}
    record(
        by=by, action="programmes.end_worker", subject=row.programme, place=worker.authority, changes=changes
    )
    return row


@transaction.atomic
def switch_toolbox(*, by: Account, authority: Place, starts: date, why: str) -> ToolboxSwitch:
    """From this day on the department works by one toolbox of methods. Raises Http404, ValidationError."""
    _of_authority(by, authority)
    Place.objects.select_for_update().defer("outline").get(pk=authority.pk)
    rows = ToolboxSwitch.objects.filter(authority=authority)
    if rows.filter(ends=None).exists():
        raise ValidationError(_("The department works by a toolbox already."))
    if rows.filter(ends__gte=starts).exists():
        raise ValidationError({"starts": _("Until then it worked by a toolbox: choose a later day.")})
    if not why.strip():
        raise ValidationError({"why": _("Say why: those who come later will ask.")})
    if not methods_in(authority, max(starts, timezone.localdate())):
        raise ValidationError(
            _("No programme with places here says by which methods it works: there is nothing to put in.")
        )
    row = ToolboxSwitch(authority=authority, starts=starts, why=why.strip(), decided_by=by)
    row.full_clean()
    row.save()
    changes = {"starts": [None, starts], "why": [None, row.why]}
    record(by=by, action="programmes.switch_toolbox", subject=authority, place=authority, changes=changes)
    return row


@transaction.atomic
def end_toolbox(*, by: Account, switch: ToolboxSwitch, why: str, ends: date | None = None) -> None:
    """The department goes back to programmes after this day, today by default; what was stays.

    A switch that has not begun is called off: only the audit keeps it. Raises Http404, ValidationError.
    """
    _of_authority(by, switch.authority)
    row = ToolboxSwitch.objects.select_for_update().get(pk=switch.pk)
    if row.ends is not None:
        raise ValidationError(_("The department went back to programmes already."))
    if not why.strip():
        raise ValidationError({"why": _("Say why: those who come later will ask.")})
    today = timezone.localdate()
    row.ends = ends or today
    changes = {"starts": [row.starts, row.starts], "ends": [None, row.ends], "why": [None, why.strip()]}
    if row.starts > today:
        row.delete()
    else:
        if row.ends < row.starts:
            raise ValidationError({"ends": _("It cannot end before it began.")})
        row.ended_by, row.ended_why = by, why.strip()
        row.full_clean()
        row.save()
    record(
        by=by,
        action="programmes.end_toolbox",
        subject=switch.authority,
        place=switch.authority,
        changes=changes,
    )


def _of_authority(by: Account, authority: Place) -> None:
    require(by, Permission.STAFF_PROGRAMMES, place=authority)
    if authority.kind != PlaceKind.AUTHORITY:
        raise ValidationError(_("A department is of a local authority."))
