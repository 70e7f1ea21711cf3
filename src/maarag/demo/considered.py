"""Families of the fictional department for which leaving home was considered, and what the community could do
instead: one that is being weighed now, told in words, and two dozen of the last months. All invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle

from maarag.domains.baskets.models import BasketStatus
from maarag.domains.families.models import Family, FamilyStatus, Member, Relation
from maarag.domains.placements import actions
from maarag.domains.placements.models import Barrier, Choice, Incentive
from maarag.domains.programmes.models import Method, Programme
from maarag.kernel.access.models import Account
from maarag.kernel.places.models import Place
from maarag.values import Money

from .story_files import LEADER, World

FOSTER = "human_services:care:adoption_foster_care"
BOARDING = "human_services:education:boarding_school"
SHELTER = "human_services:housing:emergency_shelter"
AT_RISK = "human_situations:deprivation:at_risk:at_risk_children"

AWAY = {
    FOSTER: (96_000, "הצוות בגן מציע לבדוק אומנה."),
    BOARDING: (84_000, "בבית הספר מציעים פנימייה, כי אין מי שיהיה עם הילד אחר הצהריים."),
    SHELTER: (60_000, "נבדק מקום חירום עד שהבית יהיה בטוח."),
}
"""Response out of the home → its yearly cost in shekels, and why it is considered."""

INSTEAD = (
    ("crisis-at-home", 42_000, (Barrier.SAFETY,), (Incentive.TOGETHER, Incentive.FAST)),
    ("parent-training-home", 18_000, (Barrier.WAIT, Barrier.HOURS), (Incentive.TOGETHER, Incentive.COST)),
    ("family-afternoon", 21_000, (Barrier.NO_PLACE,), (Incentive.SCHOOL, Incentive.COST)),
    ("parent-child-therapy", 16_000, (Barrier.WAIT, Barrier.LANGUAGE), (Incentive.FAMILY, Incentive.WORKER)),
    ("family-group-conference", 6_000, (), (Incentive.RELATIVES, Incentive.LANGUAGE)),
    ("teen-mentoring", 12_000, (Barrier.MISSING,), (Incentive.SCHOOL,)),
)
"""Methods in the community, their yearly cost in shekels, what stands in the way and what speaks for them."""

DECIDED = (
    (Choice.COMMUNITY, "המשפחה המורחבת נכנסת, והצוות מגיע הביתה מהשבוע הבא."),
    (Choice.COMMUNITY, "הילד נשאר בבית הספר שלו, עם ליווי אחר הצהריים."),
    (Choice.OUT_OF_HOME, "הבית אינו בטוח דיו עכשיו, ומה שיש בקהילה לא מספיק."),
    (Choice.COMMUNITY, "ההורים מבקשים לנסות בבית, ויש מקום פנוי."),
    (Choice.BOTH, "חצי שנה מחוץ לבית, ואחריה חזרה עם ליווי."),
    (Choice.COMMUNITY, "הסבתא עוברת לגור עם המשפחה."),
    (Choice.OPEN, ""),
    (Choice.OUT_OF_HOME, "אין כאן מענה ערב בקהילה שמתאים לגילו."),
    (Choice.DROPPED, "המצב נרגע, ואיש אינו מבקש זאת עוד."),
)
"""In turn over the families; words of the decision."""
FAMILIES = 24


def consider_leaving_home(world: World, authority: Place) -> None:
    """Once: where anything was considered before, nothing is done."""
    rows = Family.objects.filter(authority=authority, status=FamilyStatus.OPEN).select_related("worker")
    children = {
        family: child
        for family in rows.order_by("-number")
        if (child := family.members.filter(relation=Relation.CHILD).order_by("birth_date").first())
    }
    weighed = next(
        family
        for family in children
        if not family.baskets.filter(status=BasketStatus.OPEN).exists()
        and family.circumstances.filter(term__code=AT_RISK, ended_on=None).exists()
    )
    _weigh(world, weighed, children.pop(weighed))
    others = list(children.items())
    step = max(1, len(others) // FAMILIES)
    _of_the_last_months(world, world.accounts[LEADER], others[::step][:FAMILIES])


def _weigh(world: World, family: Family, child: Member) -> None:
    """Foster care is considered for one child, beside two things that could be done at home."""
    considered = actions.consider(
        by=family.worker,
        family=family,
        response=world.loading.terms[FOSTER],
        why="הגננת והיועצת מציעות לבדוק אומנה: הילד נשאר לבד שעות רבות, וההורים מותשים.",
        member=child,
        yearly_cost=Money.from_shekels(AWAY[FOSTER][0]),
        day=world.day(18, after=family.opened_on),
    )
    actions.add_option(
        by=family.worker,
        alternative=considered,
        programme=Programme.objects.get(code="hashvil-hameitiv"),
        words="ליווי בבית פעמיים בשבוע, עם טיפול להורים ולילד.",
        barriers=[Barrier.WAIT, Barrier.HOURS],
        barrier_words="עד ינואר אין שעות אחר הצהריים.",
        incentives=[Incentive.TOGETHER, Incentive.SCHOOL, Incentive.BASKET, Incentive.COST],
        incentive_words="הסבתא מוכנה לקחת מהגן פעמיים בשבוע.",
        yearly_cost=Money.from_shekels(35_000),
    )
    actions.add_option(
        by=family.worker,
        alternative=considered,
        method=Method.objects.get(code="crisis-at-home"),
        words="צוות שבא לבית בחודשים הראשונים.",
        barriers=[Barrier.SAFETY],
        barrier_words="צריך לוודא שמישהו בבית בכל ערב.",
        incentives=[Incentive.FAST, Incentive.FAMILY],
    )


def _of_the_last_months(world: World, leader: Account, families: list[tuple[Family, Member]]) -> None:
    methods = {method.code: method for method in Method.objects.all()}
    away: Iterator[str] = cycle((FOSTER, BOARDING, FOSTER, SHELTER, BOARDING))
    instead = cycle(INSTEAD)
    for number, ((family, child), (choice, reason)) in enumerate(zip(families, cycle(DECIDED), strict=False)):
        response = next(away)
        cost, why = AWAY[response]
        opened = world.day(20 + 11 * number, after=family.opened_on)
        considered = actions.consider(
            by=family.worker,
            family=family,
            response=world.loading.terms[response],
            why=why,
            member=child,
            yearly_cost=Money.from_shekels(cost),
            day=opened,
        )
        options = []
        for code, yearly, barriers, incentives in (next(instead), next(instead))[: 1 + number % 2]:
            options.append(
                actions.add_option(
                    by=family.worker,
                    alternative=considered,
                    method=methods[code],
                    barriers=barriers,
                    incentives=incentives,
                    yearly_cost=Money.from_shekels(yearly),
                )
            )
        if choice != Choice.OPEN:
            actions.decide_alternative(
                by=leader,
                alternative=considered,
                choice=choice,
                reason=reason,
                chosen=options[0] if choice in (Choice.COMMUNITY, Choice.BOTH) else None,
                day=world.day(8 + 11 * number, after=opened),
            )
