"""Saving many places at once does what saving them one by one does."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maarag.kernel.access.actions import system_account
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.places.actions import PlaceDraft, save_place, save_places
from maarag.kernel.places.models import Containment, Place

pytestmark = pytest.mark.django_db


def drafts(prefix: str = "", authorities: int = 3) -> list[PlaceDraft]:
    code = prefix.__add__
    city = {"kind": "authority", "authority_type": "city"}
    return [
        PlaceDraft(code("N"), (), {"kind": "nation", "name_he": "מדינה"}),
        PlaceDraft(
            code("D"), [code("N")], {"kind": "district", "district_of": "interior", "name_he": "מחוז"}
        ),
        PlaceDraft(code("C"), [code("N")], {"kind": "cluster", "name_he": "אשכול"}),
        *(
            PlaceDraft(code(str(n)), [code("D"), code("C")], {**city, "name_he": f"עיר {n}"})
            for n in range(authorities)
        ),
        PlaceDraft(code("0-1"), [code("0")], {"kind": "neighbourhood", "name_he": "שכונה"}),
    ]


def links(prefix: str) -> set[tuple[str, str, int]]:
    found = Containment.objects.filter(descendant__code__startswith=prefix)
    return {
        (above.removeprefix(prefix), below.removeprefix(prefix), depth)
        for above, below, depth in found.values_list("ancestor__code", "descendant__code", "depth")
    }


def test_containment_is_the_same_as_one_by_one() -> None:
    by = system_account()
    save_places(by=by, drafts=drafts("m"))
    saved: dict[str, Place] = {}
    for draft in drafts("o"):
        within = [saved[code] for code in draft.within]
        saved[draft.code] = save_place(by=by, code=draft.code, within=within, **draft.fields)
    assert links("m") == links("o")
    assert ("N", "0-1", 3) in links("m")


def test_places_come_back_in_order_and_each_is_audited_once() -> None:
    by = system_account()
    places = save_places(by=by, drafts=drafts())
    assert [place.code for place in places] == [draft.code for draft in drafts()]
    events = AuditEvent.objects.filter(action="places.save")
    assert sorted(events.values_list("subject_id", flat=True)) == sorted(str(p.pk) for p in places)


def test_the_same_again_writes_nothing_and_a_change_writes_one() -> None:
    by = system_account()
    save_places(by=by, drafts=drafts())
    before = AuditEvent.objects.count()
    save_places(by=by, drafts=drafts())
    assert AuditEvent.objects.count() == before
    changed = drafts()
    changed[3] = PlaceDraft("0", ["D"], {**changed[3].fields, "population": 5})
    save_places(by=by, drafts=changed)
    assert AuditEvent.objects.count() == before + 1
    assert Place.objects.get(code="0").population == 5
    assert ("C", "0", 1) not in links("")


def test_many_take_no_more_queries_than_few() -> None:
    by = system_account()
    with CaptureQueriesContext(
        connection,
    ) as few:
        save_places(by=by, drafts=drafts("f", 3))
    with CaptureQueriesContext(connection) as many:
        save_places(by=by, drafts=drafts("m", 200))
    assert len(many) == len(few)


@pytest.mark.parametrize(
    "wrong",
    [
        PlaceDraft("x", ["nowhere"], {"kind": "cluster", "name_he": "שם"}),
        PlaceDraft("x", ["N"], {"kind": "cluster", "name_he": ""}),
        PlaceDraft("x", ["N"], {"kind": "castle", "name_he": "שם"}),
        PlaceDraft("x", ["D", "E"], {"kind": "authority", "authority_type": "city", "name_he": "שם"}),
    ],
)
def test_an_unsound_place_is_refused_and_nothing_is_written(wrong: PlaceDraft) -> None:
    second = PlaceDraft("E", ["N"], {"kind": "district", "district_of": "interior", "name_he": "מחוז ב"})
    with pytest.raises(ValidationError):
        save_places(by=system_account(), drafts=[*drafts(), second, wrong])
    assert not Place.objects.exists()
