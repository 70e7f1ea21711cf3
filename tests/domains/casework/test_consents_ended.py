"""A consent that ended and took a share with it stays among what is late until another covers the field."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.casework import actions
from maarag.domains.casework.models import Consent, PlanShare
from maarag.domains.families.waiting import waiting_of
from maarag.kernel.access.rows import scope_of
from tests.domains.families.conftest import Towns
from tests.factories import casework as made
from tests.factories.families import everything


def day(days: int) -> Any:
    return timezone.localdate() + timedelta(days=days)


def ended(towns: Towns, ago: int = 1, **fields: Any) -> tuple[Consent, PlanShare]:
    """A consent and a share on it, both of which ended so many days ago."""
    consent = made.consent(towns.worker, towns.own, until=day(20), **fields)
    share = made.shared_plan(towns.worker, towns.own, towns.world.organisation, consent=consent, ends=day(20))
    back = timedelta(days=20 + ago)
    with visible(everything(towns.world.city)):
        for row, names in ((consent, ("given_on", "until")), (share, ("starts", "ends"))):
            values = {name: getattr(row, name) - back for name in names}
            type(row)._default_manager.filter(pk=row.pk).update(**values)
            row.refresh_from_db()
    return consent, share


def waiting(towns: Towns, account: Any = None) -> list[tuple[str, Any, str]]:
    account = account or towns.worker
    with visible(scope_of(account)):
        return [
            (str(one.what), one.due, one.status.tone) for one in waiting_of(account) if one.kind == "consent"
        ]


def test_the_morning_after_it_is_late(towns: Towns):
    ended(towns)
    [(what, due, tone)] = waiting(towns)
    assert what == "Consent ended, and what was shared by it: Education"
    assert (due, tone) == (day(-1), "critical")
    assert waiting(towns, towns.stranger) == []


@pytest.mark.parametrize(("ago", "shown"), [(30, 1), (31, 0)])
def test_for_thirty_days(towns: Towns, ago: int, shown: int):
    ended(towns, ago)
    assert len(waiting(towns)) == shown


def test_until_another_consent_covers_the_field(towns: Towns):
    ended(towns)
    made.consent(towns.worker, towns.own, professions=["health"], until=day(200))
    assert len(waiting(towns)) == 1
    newer = made.consent(towns.worker, towns.own, professions=["health", "education"], until=day(200))
    assert waiting(towns) == []
    with visible(everything(towns.world.city, by=towns.worker)):
        actions.withdraw_consent(by=towns.worker, consent=newer, words="נועה")
    assert len(waiting(towns)) == 1


def test_what_was_withdrawn_or_never_shared_is_not_asked_about(towns: Towns):
    alone = made.consent(towns.worker, towns.own, until=day(20))
    with visible(everything(towns.world.city)):
        Consent.objects.filter(pk=alone.pk).update(given_on=day(-9), until=day(-1))
    assert waiting(towns) == []
    consent, share = ended(towns, 2)
    who = {"withdrawn_at": timezone.now(), "withdrawn_by": towns.worker}
    for row in (share, consent):
        with visible(everything(towns.world.city)):
            type(row)._default_manager.filter(pk=row.pk).update(**who)
        assert waiting(towns) == []
        with visible(everything(towns.world.city)):
            type(row)._default_manager.filter(pk=row.pk).update(withdrawn_at=None, withdrawn_by=None)
    assert len(waiting(towns)) == 1
