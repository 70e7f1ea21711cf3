"""Prices of the fictional directory, and a family's basket as a story fills it, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import NAMESPACE_OID, uuid5

from maarag.domains.baskets import actions as baskets
from maarag.domains.baskets.limits import DEFAULTS
from maarag.domains.baskets.models import Basket, Price, Request, Stage
from maarag.domains.baskets.prices import price_of
from maarag.domains.casework.models import Goal
from maarag.domains.casework.queries.planning import goals_of
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.values import Money

from .loading import Loading
from .story_files import HEAD, LEADER, SERVICES, StoryFile, World

NOSHMIM, HASHVIL, MIFGASH = "noshmim", "hashvil-hameitiv", "mifgash"
RISEN = 5
"""Days since the price of `RISES` rose."""
RISES = ("mg-therapy-children", "meeting", 320)
PRICES: dict[str, tuple[str, str, int]] = {
    "mg-baby-box": ("goods:baby_supplies", "item", 420),
    "mg-bagrut": ("education:bagrut_high_school_equivalency", "course", 900),
    "mg-budget-coaching": ("education:more_education:financial_education", "meeting", 220),
    "mg-day-nursery": ("care:daytime_care", "month", 1450),
    "mg-digital-centres": ("education:skills_training:computer_class", "course", 320),
    "mg-furniture-bank": ("goods:home_goods", "item", 240),
    "mg-home-goods": ("goods:home_goods", "item", 90),
    "mg-learning-centres": ("education:more_education:enrichment_programs", "month", 390),
    "mg-learning-edu": ("education:more_education:enrichment_programs", "month", 350),
    "mg-legal-aid": ("legal:advocacy_legal_aid:financial_difficulties", "hour", 260),
    "mg-market-parcels": ("food:food_delivery", "item", 210),
    "mg-parcels-east": ("food:food_delivery", "item", 180),
    "mg-parcels-west": ("food:food_delivery", "item", 180),
    "mg-parents-mothers": ("education:skills_training:parenting_education", "course", 480),
    "mg-repairs": ("housing:maintenance_repairs:small_repairs", "item", 450),
    "mg-school-bag": ("money:financial_assistance:help_pay_for_school", "item", 350),
    "mg-single-afternoon": ("education:afterschool_care", "month", 520),
    "mg-soup-kitchen": ("food:food_pantry", "month", 420),
    "mg-special-afternoon": ("education:special_education", "month", 640),
    "mg-therapy-adults": ("health:mental_health_care:counseling:individual_counseling", "meeting", 300),
    "mg-therapy-children": ("health:mental_health_care:counseling:individual_counseling", "meeting", 280),
    "mg-vocational": ("work:skills_training:vocational_courses", "course", 2800),
    "mg-warm-home": ("care:daytime_care", "month", 980),
}
"""What a service asks: its response, by what it is counted, shekels for one."""
STEPS = {
    Stage.OPINION: 0,
    Stage.APPROVAL: 1,
    Stage.APPROVED: 3,
    Stage.ORDERED: 4,
    Stage.DELIVERED: 12,
    Stage.PAID: 16,
}
"""So many days after it was asked for, each step is done."""


def load_prices(loading: Loading, world: World) -> None:
    """The list of prices, from the beginning of last year; one of them rose a few days ago."""
    known = set(Price.objects.values_list("service__code", flat=True))
    begun = date(loading.today.year - 1, 1, 1)
    for code, (response, unit, shekels) in PRICES.items():
        if code in known:
            continue
        listed = [(begun, shekels, "מחיר בדיוני, לצורך הדגמה.")]
        if code == RISES[0]:
            risen = loading.today - timedelta(days=RISEN)
            listed.append((risen, RISES[2], "מחיר בדיוני: העלאה לאחר עדכון שכר המטפלים."))
        for starts, amount, note in listed:
            baskets.set_price(
                by=loading.by,
                service=world.services[code],
                response=loading.terms[SERVICES + response],
                unit=unit,
                amount=Money.from_shekels(amount),
                starts=starts,
                note=note,
            )
    loading.counts["prices"] += len(PRICES)


@dataclass(frozen=True)
class StoryBasket:
    """A family's basket in one programme."""

    file: StoryFile
    basket: Basket

    @classmethod
    def open(cls, file: StoryFile, programme: str, *, ago: int, shekels: int | None = None) -> StoryBasket:
        """Open it so many days ago, where the quota ran by then."""
        quota = file.world.quotas[programme]
        basket = baskets.open_basket(
            by=file.keeper,
            family=file.family,
            quota=quota,
            amount=None if shekels is None else Money.from_shekels(shekels),
            day=max(file.day(ago), quota.starts),
        )
        return cls(file, basket)

    def day(self, ago: int) -> date:
        return max(self.file.day(max(ago, 0)), self.basket.opened_on)

    def ask(
        self,
        service: str,
        quantity: int,
        *,
        upto: str,
        ago: int,
        goal: str = "",
        why: str = "",
        choice: str = "",
        offered: Sequence[str] = (),
        replaces: Request | None = None,
        came: int | None = None,
    ) -> Request:
        """A request begun `ago` days back and taken as far as the stage `upto`.

        A draft is complete where it has a goal, reasons and a choice. `came`: how much was delivered,
        where it was ordered and only a part came.
        """
        world, by = self.file.world, self.file.keeper
        response = world.loading.terms[SERVICES + PRICES[service][0]]
        request = baskets.begin_request(
            by=by, basket=self.basket, response=response, replaces=replaces, day=self.day(ago)
        )
        listed = price_of(world.services[service], response, PRICES[service][1], self.day(ago))
        written = {"why": why, "choice": choice}
        baskets.change_request(
            by=by,
            request=request,
            service=world.services[service],
            price=listed,
            unit=PRICES[service][1],
            unit_agorot=listed.agorot if listed else None,
            quantity=quantity,
            offered=sorted(world.services[code].pk for code in {service, *offered}),
            **({"plan_goal": self.goal(goal, ago)} if goal else {}),
            **{name: text for name, text in written.items() if text},
        )
        if upto == Stage.DRAFT:
            return request
        return self.take(request, upto, ago=ago, came=came)

    def goal(self, words: str, ago: int) -> Goal:
        """The goal of the family's plan in these words; else agreed on when it was asked for."""
        known = {goal.own_words: goal for goal in goals_of(self.file.family)}
        return known.get(words) or self.file.goal(words, "", ago=ago)

    def take(self, request: Request, upto: str, *, ago: int, came: int | None = None) -> Request:
        """Send it, and take it on to the stage, each step on its day."""
        by, passed = self.file.keeper, list(STEPS).index(Stage(upto))

        def on(stage: Stage) -> date:
            return self.day(ago - STEPS[stage])

        request = baskets.send_request(by=by, request=request, day=on(Stage.OPINION))
        if passed >= 1:
            opinion = "המענה מתאים למטרה שסוכמה עם המשפחה, ויש לו מקום סמוך לבית."
            baskets.give_opinion(by=by, request=request, stance="for", text=opinion, day=on(Stage.APPROVAL))
        if passed >= 2:
            request = baskets.approve_request(
                by=self.approver(request), request=request, day=on(Stage.APPROVED)
            )
        if passed >= 3:
            request = baskets.order_request(by=by, request=request, day=on(Stage.ORDERED))
        if came is not None:
            baskets.record_delivery(
                by=by, request=request, outcome="partly" if came else "no", quantity=came or None,
                day=self.day(ago - STEPS[Stage.DELIVERED]),
                note="השאר יגיע בשבוע הבא." if came else "הספק לא הגיע; נקבע מועד חדש.",
            )  # fmt: skip
        if passed >= 4:
            baskets.record_delivery(by=by, request=request, outcome="yes", day=on(Stage.DELIVERED))
        if passed >= 5:
            self.pay(request, day=on(Stage.PAID))
        return Request.objects.get(pk=request.pk)

    def approver(self, request: Request) -> Account:
        """The lowest whose limit covers it."""
        covered = request.amount is not None and request.amount <= DEFAULTS[Role.TEAM_LEADER]
        return self.file.world.accounts[LEADER if covered else HEAD]

    def pay(self, request: Request, *, day: date) -> None:
        pay(self.file.world.accounts[HEAD], [(request, f"F-{1000 + (request.order_number or 0)}")], day)

    def helped(self, request: Request, helped: str, words: str, *, ago: int) -> None:
        day = max(self.day(ago), request.ordered_on or self.basket.opened_on)
        baskets.tell_what_helped(by=self.file.keeper, request=request, helped=helped, words=words, day=day)


def pay(by: Account, invoices: Sequence[tuple[Request, str]], day: date) -> None:
    """Pay with one confirmation, which is the same in every run."""
    drafts = [baskets.PaymentDraft(request, number) for request, number in invoices]
    key = uuid5(NAMESPACE_OID, " ".join(str(request.pk) for request, _number in invoices))
    baskets.pay_requests(by=by, drafts=drafts, key=key, day=day)
