"""What every write of placements begins with: the file held, the right asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404

from maarag.domains.families.models import Family, FamilyStatus
from maarag.domains.families.scope import require_for
from maarag.domains.programmes.models import Quota
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.matches.models import RunState

from ..errors import AlreadyCarriedOut, FileClosed, OutOfDate, RunNotReady
from ..models import Proposal


def file_of(by: Account, family: Any, permission: Permission = Permission.EDIT_FAMILIES) -> Family:
    """The open file, held until the end of the transaction; raises Http404, FileClosed."""
    key = family.pk if isinstance(family, Family) else family
    found = Family.objects.select_for_update(of=("self",), no_key=True).filter(pk=key).first()
    if found is None:
        raise Http404
    require_for(by, permission, found)
    if found.status != FamilyStatus.OPEN:
        raise FileClosed
    return found


def hold(proposals: Iterable[Proposal]) -> None:
    """Hold the files of several proposals and then their places, each in the order of their keys.

    Everybody who decides of several holds them so: in another order two could wait for each other.
    """
    rows = Proposal.objects.filter(pk__in=[one.pk for one in proposals]).order_by()
    files = Family.objects.select_for_update(of=("self",), no_key=True)
    list(files.filter(pk__in=rows.values("family")).order_by("pk").values_list("pk"))
    places = Quota.objects.select_for_update(of=("self",))
    list(places.filter(pk__in=rows.values("quota")).order_by("pk").values_list("pk"))


def proposal_of(by: Account, proposal: Proposal) -> Proposal:
    """The proposal as it is now, held, with its file; raises Http404, AlreadyCarriedOut, OutOfDate,
    RunNotReady.
    """
    try:
        family = file_of(by, proposal.family_id, Permission.DECIDE_PLACEMENTS)
    except FileClosed:
        raise OutOfDate("closed") from None
    Proposal.objects.select_for_update().order_by().filter(pk=proposal.pk).values_list("pk").first()
    found = Proposal.objects.select_related("run", "quota", "quota__programme").filter(pk=proposal.pk).first()
    if found is None:
        raise Http404
    if found.run.state != RunState.DONE:
        raise RunNotReady
    if found.is_carried_out:
        raise AlreadyCarriedOut
    found.family = family
    return found
