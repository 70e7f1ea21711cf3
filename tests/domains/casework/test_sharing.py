"""Consent, and the plan as bodies of welfare, education and health see it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.casework import actions
from maarag.domains.casework.models import Consent, Goal, PlanItem, PlanShare
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.access.rows import scope_of
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.audit.reads import told_reads
from tests.domains.families.conftest import Towns
from tests.factories import casework as made
from tests.factories.families import everything

TODAY = timezone.localdate


def own(towns: Towns) -> Any:
    return visible(everything(towns.world.city, by=towns.worker))


def page(name: str, *arguments: Any) -> str:
    return reverse(f"casework:{name}", args=arguments)


@pytest.fixture
def partner(towns: Towns) -> Account:
    return towns.world.account(Role.PARTNER_WORKER, organisation=towns.world.organisation)


@pytest.fixture
def plan(towns: Towns) -> None:
    """Goals and responses of education, of health, and of both."""
    by, family = towns.worker, towns.own
    school = made.goal(by, family, "שגיל יגיע לגן", professions=["education"])
    body = made.goal(by, family, "בדיקת שמיעה לגיל", professions=["health"])
    made.item(by, family, school, response=made.response("human_services:school", "סייעת"),
              professions=["education", "health"])  # fmt: skip
    made.item(by, family, body, response=made.response("human_services:ears", "רופא אוזניים"),
              professions=["health"])  # fmt: skip
    made.agreed(by, family)


def consent_form(**changes: Any) -> dict[str, Any]:
    return {
        "purpose": "שהגן והרווחה ידברו",
        "professions": ["education"],
        "given_by": "נועה",
        "manner": "signed",
        "given_on": TODAY().isoformat(),
        "until": (TODAY() + timedelta(days=300)).isoformat(),
        "document": "",
        **changes,
    }


def test_each_body_sees_its_own_field_and_nothing_else(towns: Towns, partner: Account, plan: None):
    agreed = made.consent(towns.worker, towns.own)
    share = made.shared_plan(towns.worker, towns.own, towns.world.organisation, consent=agreed)
    browser = towns.client(partner)
    assert "File 1" in browser.get(page("shared")).content.decode()
    shown = browser.get(page("shared_plan", share.pk)).content.decode()
    assert "שגיל יגיע לגן" in shown
    assert "סייעת" in shown
    for hidden in ("בדיקת שמיעה", "רופא אוזניים", "אלון", "נועה"):
        assert hidden not in shown
    with own(towns):
        told = [one.what for one in told_reads(towns.own)]
    assert told == ["Read a family's plan that was shared"]
    # the rows themselves are not theirs
    with visible(scope_of(partner)):
        assert not Goal.objects.exists()
        assert not PlanItem.objects.exists()
        assert not Consent.objects.exists()
        assert PlanShare.objects.count() == 1
    for name in ("plan", "contacts", "documents", "sharing", "timeline"):
        assert browser.get(page(name, towns.own.pk)).status_code in (403, 404)


def test_a_withdrawn_consent_ends_every_share_that_stands_on_it(
    towns: Towns, partner: Account, plan: None, client
):
    agreed = made.consent(towns.worker, towns.own)
    share = made.shared_plan(towns.worker, towns.own, towns.world.organisation, consent=agreed)
    by_law = made.shared_plan(towns.worker, towns.own, towns.world.organisation, profession="health")
    address = page("withdraw_consent", towns.own.pk, agreed.pk)
    assert client.post(address, {"words": ""}).status_code == 422
    assert client.post(address, {"words": "נועה, בטלפון"}).status_code == 302
    browser = towns.client(partner)
    assert browser.get(page("shared_plan", share.pk)).status_code == 404
    assert browser.get(page("shared_plan", by_law.pk)).status_code == 200
    with visible(scope_of(partner)):
        assert [row.pk for row in PlanShare.objects.all()] == [by_law.pk]
    with own(towns):
        with pytest.raises(actions.AlreadyDone):
            actions.withdraw_consent(by=towns.worker, consent=agreed, words="שוב")
        with pytest.raises(ValidationError, match="withdrawn"):
            made.shared_plan(towns.worker, towns.own, towns.world.organisation, consent=agreed)
        event = AuditEvent.objects.get(action="casework.withdraw_consent")
        assert event.changes["ended"] == [None, [f"casework.planshare:{share.pk}"]]


def test_a_share_that_is_withdrawn_is_gone_at_once(towns: Towns, partner: Account, plan: None, client):
    share = made.shared_plan(towns.worker, towns.own, towns.world.organisation)
    assert towns.client(partner).get(page("shared_plan", share.pk)).status_code == 200
    assert client.post(page("withdraw_share", towns.own.pk, share.pk)).status_code == 302
    assert towns.client(partner).get(page("shared_plan", share.pk)).status_code == 404
    assert "אלון" not in towns.client(partner).get(page("shared")).content.decode()


def test_a_share_before_its_day_or_after_it_shows_nothing(towns: Towns, partner: Account, plan: None):
    body, today = towns.world.organisation, TODAY()
    later = made.shared_plan(towns.worker, towns.own, body, starts=today + timedelta(days=2))
    over = made.shared_plan(towns.worker, towns.own, body)
    with own(towns):
        PlanShare.objects.filter(pk=over.pk).update(
            starts=today - timedelta(days=9), ends=today - timedelta(days=1)
        )
    for share in (later, over):
        assert towns.client(partner).get(page("shared_plan", share.pk)).status_code == 404
    with visible(scope_of(partner)):
        assert not PlanShare.objects.exists()


def test_a_share_goes_no_further_than_its_consent(towns: Towns):
    agreed = made.consent(towns.worker, towns.own, until=TODAY() + timedelta(days=20))
    body = towns.world.organisation
    for change, text in (
        ({"profession": "health"}, "did not consent"),
        ({"ends": TODAY() + timedelta(days=21)}, "ends before"),
        ({"starts": TODAY() - timedelta(days=1)}, "today at the earliest"),
    ):
        with pytest.raises(ValidationError, match=text):
            made.shared_plan(
                towns.worker, towns.own, body, consent=agreed,
                **{"ends": TODAY() + timedelta(days=5), **change},
            )  # fmt: skip
    with pytest.raises(ValidationError, match="section of the law"):
        made.shared_plan(towns.worker, towns.own, body, basis_details=" ")
    foreign = made.consent(towns.stranger, towns.foreign)
    with (
        visible(everything(towns.world.city, towns.world.sister, by=towns.worker)),
        pytest.raises(ValidationError, match="another family"),
    ):
        actions.share_plan(
            by=towns.worker, family=towns.own, organisation=body, profession="education",
            ends=TODAY(), consent=foreign,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"professions": []}, "professions"),
        ({"given_on": "2999-01-01", "until": "2999-02-01"}, "given_on"),
        ({"until": "2001-01-01"}, "until"),
        ({"until": "2999-01-01"}, "until"),
        ({"purpose": ""}, "purpose"),
        ({"manner": "whispered"}, "manner"),
    ],
)
def test_what_is_wrong_with_a_consent_is_told(towns: Towns, client, change, field):
    answer = client.post(page("add_consent", towns.own.pk), consent_form(**change))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_a_signed_consent_names_its_scan(towns: Towns, client):
    scan = made.document(towns.worker, towns.own, kind="consent")
    foreign = made.document(towns.stranger, towns.foreign, kind="consent")
    address = page("add_consent", towns.own.pk)
    assert client.post(address, consent_form(document=str(foreign.pk))).status_code == 422
    assert client.post(address, consent_form(document=str(scan.pk))).status_code == 302
    with own(towns):
        assert Consent.objects.get().document == scan


def test_sharing_asks_for_a_recent_sign_in(towns: Towns, client, settings):
    settings.RECENT_SIGN_IN_SECONDS = -1
    answer = client.get(page("share_plan", towns.own.pk))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_reauthenticate"))


def test_the_page_of_sharing_says_what_is_wrong_and_shares_what_is_right(towns: Towns, client):
    agreed = made.consent(towns.worker, towns.own)
    form = {
        "organisation": towns.world.organisation.code,
        "profession": "health",
        "consent": str(agreed.pk),
        "basis_details": "",
        "starts": TODAY().isoformat(),
        "ends": (TODAY() + timedelta(days=30)).isoformat(),
    }
    address = page("share_plan", towns.own.pk)
    answer = client.post(address, form)
    assert answer.status_code == 422
    assert "consent" in answer.context["form"].errors
    assert client.post(address, {**form, "profession": "education"}).status_code == 302
    assert "In force" in client.get(page("sharing", towns.own.pk)).content.decode()


def test_a_body_for_which_nobody_works_shows_nothing(towns: Towns, partner: Account, plan: None):
    other = towns.world.account(Role.PARTNER_WORKER, place=towns.world.city)
    share = made.shared_plan(towns.worker, towns.own, towns.world.organisation, with_name=True)
    assert "אלון" in towns.client(partner).get(page("shared")).content.decode()
    answer = towns.client(other).get(page("shared_plan", share.pk))
    assert answer.status_code == 404
