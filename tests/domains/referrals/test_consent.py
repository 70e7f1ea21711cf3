"""A consent that the family takes back: nobody of a body sees anything that rested on it, in any state."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from maarag.database.rows import visible
from maarag.database.rows.checks import personal_models
from maarag.domains.casework import actions as casework
from maarag.domains.casework.models import Consent, PlanShare
from maarag.domains.families import consented
from maarag.domains.families.actions import share_family
from maarag.domains.families.models import Basis, Share
from maarag.domains.referrals import actions
from maarag.domains.referrals.models import OPEN, Referral, WithdrawalNotice
from maarag.domains.referrals.queries import not_followed
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.jobs.inline import work_off
from tests.factories import casework as made
from tests.factories.families import everything

from .conftest import Loop

WORDS = "נועה, בטלפון: לא עוד"
HEARD = {"help": "no", "said_by": "נועה", "how": "phone"}
CLOSED = {"reason": "not_asked", "words": "עברו דירה"}
WAYS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "sent": [],
    "accepted": [("accept_referral", {})],
    "started": [("accept_referral", {}), ("start_referral", {})],
    "heard": [("accept_referral", {}), ("start_referral", {}), ("record_help", HEARD)],
    "closed": [("accept_referral", {}), ("start_referral", {}), ("close_referral", CLOSED)],
    "declined": [("decline_referral", {"reason": "no_place"})],
}
AFTER = {"sent": "withdrawn", "accepted": "withdrawn", "started": "closed", "heard": "closed"}


def gone(loop: Loop, state: str, **fields: Any) -> Referral:
    """A referral that stands in a state."""
    referral = loop.sent(**fields)
    for name, given in WAYS[state]:
        loop.by(loop.worker, name, referral, **given)
    return loop.fresh(referral)


def in_sight(loop: Loop, *models: type[Model]) -> int:
    """Rows that the partner's scope reads without any filter: the policies alone."""
    return loop.see(loop.partner, lambda: sum(model._default_manager.count() for model in models))


def text_of(answer: Any) -> str:
    """What a page or an answer says, its letters as they are read."""
    if "json" in answer.headers["Content-Type"]:
        return json.dumps(answer.json(), ensure_ascii=False)
    return answer.content.decode()


def through_the_page(loop: Loop, referral: Referral) -> int:
    address = reverse("referrals:withdraw_consent", args=[referral.pk])
    return loop.client(loop.worker).post(address, {"consent-words": WORDS}).status_code


def through_the_api(loop: Loop, referral: Referral) -> int:
    address = f"/api/referrals/{referral.pk}/withdraw-consent"
    answer = loop.client(loop.worker).post(address, {"words": WORDS}, content_type="application/json")
    assert answer.json()["seen_until"] is None
    return answer.status_code


@pytest.mark.parametrize(("way", "status"), [(through_the_page, 302), (through_the_api, 200)])
@pytest.mark.parametrize("state", WAYS)
def test_the_sight_ends_in_every_state(loop: Loop, state: str, way: Any, status: int):
    referral, partner = gone(loop, state), loop.client(loop.partner)
    addresses = [
        reverse("referrals:inbox_referral", args=[referral.pk]),
        f"/api/referrals/inbox/{referral.pk}",
    ]
    lists = [reverse("referrals:inbox") + "?state=all", "/api/referrals/inbox?state=all"]
    assert in_sight(loop, Referral) == 1
    assert [partner.get(address).status_code for address in addresses] == [200, 200]
    assert all("אלון" in text_of(partner.get(address)) for address in lists)
    assert way(loop, referral) == status
    after = loop.fresh(referral)
    assert (after.status, after.seen_until) == (AFTER.get(state, state), None)
    assert after.consent_withdrawn_at is not None
    assert in_sight(loop, Referral) == 0, "the policy ends it"
    assert [partner.get(address).status_code for address in addresses] == [404, 404]
    assert partner.post(f"{addresses[0]}accept/").status_code == 404
    for address in lists:
        text = text_of(partner.get(address))
        assert "אלון" not in text
        assert "נועה" not in text


def test_the_body_is_told_that_it_ended_and_why_and_nothing_of_the_family(loop: Loop):
    referral, other = gone(loop, "started"), loop.sent(loop.parcels)
    work_off()
    mail.outbox.clear()
    loop.by(loop.worker, "withdraw_referral_consent", referral, words=WORDS)
    work_off()
    assert [letter.to for letter in mail.outbox] == [[loop.partner.email]]
    page = loop.client(loop.partner).get(reverse("referrals:inbox")).content.decode()
    assert "הסתיימו כי ההסכמה בוטלה" in page
    assert "ארוחות חמות לילדים" in page
    told = loop.client(loop.partner).get("/api/referrals/inbox").json()["consent_withdrawn"]
    assert [one["id"] for one in told] == [str(referral.pk)]
    for text in (mail.outbox[0].body, mail.outbox[0].subject, page, json.dumps(told, ensure_ascii=False)):
        for secret in ("אלון", "נועה", WORDS, referral.text, str(loop.family.pk)):
            assert secret not in text
    foreign = loop.client(loop.foreign_partner).get("/api/referrals/inbox").json()
    assert foreign["consent_withdrawn"] == []
    assert [one["id"] for one in foreign["items"]] == [str(other.pk)]
    WithdrawalNotice.objects.update(at=timezone.now() - timedelta(days=31))
    assert (
        "הסתיימו כי ההסכמה" not in loop.client(loop.partner).get(reverse("referrals:inbox")).content.decode()
    )


def test_it_is_written_down_with_who_said_it(loop: Loop):
    referral = gone(loop, "closed")
    loop.by(loop.worker, "withdraw_referral_consent", referral, words=WORDS)
    with visible(everything(loop.world.city)):
        event = AuditEvent.objects.get(action="referrals.withdraw_consent")
        assert event.changes["seen_until"] == [referral.seen_until.isoformat(), None]
        assert [step.words for step in referral.steps.filter(kind="no_consent")] == [WORDS]
    page = loop.client(loop.worker).get(reverse("referrals:detail", args=[referral.pk])).content.decode()
    assert WORDS in page
    assert "ההסכמה בוטלה" in page
    assert 'id="consent"' not in page


@pytest.mark.parametrize("state", ["started", "declined"])
def test_it_is_offered_while_the_body_sees_it_and_asks_who_said_so(loop: Loop, state: str):
    referral, worker = gone(loop, state), loop.client(loop.worker)
    assert 'id="consent"' in worker.get(
        reverse("referrals:detail", args=[referral.pk])
    ).content.decode().replace("'", '"')
    address = reverse("referrals:withdraw_consent", args=[referral.pk])
    assert worker.post(address, {"consent-words": " "}).status_code == 422
    assert in_sight(loop, Referral) == 1


def test_a_law_is_not_withdrawn_and_what_nobody_sees_ends_no_more(loop: Loop):
    by_law = loop.sent(basis="law", basis_details="סעיף 7")
    with pytest.raises(ValidationError, match="law"):
        loop.by(loop.worker, "withdraw_referral_consent", by_law, words=WORDS)
    assert in_sight(loop, Referral) == 1
    over = gone(loop, "declined", service=loop.others)
    with visible(everything(loop.world.city)):
        Referral.objects.filter(pk=over.pk).update(seen_until=timezone.localdate() - timedelta(days=1))
    with pytest.raises(actions.NotNow):
        loop.by(loop.worker, "withdraw_referral_consent", over, words=WORDS)
    assert not WithdrawalNotice.objects.exists()


def test_what_was_withdrawn_goes_on_to_nobody(loop: Loop):
    referral = gone(loop, "declined")
    with visible(everything(loop.world.city)):
        assert not_followed(Referral.objects.all()).count() == 1
    loop.by(loop.worker, "withdraw_referral_consent", referral, words=WORDS)
    with pytest.raises(ValidationError, match="withdrew"):
        loop.by(loop.worker, "send_on", referral, service=loop.parcels)
    with visible(everything(loop.world.city)):
        assert not_followed(Referral.objects.all()).count() == 0
    worker = loop.client(loop.worker)
    like = reverse("referrals:send", args=[loop.family.pk, loop.parcels.code]) + f"?like={referral.pk}"
    assert "האם, בעל פה" not in worker.get(like).content.decode()
    with pytest.raises(ValidationError):
        loop.by(loop.worker, "close_referral", gone(loop, "started"), reason="no_consent", words="x")


def test_the_database_itself_keeps_it_out_of_sight(loop: Loop):
    referral = gone(loop, "closed")
    loop.by(loop.worker, "withdraw_referral_consent", referral, words=WORDS)
    with visible(everything(loop.world.city)), pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(seen_until=timezone.localdate())


def test_no_kept_answer_of_a_service_shows_the_family(loop: Loop):
    """The answer to a write is kept a week for its repeat: it tells nothing that a withdrawal could end."""
    referral, partner = loop.sent(), loop.client(loop.partner)

    def accept() -> Any:
        return partner.post(
            f"/api/referrals/inbox/{referral.pk}/accept",
            {"words": ""},
            content_type="application/json",
            headers={"Idempotency-Key": "one"},
        )

    first = accept()
    loop.by(loop.worker, "withdraw_referral_consent", referral, words=WORDS)
    again = accept()
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["Idempotent-Replayed"] == "true"
    for answer in (first, again):
        for secret in ("אלון", "נועה", referral.text, loop.worker.name):
            assert secret not in text_of(answer)


# --- a consent with all that rests on it ---


@pytest.fixture
def consent(loop: Loop) -> Consent:
    return made.consent(loop.worker, loop.family)


@pytest.fixture
def three(loop: Loop, consent: Consent) -> dict[str, Any]:
    """One of each kind that a body sees by the consent of the family."""
    with visible(everything(loop.world.city, by=loop.worker)):
        share = share_family(
            by=loop.worker,
            family=loop.family,
            organisation=loop.world.organisation,
            fields=["family_name"],
            basis="consent",
            basis_details="האם",
            ends=timezone.localdate() + timedelta(days=30),
        )
    return {
        "families.share": share,
        "casework.planshare": made.shared_plan(
            loop.worker, loop.family, loop.world.organisation, consent=consent
        ),
        "referrals.referral": gone(loop, "started"),
    }


def seen_by_partner(loop: Loop, three: dict[str, Any]) -> dict[str, int]:
    partner = loop.client(loop.partner)
    addresses = {
        "families.share": reverse("families:shared_file", args=[three["families.share"].pk]),
        "casework.planshare": reverse("casework:shared_plan", args=[three["casework.planshare"].pk]),
        "referrals.referral": reverse("referrals:inbox_referral", args=[three["referrals.referral"].pk]),
    }
    return {room: partner.get(address).status_code for room, address in addresses.items()}


def test_every_kind_that_can_rest_on_consent_has_said_so():
    """A new table with a basis must register here, or its rows would be forgotten."""
    with_basis = {
        model._meta.label_lower
        for model in personal_models()
        for field in model._meta.concrete_fields
        if list(field.choices or ()) == list(Basis.choices)
    }
    assert with_basis == consented.rooms() == {"families.share", "casework.planshare", "referrals.referral"}


@pytest.mark.parametrize("way", ["page", "api"])
def test_a_withdrawn_consent_ends_all_three(loop: Loop, consent: Consent, three: dict[str, Any], way: str):
    assert set(seen_by_partner(loop, three).values()) == {200}
    assert in_sight(loop, Share, PlanShare, Referral) == 3
    worker, key = loop.client(loop.worker), [loop.family.pk, consent.pk]
    if way == "page":
        address = reverse("casework:withdraw_consent", args=key)
        shown = worker.get(address).content.decode()
        for row in three.values():
            assert row.organisation.name_he in shown or row.organisation.name_en in shown
        assert f"families.share:{three['families.share'].pk}" in shown
        assert f"referrals.referral:{three['referrals.referral'].pk}" in shown
        assert worker.post(address, {"words": WORDS}).status_code == 302
    else:
        address = f"/api/casework/{key[0]}/consents/{key[1]}"
        resting = worker.get(f"{address}/resting").json()
        assert {one["key"]: one["may_stay"] for one in resting} == {
            f"{room}:{row.pk}": room != "casework.planshare" for room, row in three.items()
        }
        answer = worker.post(f"{address}/withdraw", {"words": WORDS}, content_type="application/json")
        assert answer.status_code == 200
    assert set(seen_by_partner(loop, three).values()) == {404}
    assert in_sight(loop, Share, PlanShare, Referral) == 0
    with visible(everything(loop.world.city)):
        event = AuditEvent.objects.get(action="casework.withdraw_consent")
        assert set(event.changes["ended"][1]) == {f"{room}:{row.pk}" for room, row in three.items()}
        assert AuditEvent.objects.filter(action="referrals.withdraw_consent").count() == 1
        assert AuditEvent.objects.filter(action="families.withdraw_share").count() == 1
        assert AuditEvent.objects.filter(action="casework.withdraw_plan_share").count() == 1


@pytest.mark.parametrize("room", ["families.share", "referrals.referral"])
def test_what_the_worker_names_stays_and_nothing_else(
    loop: Loop, consent: Consent, three: dict[str, Any], room: str
):
    address = reverse("casework:withdraw_consent", args=[loop.family.pk, consent.pk])
    staying = f"{room}:{three[room].pk}"
    assert loop.client(loop.worker).post(address, {"words": WORDS, "staying": [staying]}).status_code == 302
    seen = seen_by_partner(loop, three)
    assert {name for name, status in seen.items() if status == 200} == {room}
    with visible(everything(loop.world.city)):
        event = AuditEvent.objects.get(action="casework.withdraw_consent")
        assert event.changes["staying"] == [None, [staying]]


def test_what_names_the_consent_cannot_stay(loop: Loop, consent: Consent, three: dict[str, Any]):
    named = f"casework.planshare:{three['casework.planshare'].pk}"
    answer = loop.client(loop.worker).post(
        f"/api/casework/{loop.family.pk}/consents/{consent.pk}/withdraw",
        {"words": WORDS, "staying": [named]},
        content_type="application/json",
    )
    assert answer.status_code == 422
    assert set(seen_by_partner(loop, three).values()) == {200}, "all or nothing"


def test_what_names_another_consent_or_a_law_goes_on(loop: Loop, consent: Consent):
    other = made.consent(loop.worker, loop.family)
    made.shared_plan(loop.worker, loop.family, loop.world.organisation, consent=other)
    loop.sent(basis="law", basis_details="סעיף 7")
    with visible(everything(loop.world.city, by=loop.worker)):
        assert casework.withdraw_consent(by=loop.worker, consent=consent, words=WORDS) == []
    assert in_sight(loop, PlanShare, Referral) == 2


def test_what_was_sent_while_the_form_lay_open_ends_too(loop: Loop, consent: Consent, three: dict[str, Any]):
    later = loop.sent(loop.others)
    address = reverse("casework:withdraw_consent", args=[loop.family.pk, consent.pk])
    loop.client(loop.worker).post(address, {"words": WORDS})
    after = loop.fresh(later)
    assert after.seen_until is None
    assert after.status not in OPEN
