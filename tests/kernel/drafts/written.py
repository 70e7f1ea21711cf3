"""A department with two families, and a form about one of them that somebody fills in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.baskets import actions as buying
from maarag.domains.families.models import Family
from maarag.domains.referrals import actions as referring
from maarag.domains.referrals.models import Referral
from maarag.kernel.access.models import Account
from maarag.kernel.access.rows import scope_of
from tests.factories.baskets import Department
from tests.factories.referrals import sent

BACKEND = "django.contrib.auth.backends.ModelBackend"
TODAY = timezone.localdate
LATER = timedelta(days=60)


@dataclass
class Town:
    """A department with two families of one worker."""

    city: Department
    other: Family

    def referral(self, of: Family, *steps: str, **fields: Any) -> Referral:
        """A referral of the family on which the body has taken these steps."""
        found = sent(self.city.worker, of, self.city.service, **fields)
        for step in steps:
            with visible(scope_of(self.city.worker)):
                found = getattr(referring, step)(by=self.city.worker, referral=found)
        return found

    def second_basket(self) -> Any:
        by = self.city.worker
        with self.city.scope():
            return buying.open_basket(by=by, family=self.other, quota=self.city.quota, day=TODAY())


@dataclass
class Written:
    """A form: who writes it, where, what is accepted and what refused; `there`: one like it of others."""

    by: Account
    here: str
    there: str
    good: dict[str, Any]
    to: str = ""
    bad: dict[str, Any] = field(default_factory=dict)
