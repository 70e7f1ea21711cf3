"""Writing services, programmes and locations, one by one and by the thousand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.kernel.access.permissions import Permission
from maarag.kernel.audit.actions import Change, changed_fields, record, record_many

from ..drafts import LocationDraft, PhoneDraft, ScheduleDraft, ServiceDraft
from ..models import Location, Programme, Service, ServiceStatus
from ..scope import Reach, reach_of
from .children import OF_LOCATION, OF_SERVICE, Difference, Stored, compare, load, write

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account
    from maarag.kernel.people.models import Organisation
    from maarag.kernel.places.models import Place
    from maarag.kernel.sources.models import Source

BATCH = 1000


class DraftsRefused(ValidationError):
    """Some drafts are unsound; nothing was written. `errors`: code → what is wrong with it."""

    def __init__(self, errors: Mapping[str, ValidationError]) -> None:
        self.errors = dict(errors)
        super().__init__([f"{code}: {'; '.join(error.messages)}" for code, error in errors.items()])


class ChangedMeanwhile(Exception):
    """Somebody else changed the service since the writer last saw it; nothing was written."""

    def __init__(self, service: Service) -> None:
        self.service = service
        super().__init__(service.code)


def name_of(value: Any) -> Any:
    """How a value stands in the audit: rows by their code."""
    return getattr(value, "code", str(value)) if isinstance(value, models.Model) else value


def _own_changes(instance: models.Model, wanted: Mapping[str, Any]) -> dict[str, list[Any]]:
    before = {} if instance.pk is None else {name: getattr(instance, name) for name in wanted}
    return changed_fields(before, wanted)


def _validate(instance: models.Model) -> None:
    """As full_clean, without a query for each relation and constraint: those the database holds."""
    relations = [f.name for f in instance._meta.concrete_fields if f.is_relation]
    instance.clean_fields(exclude=relations)
    instance.clean()


@transaction.atomic
def save_programme(*, by: Account, code: str, organisation: Organisation, **fields: Any) -> Programme:
    """Make or change the programme with this code."""
    programme = Programme.objects.select_for_update().filter(code=code).first() or Programme(code=code)
    reach = reach_of(by, Permission.EDIT_SERVICES)
    for owner in filter(None, (organisation, programme.organisation if programme.pk else None)):
        if not reach.covers(owner.pk, filter(None, [owner.place_id])):
            raise PermissionDenied
    changes = _own_changes(programme, {"organisation": organisation, **fields})
    if programme.pk and not changes:
        return programme
    for name, (_old, new) in changes.items():
        setattr(programme, name, new)
    _validate(programme)
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
    plan = _Plan()
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

    None leaves terms, areas and so on as they are; a sequence replaces them. What changes nothing writes nothing.
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
    plan = _Plan()
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
    from ..scope import may_edit

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


@dataclass
class _Item:
    row: Any
    is_new: bool
    changes: dict[str, list[Any]] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)

    def words(self) -> dict[str, list[Any]]:
        own = {name: [name_of(old), name_of(new)] for name, (old, new) in self.changes.items()}
        return own | {found.kind.name: found.change for found in self.differences}


@dataclass
class _Plan:
    """What a batch of drafts would change, worked out before anything is written."""

    items: list[_Item] = field(default_factory=list)
    errors: dict[str, ValidationError] = field(default_factory=dict)

    @property
    def changed(self) -> list[_Item]:
        return [item for item in self.items if item.is_new or item.changes or item.differences]

    def consider(
        self,
        row: Any,
        wanted: Mapping[str, Any],
        draft: Any,
        kinds: Iterable[Any],
        stored: Mapping[str, Stored],
    ) -> None:
        """Set one draft against what is stored; its faults are kept for `refuse_if_unsound`."""
        item = _Item(row, row.pk is None)
        self.items.append(item)
        faults: list[ValidationError] = []
        try:
            item.changes = _own_changes(
                row, {name: _as_stored(row, name, value) for name, value in wanted.items()}
            )
            for name, (_old, new) in item.changes.items():
                setattr(row, name, new)
            if item.is_new or item.changes:
                _validate(row)
        except ValidationError as error:
            faults.append(error)
        for kind in kinds:
            items = getattr(draft, kind.name)
            if items is None:
                continue
            try:
                found = compare(kind, items, draft, stored[kind.name].keys.get(row.pk, []), stored[kind.name])
            except ValidationError as error:
                faults.append(ValidationError({kind.name: error.messages}))
                continue
            if found:
                item.differences.append(found)
        if faults:
            self.errors[row.code] = _joined(faults)

    def refuse_if_unsound(self) -> None:
        if self.errors:
            raise DraftsRefused(self.errors)

    def write(self, model: Any, owner: str) -> None:
        new = [item.row for item in self.items if item.is_new]
        old = [item for item in self.changed if not item.is_new]
        model.objects.bulk_create(new, batch_size=BATCH)
        names = {name for item in old for name in item.changes}
        if hasattr(model, "modified_at") and old:
            moment = timezone.now()  # bulk_update does not touch auto_now
            for item in old:
                item.row.modified_at = moment
            names.add("modified_at")
        if names:
            model.objects.bulk_update([item.row for item in old], sorted(names), batch_size=BATCH)
        write({item.row.pk: item.differences for item in self.changed}, owner)


def _as_stored(row: Any, name: str, value: Any) -> Any:
    """The value as the field would give it back, so that "12" and 12 are no difference."""
    column = row._meta.get_field(name)
    if column.is_relation or value is None:
        return value
    try:
        return column.to_python(value)
    except ValidationError as error:
        raise ValidationError({name: error.messages}) from error


def _joined(faults: Sequence[ValidationError]) -> ValidationError:
    by_field: dict[str, list[str]] = {}
    for fault in faults:
        found = fault.message_dict if hasattr(fault, "error_dict") else {"__all__": fault.messages}
        for name, messages in found.items():
            by_field.setdefault(name, []).extend(messages)
    return ValidationError(by_field)


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
        given = [getattr(item, "location", item).place_id for item in draft.locations]
    return _or_own([*areas, *given], draft.organisation)


def _or_own(places: list[int], organisation: Organisation) -> list[int]:
    return places or ([organisation.place_id] if organisation.place_id else [])
