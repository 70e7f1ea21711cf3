"""Which referrals an account sees: those of its families, and those sent to its bodies."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from maarag.domains.families.models import Family
from maarag.domains.families.scope import may
from maarag.domains.families.scope import visible_to as visible_families
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, grants_of

from .models import Referral


def visible_to(viewer: Viewer) -> QuerySet[Referral]:
    """The referrals of the families whose files the viewer may read."""
    referrals = Referral.objects.select_related(
        "family", "service__organisation", "organisation", "response", "sent_by", "authority"
    ).defer("authority__outline")
    return referrals.filter(family__in=visible_families(viewer).values("pk"))


def may_send(viewer: Viewer, family: Family) -> bool:
    """Whether the viewer may refer the family: it is a change of its file and shares a part of it."""
    return may(viewer, Permission.EDIT_FAMILIES, family) and may(viewer, Permission.SHARE_FAMILIES, family)


def require_sender(viewer: Viewer, family: Family) -> None:
    """Raise Http404 unless the viewer may refer the family."""
    if not may_send(viewer, family):
        raise Http404


def bodies_of(viewer: Viewer) -> frozenset[int]:
    """The ids of the organisations for which the viewer answers referrals."""
    grants = grants_of(viewer, Permission.ANSWER_REFERRALS).exclude(organisation=None)
    return frozenset(grants.values_list("organisation_id", flat=True))
