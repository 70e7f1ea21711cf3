"""Shares of files: those of one file, for its keeper; those in force with a body, for the body."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.database.rows import RowScope, visible
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, grants_of
from maarag.kernel.people.models import Organisation
from maarag.kernel.places.models import Place
from maarag.ui.figures import name_in_language

from ..consented import Consented
from ..models import Basis, Family, Share, SharedField


def shares_of(family: Family) -> QuerySet[Share]:
    """What of the file is or was shared, newest first."""
    return family.shares.select_related("organisation", "shared_by", "withdrawn_by").order_by("-shared_at")


def consented_shares(family: Family) -> list[Consented]:
    """The shares of the file by the family's consent that hold, or will."""
    rows = shares_of(family).filter(basis=Basis.CONSENT, withdrawn_at=None, ends__gte=timezone.localdate())
    return [
        Consented(
            "families.share",
            row.pk,
            _("Parts of the file, shared with %(body)s") % {"body": name_in_language(row.organisation)},
            row.ends,
        )
        for row in rows
    ]


def in_force() -> Q:
    """The condition that a share holds today; the policy of the table says the same for a body."""
    today = timezone.localdate()
    return Q(withdrawn_at=None, starts__lte=today, ends__gte=today)


def shared_with(viewer: Viewer) -> QuerySet[Share]:
    """The shares in force with the bodies for which the viewer works, newest first."""
    bodies = grants_of(viewer, Permission.VIEW_SHARED_FILES).exclude(organisation=None)
    return (
        Share.objects.filter(in_force(), organisation__in=bodies.values("organisation"))
        .select_related("authority", "organisation")
        .defer("basis_details", "authority__outline")
        .order_by("-starts", "-shared_at")
    )


@dataclass(frozen=True)
class SharedLine:
    """A share as the body's list shows it."""

    pk: UUID
    authority: Place
    organisation: Organisation
    number: int
    name: str | None
    fields: frozenset[SharedField]
    until: date


@transaction.atomic
def shared_lines(viewer: Viewer, *, limit: int, offset: int = 0) -> tuple[int, list[SharedLine]]:
    """(how many there are, a part of them): headed by the family's name only where that is shared."""
    found = shared_with(viewer)
    return found.count(), [
        line for share in found[offset : offset + limit] if (line := _line(viewer, share)) is not None
    ]


def _line(viewer: Viewer, share: Share) -> SharedLine | None:
    wanted = ("number", "name") if SharedField.FAMILY_NAME in share.fields else ("number",)
    with visible(
        RowScope(frozenset({share.authority_id}), getattr(viewer, "pk", None), family=share.family_id)
    ):
        row = Family.objects.filter(pk=share.family_id).values(*wanted).first()
    if row is None:
        return None
    return SharedLine(
        pk=share.pk,
        authority=share.authority,
        organisation=share.organisation,
        number=row["number"],
        name=row.get("name"),
        fields=frozenset(map(SharedField, share.fields)),
        until=share.ends,
    )
