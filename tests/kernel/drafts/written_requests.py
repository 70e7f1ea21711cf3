"""Forms of referrals and of baskets, each filled in."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.urls import reverse

from maarag.domains.baskets import actions as buying
from maarag.domains.baskets.above import waiting_above
from maarag.kernel.access.permissions import Role

from .written import TODAY, Town, Written


def referral(town: Town) -> Written:
    good = {
        "key": str(uuid4()), "text": "ארוחות חמות", "fields_shared": ["worker"], "basis": "law",
        "basis_details": "סעיף 1", "answer_days": 5, "start_days": 5, "ask_days": 5, "close_days": 5,
        "seen_days": 5,
    }  # fmt: skip
    here, there = (
        reverse("referrals:send", args=[of.pk, town.city.service.code])
        for of in (town.city.family, town.other)
    )
    return Written(town.city.worker, here, there, good, bad=good | {"text": ""})


def familys_word(town: Town) -> Written:
    one, two = (
        town.referral(of, "accept_referral", "start_referral") for of in (town.city.family, town.other)
    )
    good = {
        "hear-help": "partly", "hear-said_by": "other", "hear-said_by_other": "הסבתא", "hear-how": "phone",
        "hear-said_on": TODAY().isoformat(), "hear-words": "חסר בשבתות",
    }  # fmt: skip
    here, there = (reverse("referrals:detail", args=[one.pk]), reverse("referrals:detail", args=[two.pk]))
    return Written(town.city.worker, here, there, good, reverse("referrals:hear", args=[one.pk]))


def answer_of_a_body(town: Town) -> Written:
    partner = town.city.world.account(Role.PARTNER_WORKER, organisation=town.city.service.organisation)
    one, two = town.referral(town.city.family), town.referral(town.other)
    here, there = (reverse("referrals:inbox_referral", args=[row.pk]) for row in (one, two))
    good = {"decline-reason": "no_place", "decline-words": "אין מקום עד החורף"}
    return Written(partner, here, there, good, reverse("referrals:inbox_decline", args=[one.pk]))


def basket_request(town: Town) -> Written:
    with town.city.scope():
        one = town.city.draft()
        two = town.city.draft(basket=town.second_basket())
    here, there = (reverse("baskets:edit", args=[row.pk]) for row in (one, two))
    return Written(town.city.worker, here, there, {"why": "אין מי שיבשל"}, bad={"quantity": "-1"})


def request_sent(town: Town) -> Written:
    found = basket_request(town)
    with town.city.scope():
        form = {
            "plan_goal": str(town.city.goal.pk),
            "why": "אין מי שיבשל",
            "offered": str(town.city.service.pk),
            "chosen": f"p{town.city.price.pk}",
            "quantity": "4",
            "choice": "קרוב לבית",
        }
    found.good, found.bad = form | {"send": "1"}, form | {"send": "1", "why": ""}
    return found


def step_of_a_request(step: str, stage: str, good: dict[str, Any], by: str = "worker") -> Any:
    def made(town: Town) -> Written:
        with town.city.scope():
            one = getattr(town.city, stage)()
            two = getattr(town.city, stage)(basket=town.second_basket())
        here, there = (reverse("baskets:request", args=[row.pk]) for row in (one, two))
        to = reverse(f"baskets:{step}", args=[one.pk])
        return Written(getattr(town.city, by), here, there, good, to)

    return made


def asked_above(town: Town) -> Written:
    """Whoever manages the budget: of two requests, without a family's name or key."""
    director = town.city.world.account(Role.PROGRAMME_DIRECTOR, place=town.city.world.nation)
    head = town.city.head
    with town.city.scope(head):
        for basket in (town.city.basket, town.second_basket()):
            row = town.city.sent(10, by=head, basket=basket)
            buying.ask_above(by=head, request=row, why="נחוץ")
    here, there = (reverse("baskets:above_request", args=[row.key]) for row in waiting_above(director))
    return Written(director, here, there, {"act": "decline", "reason": "יקר מדי"})
