"""Saving many organisations at once does what saving them one by one does."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maarag.kernel.access.actions import system_account
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.people.actions import OrganisationDraft, save_organisations
from maarag.kernel.people.models import Organisation

pytestmark = pytest.mark.django_db


def drafts(prefix: str = "", units: int = 2) -> list[OrganisationDraft]:
    fields = {"sector": "local_government"}
    return [
        OrganisationDraft(f"{prefix}city", {**fields, "name_he": "עירייה"}),
        *(
            OrganisationDraft(
                f"{prefix}unit-{n}", {**fields, "name_he": f"מחלקה {n}"}, parent=f"{prefix}city"
            )
            for n in range(units)
        ),
    ]


def test_they_are_saved_in_order_with_their_parents_and_audited() -> None:
    saved = save_organisations(by=system_account(), drafts=drafts())
    assert [row.code for row in saved] == ["city", "unit-0", "unit-1"]
    city = Organisation.objects.get(code="city")
    assert set(city.units.values_list("code", flat=True)) == {"unit-0", "unit-1"}
    events = AuditEvent.objects.filter(action="people.save_organisation")
    assert events.count() == 3
    assert events.get(subject_id=str(saved[1].pk)).changes["parent"] == [None, "city"]


def test_the_same_again_writes_nothing_and_a_change_writes_one() -> None:
    by = system_account()
    save_organisations(by=by, drafts=drafts())
    before = AuditEvent.objects.count()
    save_organisations(by=by, drafts=drafts())
    assert AuditEvent.objects.count() == before
    changed = OrganisationDraft("unit-1", {"name_he": "מחלקה אחרת"}, parent="city")
    save_organisations(by=by, drafts=[changed])
    assert AuditEvent.objects.count() == before + 1
    assert Organisation.objects.get(code="unit-1").name_he == "מחלקה אחרת"


def test_many_take_no_more_queries_than_few() -> None:
    by = system_account()
    with CaptureQueriesContext(connection) as few:
        save_organisations(by=by, drafts=drafts("f", 2))
    with CaptureQueriesContext(connection) as many:
        save_organisations(by=by, drafts=drafts("m", 200))
    assert len(many) == len(few)


def test_an_unsound_one_is_refused_and_nothing_is_written() -> None:
    wrong = OrganisationDraft("x", {"name_he": "שם", "sector": "no such sector"})
    with pytest.raises(ValidationError):
        save_organisations(by=system_account(), drafts=[*drafts(), wrong])
    with pytest.raises(KeyError):
        save_organisations(
            by=system_account(), drafts=[OrganisationDraft("y", {"name_he": "ש", "sector": "community"}, "z")]
        )
    assert not Organisation.objects.exists()
