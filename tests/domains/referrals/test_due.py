"""What waits for the right person: the sender, the family's worker, the service's workers, nobody else."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.families.actions import change_family
from maarag.domains.families.parts import summaries
from maarag.domains.families.waiting import Waiting, waiting_of
from maarag.kernel.access.models import Account
from tests.factories.families import everything

from .conftest import Loop, days_ago


def waits(loop: Loop, account: Account) -> list[Waiting]:
    found = loop.see(account, lambda: waiting_of(account))
    return [item for item in found if item.kind in ("referrals", "answers")]


def test_in_time_it_waits_for_the_service_alone(loop: Loop):
    loop.sent()
    assert waits(loop, loop.worker) == []
    (item,) = waits(loop, loop.partner)
    assert (item.kind, item.family) == ("answers", None)
    assert "אלון" not in f"{item.what}"
    for account in (loop.foreign_partner, loop.stranger, loop.leader):
        assert waits(loop, account) == []


def test_a_late_answer_waits_for_the_sender_too(loop: Loop):
    referral = loop.sent(at=days_ago(10))
    (item,) = waits(loop, loop.worker)
    assert (item.family.pk, item.status.tone) == (loop.family.pk, "critical")
    assert item.due == loop.fresh(referral).due_on


def test_the_family_is_asked_by_whoever_keeps_its_file_now(loop: Loop):
    referral = loop.sent(at=days_ago(50))
    loop.by(loop.worker, "accept_referral", referral, at=days_ago(45))
    loop.by(loop.worker, "start_referral", referral, at=days_ago(40))
    assert [item.url for item in waits(loop, loop.worker)] == [f"/referrals/{referral.pk}/"]
    assert waits(loop, loop.partner) == []
    with visible(everything(loop.world.city)):
        change_family(by=loop.worker, family=loop.family, worker=loop.leader)
    assert len(waits(loop, loop.leader)) == 1
    loop.by(loop.worker, "record_help", referral, help="yes", said_by="האם", how="visit")
    assert waits(loop, loop.worker) == [], "closing has its days"


def test_a_refusal_waits_until_it_is_sent_on(loop: Loop):
    referral = loop.sent(response=loop.world.term("meals"))
    loop.by(loop.partner, "decline_referral", referral, reason="no_place")
    assert [item.url for item in waits(loop, loop.worker)] == [f"/referrals/{referral.pk}/"]
    loop.by(loop.worker, "send_on", referral, service=loop.parcels)
    assert waits(loop, loop.worker) == []


def test_the_file_says_how_its_referrals_stand(loop: Loop):
    def said() -> dict[str, object]:
        found = loop.see(loop.worker, lambda: summaries(loop.worker, loop.family))
        return next(one for one in found if one["url"].startswith("/referrals/"))

    assert said()["status"] is None
    loop.sent(at=days_ago(10))
    assert said()["status"].tone == "critical"


def test_the_lists_filters(loop: Loop):
    late, fresh = loop.sent(at=days_ago(10)), loop.sent(loop.others)
    started = loop.sent(loop.parcels)
    loop.by(loop.worker, "accept_referral", started)
    loop.by(loop.worker, "start_referral", started)
    refused = loop.sent(loop.world.service("further", "נוסף", "meals"))
    loop.by(loop.worker, "decline_referral", refused, reason="no_place")
    expected = {
        "open": {late, fresh, started}, "late": {late}, "service": {late, fresh}, "sender": {started},
        "refused": {refused}, "ended": {refused}, "all": {late, fresh, started, refused},
    }  # fmt: skip
    client = loop.client(loop.worker)
    for state, wanted in expected.items():
        told = client.get("/api/referrals/", {"state": state}).json()
        assert {item["id"] for item in told["items"]} == {str(one.pk) for one in wanted}, state
        page = client.get("/referrals/", {"state": state})
        assert page.context["page"].paginator.count == len(wanted), state
    assert client.get("/referrals/", {"q": "יום"}).context["page"].paginator.count == 1
    assert loop.client(loop.leader).get("/referrals/").context["page"].paginator.count == 0
    everybody = loop.client(loop.leader).get("/referrals/", {"whose": "all", "state": "all"})
    assert everybody.context["page"].paginator.count == 4
    book = client.get("/referrals/export.xlsx", {"state": "late"})
    assert book.content.startswith(b"PK")


def test_what_is_due_within_days_is_shown(loop: Loop):
    referral = loop.sent(at=days_ago(40))
    loop.by(loop.worker, "accept_referral", referral, at=days_ago(39))
    loop.by(loop.worker, "start_referral", referral, at=days_ago(28))
    assert loop.fresh(referral).due_on == timezone.localdate() + timedelta(days=2)
    (item,) = waits(loop, loop.worker)
    assert item.status.tone == "ok"
