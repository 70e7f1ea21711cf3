"""The night's look at referrals, and letters to those who answer them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maarag.kernel.jobs.registry import task
from maarag.kernel.jobs.running import current_job
from maarag.kernel.people.models import Organisation

from .actions.nightly import look_after
from .letters import tell_body


@task(
    "referrals.look_after",
    queue="housekeeping",
    cron="20 2 * * *",
    repeatable=True,
    title=_("Marking late referrals and reminding of them"),
)
def look() -> None:
    """Each authority commits by itself; a second time on one day changes nothing."""
    look_after()


@task("referrals.tell_of_referral", title=_("Telling a service's workers of a referral"))
def tell_of_referral(organisation: int) -> None:
    """Whoever answers for the body is told that something waits."""
    _tell(organisation, "new")


@task("referrals.tell_of_withdrawn_consent", title=_("Telling a service's workers of a withdrawn consent"))
def tell_of_withdrawn_consent(organisation: int) -> None:
    """Whoever answers for the body is told that a referral ended."""
    _tell(organisation, "withdrawn")


@task("referrals.remind_service", title=_("Reminding a service's workers of late referrals"))
def remind_service(organisation: int) -> None:
    """Whoever answers for the body is told that something is late."""
    _tell(organisation, "late")


def _tell(organisation: int, name: str) -> None:
    found = Organisation.objects.filter(pk=organisation).first()
    if found is not None:
        tell_body(found, name, current_job().key)
