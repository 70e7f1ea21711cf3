"""Loading the demonstration: once, twice, and after people have worked in it."""

from __future__ import annotations

from datetime import date
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, Sum
from django.utils import translation

from maarag.database.rows import visible
from maarag.demo import actions
from maarag.demo.accounts import PASSWORD, demonstration_accounts
from maarag.demo.actions import Loaded, load_demonstration
from maarag.demo.national import estimated_families
from maarag.demo.programmes import departments_by_authority
from maarag.desks.picture.assemble import Filters, picture
from maarag.domains.missions.models import Mission
from maarag.domains.needs.actions import change_estimate
from maarag.domains.needs.models import NeedEstimate
from maarag.domains.services.actions import CapacityDraft, save_service
from maarag.domains.services.models import Location, Programme, Service, ServiceCapacity
from maarag.kernel.access.actions import system_account
from maarag.kernel.access.models import Account, Grant
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import permits
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.audit.words import label_of
from maarag.kernel.people.actions import save_organisation
from maarag.kernel.people.models import Organisation, Person, Position
from maarag.kernel.places.actions import save_place
from maarag.kernel.places.models import Containment, Place, PlaceFigure, PlaceKind
from maarag.kernel.sources.models import Source
from maarag.kernel.taxonomy.actions import save_topic
from maarag.kernel.taxonomy.models import Term, Topic
from tests.factories.families import everything

EVERYTHING = (
    Source,
    Place,
    PlaceFigure,
    Containment,
    Term,
    Topic,
    Organisation,
    Programme,
    Location,
    Service,
    ServiceCapacity,
    NeedEstimate,
    Person,
    Position,
    Account,
    Grant,
    Mission,
    AuditEvent,
)


def counted() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in EVERYTHING}


def contents() -> dict[str, list[Any]]:
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in EVERYTHING
        if model is not AuditEvent
    }


def _never(part: actions.Part) -> bool:
    return False


tables_changed = mock.patch.object(actions, "_is_loaded", _never)
"""As if a new version of the demonstration had other tables: every part is loaded again."""


@pytest.mark.django_db
@pytest.mark.usefixtures("of_class")
class TestDemonstration:
    loaded: Loaded

    @property
    def integrator(self) -> Account:
        return Account.objects.get(email="integrator@maale-gan.example")

    def test_everything_is_loaded(self) -> None:
        assert self.loaded.unchanged == ()
        assert self.loaded.counts["places"] == Place.objects.count()
        assert Place.objects.filter(kind=PlaceKind.AUTHORITY, is_fictional=False).count() == 255
        assert Term.objects.filter(is_current=True).count() == 430
        assert self.loaded.counts["services"] == Service.objects.count()
        assert self.loaded.counts["needs"] == NeedEstimate.objects.count()
        assert self.loaded.counts["organisations"] == Organisation.objects.count()

    def test_loading_twice_writes_nothing(self) -> None:
        before, rows_before = counted(), contents()
        again = load_demonstration(by=system_account())
        assert again.parts == ()
        assert again.unchanged == self.loaded.parts
        assert counted() == before
        assert contents() == rows_before

    @tables_changed
    def test_loading_the_same_tables_again_changes_no_row(self) -> None:
        before, events = contents(), AuditEvent.objects.count()
        again = load_demonstration(by=system_account())
        assert again.parts == self.loaded.parts
        assert contents() == before
        assert AuditEvent.objects.count() - events == len(again.parts)  # only that each part was loaded

    @tables_changed
    def test_what_people_changed_stays_theirs(self) -> None:
        authority = Place.objects.get(code="F-900")
        service = Service.objects.get(code="mg-soup-kitchen")
        save_service(
            by=self.integrator,
            code=service.code,
            organisation=service.organisation,
            source=service.source,
            as_of=date(2026, 11, 20),
            name_he="בית התבשיל החדש",
            capacities=[CapacityDraft(unit="families", maximum=61)],
        )
        save_place(
            by=self.integrator,
            code="F-900-11",
            within=[authority],
            population=6_999,
            population_year=2026,
        )
        save_organisation(by=self.integrator, code="mg-shefa", name_he="שפע השכן (ע״ר)")
        topic = Topic.objects.get(code="food-security")
        save_topic(
            by=self.integrator,
            code=topic.code,
            responses=topic.responses.all(),
            situations=topic.situations.all(),
            reach_km=7.5,
        )
        estimate = NeedEstimate.objects.filter(place__code="F-900-07", topic__code="employment").first()
        assert estimate is not None
        change_estimate(by=self.integrator, estimate=estimate, number=151, lowest=140, highest=163)
        before = contents()

        load_demonstration(by=system_account())

        assert contents() == before
        service.refresh_from_db()
        assert service.name_he == "בית התבשיל החדש"
        assert service.capacities.get().maximum == 61
        assert NeedEstimate.objects.get(pk=estimate.pk).number == 151

    def test_what_people_added_stays(self) -> None:
        body = Organisation.objects.get(code="mg-shefa")
        added = save_service(
            by=self.integrator,
            code="a-new-one",
            organisation=body,
            source=Source.objects.get(code="fiction-directory"),
            as_of=date(2026, 11, 20),
            name_he="שירות חדש",
            areas=[Place.objects.get(code="F-900-07")],
        )
        with tables_changed:
            load_demonstration(by=system_account())
        assert Service.objects.get(pk=added.pk).name_he == "שירות חדש"

    def test_a_failing_part_leaves_nothing_of_itself(self) -> None:
        def half(loading: Any) -> None:
            Place.objects.filter(code="IL").update(name_he="שגוי")
            raise RuntimeError("the disk is full")

        broken = actions.Part("broken", half, [actions.national], ["districts"])
        before = counted()
        with mock.patch.object(actions, "PARTS", (broken,)), pytest.raises(RuntimeError):
            load_demonstration(by=system_account())
        assert counted() == before
        assert Place.objects.get(code="IL").name_he == "ישראל"

    def test_progress_is_told_and_reaches_its_end(self) -> None:
        told: list[tuple[str, int, int]] = []
        with mock.patch.object(actions, "_is_loaded", lambda part: part.code not in ("sources", "needs")):
            load_demonstration(by=system_account(), progress=lambda *step: told.append(step))
        last = {step: (done, total) for step, done, total in told}
        assert set(last) == {"sources", "needs"}
        assert all(done == total > 0 for done, total in last.values())

    def test_every_authority_lies_in_one_district_of_each_ministry(self) -> None:
        real = Place.objects.filter(kind=PlaceKind.AUTHORITY, is_fictional=False)
        up = real.annotate(
            interior=Count("contained_in", filter=Q(contained_in__ancestor__district_of="interior")),
            welfare=Count("contained_in", filter=Q(contained_in__ancestor__district_of="welfare")),
            clusters=Count("contained_in", filter=Q(contained_in__ancestor__kind=PlaceKind.CLUSTER)),
            nations=Count("contained_in", filter=Q(contained_in__ancestor__code="IL")),
        )
        assert set(up.values_list("interior", "welfare", "nations")) == {(1, 1, 1)}
        assert max(up.values_list("clusters", flat=True)) == 1

    def test_nothing_fictional_lies_in_the_nation_or_passes_for_real(self) -> None:
        assert not Place.objects.filter(is_fictional=True, contained_in__ancestor__code="IL").exists()
        fictional = Place.objects.filter(is_fictional=True)
        assert set(fictional.values_list("source__is_fictional", flat=True)) == {True}
        assert fictional.count() == Place.objects.filter(code__startswith="F-").count() == 18
        assert not Organisation.objects.filter(place__is_fictional=True, is_fictional=False).exists()
        assert not Organisation.objects.filter(place__is_fictional=False, is_fictional=True).exists()
        for wrong in (
            Service.objects.exclude(is_fictional=True).filter(organisation__is_fictional=True),
            Service.objects.filter(is_fictional=True, organisation__is_fictional=False),
            Service.objects.exclude(is_fictional=True).filter(source__is_fictional=True),
            Service.objects.exclude(is_fictional=True).filter(areas__place__is_fictional=True),
            NeedEstimate.objects.filter(place__is_fictional=True, source__is_fictional=False),
            NeedEstimate.objects.filter(place__is_fictional=False, source__is_fictional=True),
            Person.objects.filter(is_fictional=False),
        ):
            assert not wrong.exists()

    def test_needs_of_the_nation_are_rough_estimates_and_unknown_stays_unknown(self) -> None:
        needs = NeedEstimate.objects.filter(place__is_fictional=False)
        assert needs.count() == 248
        assert set(needs.values_list("certainty", "unit", "topic__code")) == {
            ("rough", "families", "family-poverty")
        }
        assert not needs.filter(Q(number=0) | Q(lowest=None) | Q(highest=None)).exists()
        unknown = Place.objects.filter(kind=PlaceKind.AUTHORITY, is_fictional=False, need_estimates=None)
        assert unknown.count() == 7

    def test_places_of_the_programmes_sum_to_what_was_published(self) -> None:
        families = ServiceCapacity.objects.filter(service__is_fictional=False)
        assert families.aggregate(all=Sum("maximum"))["all"] == 3_280 + 80 + 450 + 250
        routine = families.filter(service__programme__code="noshmim")
        assert routine.aggregate(all=Sum("maximum"))["all"] == 3_280
        assert set(routine.values_list("is_estimate", flat=True)) == {True}
        assert set(families.exclude(pk__in=routine).values_list("is_estimate", flat=True)) == {False}
        otzma = Service.objects.filter(programme__code="otzma")
        assert otzma.count() == 119
        assert not otzma.exclude(capacities=None).exists()

    def test_the_picture_answers_where_families_are_in_need_and_nothing_is_within_reach(self) -> None:
        nation, topic = Place.objects.get(code="IL"), Topic.objects.get(code="family-poverty")
        view = picture(nation, viewer=AnonymousUser(), as_of=date(2026, 11, 21), filters=Filters(topic=topic))
        departments = departments_by_authority()
        expected = {
            code: families.number
            for code, families in estimated_families().items()
            if not departments[code].noshmim and not departments[code].otzma
        }
        assert {row.place.code: row.need for row in view.without_response} == expected
        unknown = {row.place.code for row in view.rows if row.need is None}
        assert len(unknown) == 7
        assert not unknown & set(expected)

    def test_the_record_says_in_words_what_changed(self) -> None:
        places = list(Place.objects.filter(kind=PlaceKind.AUTHORITY))
        with translation.override("he"), visible(everything(*places)):
            events = AuditEvent.objects.only("action", "subject_type", "changes")
            said = {
                (event.action, name)
                for event in events.iterator()
                for name in event.changes
                if label_of(event, name).isascii()
            }
        assert said == set()

    def test_everyone_can_sign_in_and_nobody_reaches_the_sister(self) -> None:
        for account in demonstration_accounts():
            assert authenticate(email=account.email, username=account.email, password=PASSWORD) is not None
        ours = Account.objects.get(email="integrator@maale-gan.example")
        theirs = Account.objects.get(email="integrator@givat-hadekel.example")
        garden, palm = Place.objects.get(code="F-900"), Place.objects.get(code="F-901")
        assert permits(ours, Permission.EDIT_NEEDS, place=garden)
        assert permits(theirs, Permission.EDIT_NEEDS, place=palm)
        assert not permits(ours, Permission.EDIT_NEEDS, place=palm)
        assert not permits(theirs, Permission.VIEW_STAFF_FIGURES, place=garden)
        assert Mission.objects.filter(status="open").count() == 6
