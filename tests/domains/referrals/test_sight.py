"""Who sees a referral: the body named fields only, while it is open and some days after; nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.families.models import Family, Member
from maarag.domains.referrals.models import HelpWord, Referral, ReferralStep
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from tests.factories.families import NATIONAL_ID, PHONE, everything

from .conftest import Loop

MODELS = (Referral, ReferralStep, HelpWord, Family, Member)


def rows_seen(loop: Loop, account: Any) -> dict[str, int]:
    """How many rows PostgreSQL shows to somebody's requests, whatever the program asks for."""

    def ask() -> dict[str, int]:
        found = {}
        with connection.cursor() as cursor:
            for model in MODELS:
                cursor.execute(f"SELECT count(*) FROM {model._meta.db_table}")
                found[model.__name__] = cursor.fetchone()[0]
        return found

    return loop.see(account, ask)


@pytest.fixture
def heard(loop: Loop) -> Referral:
    referral = loop.sent()
    loop.by(loop.partner, "accept_referral", referral)
    loop.by(loop.partner, "start_referral", referral)
    loop.by(loop.worker, "record_help", referral, help="no", said_by="סוד", how="visit", words="סוד שלנו")
    return referral


def test_the_body_sees_the_referral_alone_and_no_word_of_the_family(loop: Loop, heard: Referral):
    nothing = dict.fromkeys((model.__name__ for model in MODELS), 0)
    assert rows_seen(loop, loop.partner) == {**nothing, "Referral": 1}
    assert rows_seen(loop, loop.foreign_partner) == nothing
    assert rows_seen(loop, loop.stranger) == {**nothing, "Family": 1, "Member": 2}
    for role, place in ((Role.NATIONAL_MANAGER, loop.world.nation), (Role.INTEGRATOR, loop.world.city)):
        assert rows_seen(loop, loop.world.account(role, place=place)) == nothing


def test_only_the_named_fields_are_on_its_page_in_its_list_and_in_the_api(loop: Loop):
    referral = loop.sent(fields=["member_names"])
    partner = loop.client(loop.partner)
    addresses = (
        reverse("referrals:inbox"),
        reverse("referrals:inbox_referral", args=[referral.pk]),
        "/api/referrals/inbox",
        f"/api/referrals/inbox/{referral.pk}",
    )
    answers = [partner.get(address) for address in addresses]
    texts = [one.content.decode() for one in answers[:2]] + [str(one.json()) for one in answers[2:]]
    assert "נועה" in texts[1]
    assert "נועה" in texts[3]
    with visible(everything(loop.world.city)):
        basis = Referral.objects.get().basis_details
    for text in texts:
        for secret in (PHONE, NATIONAL_ID, basis):
            assert secret not in text
    assert "אלון" not in texts[0], "its name is not shared: the file number stands for it"


def test_each_reading_by_the_body_is_recorded_with_the_authority(loop: Loop):
    referral = loop.sent()
    loop.client(loop.partner).get(reverse("referrals:inbox_referral", args=[referral.pk]))
    readers = loop.client(loop.worker).get(reverse("families:readers", args=[loop.family.pk]))
    assert loop.partner.name in readers.content.decode()
    events = loop.see(
        loop.worker,
        lambda: list(
            AuditEvent.objects.filter(action="referrals.read_shared").values_list("subject_id", "actor")
        ),
    )
    assert events == [(str(loop.family.pk), loop.partner.pk)]


@pytest.mark.parametrize(("days", "seen"), [(0, 1), (5, 1), (6, 0)])
def test_the_policy_itself_ends_the_sight(loop: Loop, days: int, seen: int):
    """Ended so many days ago, and to be seen for five: no program between."""
    referral = loop.sent(at=timezone.now() - timedelta(days=20), seen_days=5)
    ended = timezone.now() - timedelta(days=days)
    loop.by(loop.worker, "decline_referral", referral, reason="no_place", at=ended)
    assert rows_seen(loop, loop.partner)["Referral"] == seen
    status = (
        loop.client(loop.partner).get(reverse("referrals:inbox_referral", args=[referral.pk])).status_code
    )
    assert status == (200 if seen else 404)


def test_what_is_withdrawn_is_gone_at_once(loop: Loop):
    referral, partner = loop.sent(), loop.client(loop.partner)
    page = reverse("referrals:inbox_referral", args=[referral.pk])
    assert partner.get(page).status_code == 200
    loop.by(loop.worker, "withdraw_referral", referral, words="טעות")
    assert rows_seen(loop, loop.partner)["Referral"] == 0
    assert partner.get(page).status_code == 404
    assert partner.post(reverse("referrals:inbox_accept", args=[referral.pk])).status_code == 404


def test_a_body_cannot_write_past_its_steps(loop: Loop):
    """Its scope reads the row and may not change it: the action alone enters the scope that may."""
    referral = loop.sent()
    changed = loop.see(loop.partner, lambda: Referral.objects.filter(pk=referral.pk).update(text="x"))
    assert changed == 0
    assert loop.fresh(referral).text != "x"


@pytest.mark.parametrize("name", ["detail", "letter", "accept", "hear", "send_on"])
def test_for_others_the_referral_does_not_exist(loop: Loop, name: str):
    address = reverse(f"referrals:{name}", args=[loop.sent().pk])
    assert loop.client(loop.stranger).get(address).status_code == 404
    assert loop.client(loop.partner).get(address).status_code == 403
