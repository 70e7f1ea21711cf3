"""Writing services, programmes and locations, one by one and by the thousand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.kernel.access.permissions import Permission
from maarag.kernel.audit.actions import Change, record, record_many

from ..drafts import AtLocationDraft, LocationDraft, PhoneDraft, ScheduleDraft, ServiceDraft
from ..models import Location, Programme, Service, ServiceStatus
from ..scope import Reach, may_edit, reach_of
from .children import OF_LOCATION, OF_SERVICE, Stored, load
from .plan import DraftsRefused, Plan, name_of, own_changes, validate

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account
    from maarag.kernel.people.models import Organisation
    from maarag.kernel.places.models import Place
    from maarag.kernel.sources.models import Source


class ChangedMeanwhile(Exception):
    """Somebody else changed the service since the writer last saw it; nothing was written."""

    def __init__(self, service: Service) -> None:
        self.service = service
        super().__init__(service.code)


@transaction.atomic
def save_programme(*, by: Account, code: str, organisation: Organisation, **fields: Any) -> Programme:
    """Make or change the programme with this code."""
    programme = Programme.objects.select_for_update().filter(code=code).first() or Programme(code=code)
    reach = reach_of(by, Permission.EDIT_SERVICES)
    for owner in filter(None, (organisation, programme.organisation if programme.pk else None)):
        if not reach.covers(owner.pk, filter(None, [owner.place_id])):
            raise PermissionDenied
    changes = own_changes(programme, {"organisation": organisation, **fields})
    if programme.pk and not changes:
        return programme
    for name, (_old, new) in changes.items():
        setattr(programme, name, new)
    validate(programme)
    programme.save()
    words = {name: [name_of(old), name_of(new)] for name, (old, new) in changes.items()}
    record(
        by=by, action="services.save_programme", subject=programme, place=organisation.place, changes=words
    )
    return programme


def save_location(
    *,
    by: Account,
    code: str,
    place: Place,
    phones: Sequence[PhoneDraft] | None = None,
    schedules: Sequence[ScheduleDraft] | None = None,
    **fields: Any,
) -> Location:
    """Make or change the location with this code. None leaves phones and schedules as they are."""
    draft = LocationDraft(code=code, place=place, fields=fields, phones=phones, schedules=schedules)
    try:
        return save_locations(by=by, drafts=[draft])[0]
    except DraftsRefused as refused:
        raise refused.errors[code] from None


@transaction.atomic
def save_locations(*, by: Account, drafts: Sequence[LocationDraft]) -> list[Location]:
    """Make or change many locations, in the order given; all or none. Raises DraftsRefused."""
    _once_each(drafts)
    stored = Location.objects.select_for_update(of=("self",)).select_related("place", "organisation")
    known = {row.code: row for row in stored.filter(code__in=[draft.code for draft in drafts])}
    kinds = {kind.name: load(kind, "location", [row.pk for row in known.values()]) for kind in OF_LOCATION}
    reach = reach_of(by, Permission.EDIT_SERVICES)
    plan = Plan()
    for draft in drafts:
        location = known.get(draft.code) or Location(code=draft.code)
        wanted = {"place": draft.place, **draft.fields}
        if location.pk is None:
            wanted = {name: value for name, value in wanted.items() if value is not None}
        else:
            _allow(reach, location.organisation_id, [location.place_id])
        plan.consider(location, wanted, draft, OF_LOCATION, kinds)
        _allow(reach, location.organisation_id, [draft.place.pk])
    plan.refuse_if_unsound()
    plan.write(Location, "location")
    moved = [item.row for item in plan.changed if not item.is_new]
    if moved:  # a service changes with where it is given
        Service.objects.filter(at_locations__location__in=moved).update(modified_at=timezone.now())
    record_many(
        by=by,
        action="services.save_location",
        changes=[Change(item.row, item.words(), item.row.place_id) for item in plan.changed],
    )
    return [item.row for item in plan.items]


def save_service(
    *,
    by: Account,
    code: str,
    organisation: Organisation,
    source: Source,
    as_of: date,
    terms: Sequence[Any] | None = None,
    areas: Sequence[Place] | None = None,
    locations: Sequence[Any] | None = None,
    capacities: Sequence[Any] | None = None,
    phones: Sequence[PhoneDraft] | None = None,
    schedules: Sequence[ScheduleDraft] | None = None,
    languages: Sequence[Any] | None = None,
    seen: datetime | None = None,
    **fields: Any,
) -> Service:
    """Make or change the service with this code.

    None leaves terms, areas and so on as they are; a sequence replaces them. No change, nothing written.
    `seen`: the `modified_at` that the writer last saw; raises ChangedMeanwhile where it is no longer so.
    Raises ValidationError (by field), PermissionDenied.
    """
    draft = ServiceDraft(
        code=code,
        organisation=organisation,
        source=source,
        as_of=as_of,
        fields=fields,
        terms=terms,
        areas=areas,
        locations=locations,
        capacities=capacities,
        phones=phones,
        schedules=schedules,
        languages=languages,
    )
    try:
        return save_services(by=by, drafts=[draft], seen={code: seen} if seen else {})[0]
    except DraftsRefused as refused:
        raise refused.errors[code] from None


@transaction.atomic
def save_services(
    *, by: Account, drafts: Sequence[ServiceDraft], seen: Mapping[str, datetime] | None = None
) -> list[Service]:
    """Make or change many services, in the order given; all or none; some twenty queries for each thousand.

    One audit event for each service that changes. Raises DraftsRefused, PermissionDenied, ChangedMeanwhile.
    """
    _once_each(drafts)
    stored = Service.objects.select_for_update(of=("self",)).select_related(
        "organisation", "programme", "source"
    )
    known = {row.code: row for row in stored.filter(code__in=[draft.code for draft in drafts])}
    for code, moment in (seen or {}).items():
        if code in known and known[code].modified_at != moment:
            raise ChangedMeanwhile(known[code])
    kinds = {kind.name: load(kind, "service", [row.pk for row in known.values()]) for kind in OF_SERVICE}
    place_of_location = dict(
        Location.objects.filter(
            pk__in={row[0] for owned in kinds["locations"].keys.values() for _pk, row in owned}
        ).values_list("pk", "place_id")
    )
    reach = reach_of(by, Permission.EDIT_SERVICES)
    plan = Plan()
    audit_places: dict[str, int | None] = {}
    for draft in drafts:
        service = known.get(draft.code) or Service(code=draft.code)
        before = _stored_places(service, kinds, place_of_location)
        if service.pk is not None:
            _allow(reach, service.organisation_id, before)
        wanted = {
            "organisation": draft.organisation,
            "source": draft.source,
            "as_of": draft.as_of,
            **draft.fields,
        }
        plan.consider(service, wanted, draft, OF_SERVICE, kinds)
        after = _wanted_places(draft, before if service.pk else [], kinds, service, place_of_location)
        _allow(reach, draft.organisation.pk, after)
        audit_places[draft.code] = next(iter(after), None)
    plan.refuse_if_unsound()
    plan.write(Service, "service")
    record_many(
        by=by,
        action="services.save",
        changes=[Change(item.row, item.words(), audit_places[item.row.code]) for item in plan.changed],
    )
    return [item.row for item in plan.items]


@transaction.atomic
def retire_service(*, by: Account, service: Service, reason: str = "") -> Service:
    """Close a service: it stays in the record, and leaves the directory and the picture."""
    service = Service.objects.select_for_update().get(pk=service.pk)
    if not may_edit(by, service):
        raise PermissionDenied
    if service.status == ServiceStatus.DEFUNCT:
        return service
    before, service.status = service.status, ServiceStatus.DEFUNCT
    service.save(update_fields=["status", "modified_at"])
    record(
        by=by,
        action="services.retire",
        subject=service,
        changes={"status": [before, service.status], "reason": [None, reason]},
    )
    return service


def _once_each(drafts: Sequence[Any]) -> None:
    seen: set[str] = set()
    for draft in drafts:
        if draft.code in seen:
            raise ValidationError(_("The code %(code)s is given twice.") % {"code": draft.code})
        seen.add(draft.code)


def _allow(reach: Reach, organisation_id: int | None, place_ids: Iterable[int]) -> None:
    if not reach.covers(organisation_id, place_ids):
        raise PermissionDenied


def _stored_places(
    service: Service, kinds: Mapping[str, Stored], place_of_location: Mapping[int, int]
) -> list[int]:
    if service.pk is None:
        return []
    areas = [row[0] for _pk, row in kinds["areas"].keys.get(service.pk, [])]
    given = [place_of_location[row[0]] for _pk, row in kinds["locations"].keys.get(service.pk, [])]
    return _or_own([*areas, *given], service.organisation)


def _wanted_places(
    draft: ServiceDraft,
    before: list[int],
    kinds: Mapping[str, Stored],
    service: Service,
    place_of_location: Mapping[int, int],
) -> list[int]:
    """Where the service will be, areas first: from the draft, and from what it leaves as it is."""
    areas = [row[0] for _pk, row in kinds["areas"].keys.get(service.pk, [])] if service.pk else []
    given = (
        [place_of_location[row[0]] for _pk, row in kinds["locations"].keys.get(service.pk, [])]
        if service.pk
        else []
    )
    if draft.areas is not None:
        areas = [place.pk for place in draft.areas]
    if draft.locations is not None:
        given = [
            (item.location if isinstance(item, AtLocationDraft) else item).place_id
            for item in draft.locations
        ]
    return _or_own([*areas, *given], draft.organisation)


def _or_own(places: list[int], organisation: Organisation) -> list[int]:
    return places or ([organisation.place_id] if organisation.place_id else [])
