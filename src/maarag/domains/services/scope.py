"""Who may change which services and judge which overlaps. Reading the directory is open to everyone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import Http404

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, grants_of, places_permitted

from .models import Service


@dataclass(frozen=True)
class Reach:
    """The places and organisations for which somebody holds one permission; two queries, then no more."""

    everything: bool
    places: frozenset[int] = frozenset()
    organisations: frozenset[int] = frozenset()

    def covers(self, organisation_id: int | None, place_ids: Iterable[int]) -> bool:
        """Whether the permission is held for the organisation or for any of the places."""
        return (
            self.everything
            or organisation_id in self.organisations
            or any(place_id in self.places for place_id in place_ids)
        )


def reach_of(viewer: Viewer, permission: Permission) -> Reach:
    """For what the viewer holds the permission; the system itself holds it everywhere."""
    if isinstance(viewer, Account) and viewer.is_system and viewer.is_active:
        return Reach(everything=True)
    if not isinstance(viewer, Account):
        return Reach(everything=False)
    organisations = grants_of(viewer, permission).exclude(organisation=None)
    return Reach(
        everything=False,
        places=frozenset(places_permitted(viewer, permission).values_list("pk", flat=True)),
        organisations=frozenset(organisations.values_list("organisation_id", flat=True)),
    )


def places_of(service: Service) -> set[int]:
    """The places that a service is for and those where it is given; where it has none, its organisation's."""
    found = set(service.areas.values_list("place_id", flat=True))
    found |= set(service.at_locations.values_list("location__place_id", flat=True))
    if not found and service.organisation.place_id:
        found.add(service.organisation.place_id)
    return found


def may_edit(viewer: Viewer, service: Service) -> bool:
    """Whether the viewer may change the service: its organisation is theirs, or one of its places is."""
    return reach_of(viewer, Permission.EDIT_SERVICES).covers(service.organisation_id, places_of(service))


def require_edit(viewer: Viewer, service: Service) -> None:
    """Raise Http404 unless the viewer may change the service."""
    if not may_edit(viewer, service):
        raise Http404


def may_judge(viewer: Viewer, first: Service, second: Service) -> bool:
    """Whether the viewer may judge the pair: they hold the permission for a place of either."""
    reach = reach_of(viewer, Permission.JUDGE_OVERLAPS)
    return any(reach.covers(service.organisation_id, places_of(service)) for service in (first, second))


def require_judge(viewer: Viewer, first: Service, second: Service) -> None:
    """Raise Http404 unless the viewer may judge the pair."""
    if not may_judge(viewer, first, second):
        raise Http404
