"""How long the computation behind the picture is kept: as long as nothing that it is made of changes."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from maarag.database.rows import visible
from maarag.desks.picture import computed as kept
from maarag.desks.picture.assemble import picture
from maarag.desks.picture.computed import COMPUTED_FROM, Computed, computed
from maarag.domains.families.actions import change_family
from maarag.domains.families.models import Family
from maarag.domains.needs import suppression
from maarag.domains.needs.models import NeedEstimate
from maarag.domains.needs.suppression import decided
from maarag.kernel.access.actions import open_account
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.actions import record_read
from maarag.kernel.audit.models import ChainHead, Seal
from maarag.kernel.audit.queries import newest_change
from tests.factories.families import everything, family
from tests.factories.picture import TODAY, Nation

pytestmark = pytest.mark.django_db(transaction=True)


def versions() -> tuple[int, int]:
    """Of the picture's computation, and of all that is not personal."""
    return newest_change(COMPUTED_FROM), newest_change()


def seen() -> Computed:
    return computed(AnonymousUser(), TODAY)


def test_readings_and_families_leave_the_picture_as_it_is(nation: Nation) -> None:
    city, system = nation.world.city, nation.world.system
    worker = nation.world.account(Role.SOCIAL_WORKER, place=city)
    nation.need(nation.neighbourhoods[0], 40)
    before, kept_before, decision = versions(), seen(), decided()
    seals = sum(ChainHead.objects.values_list("number", flat=True))
    file = family(system, city, worker)
    with visible(everything(city, by=worker)):
        assert record_read(by=worker, subject=file, what="families.read") is not None
        change_family(by=worker, family=file, address="רחוב אחר 3")
    assert sum(ChainHead.objects.values_list("number", flat=True)) == seals + 2
    assert versions() == before
    assert seen() is kept_before
    assert decided() is decision


def test_what_is_not_of_the_picture_leaves_its_computation_as_it_is(nation: Nation) -> None:
    nation.need(nation.neighbourhoods[0], 40)
    (of_picture, of_all), kept_before = versions(), seen()
    open_account(by=nation.world.system, email="a@example.org", name="א")
    assert newest_change(COMPUTED_FROM) == of_picture
    assert newest_change() > of_all
    assert seen() is kept_before


def test_every_change_of_what_it_is_made_of_changes_the_picture(nation: Nation) -> None:
    kept_before, decision = seen(), decided()
    nation.need(nation.neighbourhoods[0], 40)
    assert seen() is not kept_before
    assert decided() is not decision
    kept_before, decision = seen(), decided()
    nation.meals("A", 25, at=nation.neighbourhoods[0])
    assert seen() is not kept_before
    assert decided() is decision
    # Also past the actions, by one statement; and before it is committed, for whoever wrote it.
    kept_before = seen()
    with transaction.atomic():
        NeedEstimate.objects.update(number=41)
        inside = seen()
        assert inside is not kept_before
        transaction.set_rollback(True)
    assert seen() is kept_before
    NeedEstimate.objects.update(number=42)
    assert seen() is not kept_before
    assert seen() is not inside


def test_the_picture_reads_nothing_that_it_is_not_kept_by(nation: Nation) -> None:
    nation.need(nation.neighbourhoods[0], 40)
    nation.meals("A", 25, at=nation.neighbourhoods[0])
    kept.forget()
    suppression.forget()
    viewer = nation.world.account(Role.INTEGRATOR, place=nation.world.city)
    with CaptureQueriesContext(connection) as queries:
        for place in (nation.world.nation, nation.world.city):
            assert picture(place, viewer=viewer, as_of=TODAY).rows
    read = {table for query in queries for table in re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"])}
    # Who may see what is told by the viewer's grants, which are in the key by themselves.
    assert read - {model._meta.db_table for model in COMPUTED_FROM} == {"access_account", "access_grant"}


def test_changes_of_people_are_not_counted() -> None:
    with pytest.raises(ValueError, match="Family"):
        newest_change([Family])
    with pytest.raises(ValueError, match="Seal"):
        newest_change([Seal])
