"""Baskets of the drawn households: who asks for what, and how far it came, drawn by chance that falls alike.

The mix is ours, so that reports by programme, funder and month have something to count; no estimate
of any town.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from maarag.domains.baskets.models import Request, Stage
from maarag.domains.families.models import Family, FamilyStatus

from .story_baskets import HASHVIL, MIFGASH, NOSHMIM, StoryBasket, pay
from .story_files import HEAD, StoryFile, World

FAMILIES = 70
SEED = 4
PROGRAMMES = ((NOSHMIM, 6), (HASHVIL, 2), (MIFGASH, 2))
STAGES = (
    (Stage.PAID, 34),
    (Stage.DELIVERED, 6),
    (Stage.ORDERED, 14),
    (Stage.APPROVED, 12),
    (Stage.APPROVAL, 12),
    (Stage.OPINION, 6),
    (Stage.DRAFT, 16),
)
SECOND = 0.2
"""How often a family asks for a second thing."""
ASKS = (
    ("mg-therapy-children", 6, "שהילד יירגע וישן בלילה.", "המלצת היועצת החינוכית."),
    ("mg-learning-edu", 4, "שהלימודים לא יהיו מלחמה.", "פערים בקריאה ובחשבון."),
    ("mg-learning-centres", 4, "שיהיה מי שיעזור בשיעורים.", "ההורים עובדים עד הערב."),
    ("mg-furniture-bank", 2, "מיטה לכל ילד.", "אין די מיטות בבית."),
    ("mg-parcels-east", 8, "שלא ייגמר האוכל בסוף החודש.", "ההכנסה אינה מספיקה למזון."),
    ("mg-single-afternoon", 4, "לעבוד יום מלא.", "אין מסגרת אחר הצהריים."),
    ("mg-repairs", 2, "בית שלא נכנס אליו גשם.", "ליקויי בטיחות שנראו בביקור בית."),
    ("mg-budget-coaching", 6, "לצאת מהמינוס.", "חובות לשלושה נושים."),
    ("mg-school-bag", 3, "ציוד כמו לכולם.", "שלושה תלמידים בבית."),
    ("mg-warm-home", 2, "מקום חם אחרי בית הספר.", "הילד לבד בבית עד הערב."),
)
CHOICE = "המשפחה בחרה מתוך שתי הצעות, בפגישה בביתה."
HELPED = (
    ("yes", 6, "זה בדיוק מה שחיפשנו."),
    ("partly", 3, "עזר, אבל נגמר מוקדם מדי."),
    ("no", 1, "זה לא התאים לנו."),
)
YEAR = 300
"""Days back over which the asking is spread."""


def load_drawn(world: World, families: Sequence[Family | None], worked: Collection[UUID]) -> None:
    """Open a basket for some of the households; each provider is paid once a month, for all of them."""
    chance = random.Random(SEED)
    open_ones = [one for one in families if one is not None and one.status == FamilyStatus.OPEN]
    chosen = chance.sample(open_ones, min(FAMILIES, len(open_ones)))
    due: dict[tuple[int, int], list[Request]] = defaultdict(list)
    told: list[tuple[StoryBasket, Request]] = []
    for family in world.loading.steps("baskets", chosen):
        # drawn for everybody alike, also for who is passed over
        programme = chance.choices([code for code, _n in PROGRAMMES], [n for _code, n in PROGRAMMES])[0]
        asks = chance.sample(ASKS, 2 if chance.random() < SECOND else 1)
        drawn = [(ask, _stage(chance), chance.random()) for ask in asks]
        if family.pk in worked:
            continue
        furthest = max(_ago(stage, share) for _ask, stage, share in drawn)
        basket = StoryBasket.open(StoryFile(world, family), programme, ago=furthest + 5)
        for (service, quantity, goal, why), stage, share in drawn:
            request = basket.ask(
                service,
                quantity,
                upto=Stage.DELIVERED if stage == Stage.PAID else stage,
                ago=_ago(stage, share),
                goal=goal,
                why=why if stage != Stage.DRAFT else "",
                choice=CHOICE if stage != Stage.DRAFT else "",
            )
            if stage == Stage.PAID and request.service_id:
                came = request.deliveries.latest("day").day
                due[came.month, request.service_id].append(request)
                told.append((basket, request))
    _pay(world, due)
    for basket, request in told[::2]:
        helped, _n, words = chance.choices(HELPED, [n for _word, n, _text in HELPED])[0]
        basket.helped(request, helped, words, ago=1)


def _stage(chance: random.Random) -> Stage:
    return chance.choices([stage for stage, _n in STAGES], [n for _stage, n in STAGES])[0]


def _ago(stage: Stage, share: float) -> int:
    """What was paid was asked for over the year, what waits in the last days."""
    if stage == Stage.PAID:
        return 32 + int(share * YEAR)
    return {Stage.DELIVERED: 14, Stage.ORDERED: 6, Stage.APPROVED: 4}.get(stage, 1) + int(share * 9)


def _pay(world: World, due: dict[tuple[int, int], list[Request]]) -> None:
    today = world.loading.today
    for number, ((_month, _service), requests) in enumerate(sorted(due.items()), start=1):
        last = max(request.deliveries.latest("day").day for request in requests)
        day = min(last.replace(day=28) if last.day < 28 else last, today)
        pay(world.accounts[HEAD], [(request, f"M-{number:04}") for request in requests], day)
