"""What the drawn households live in: situations and ratings, drawn by chance that falls alike.

So that matching has something to judge: without it all of them would be the same to it. The mix is ours, no
estimate of any town. Some files stay without situations, as files do.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import date

from maarag.domains.casework.models import Assessment, Circumstance, CircumstanceKind
from maarag.domains.families.models import Family, FamilyStatus, Relation
from maarag.kernel.access.models import Account

from .story_files import StoryFile, World
from .tables import rows

FAMILIES = 400
"""At most so many, by file number."""
SEED = 5
UNWRITTEN = 0.12
"""Files in which nobody has written a situation yet."""
RATED = 0.25
"""Files in which poverty, and with children the risk to them, was rated."""
BY_TWO = {"family-poverty": 30, "child-risk": 16}
"""On each rubric so many of the files rated first were rated by the team leader too, who came along."""
SAME, NEXT = 0.78, 0.98
"""Of her levels so many are her worker's, and up to here one off; the rest are two off."""
LESS_SEEN, SAME_THERE = (3, 5), 0.6
"""Dimensions, from zero, that a visit shows less of: there fewer are the same."""
EVERY = (
    ("deprivation:low_income", 0.62),
    ("employment:unemployed", 0.24),
    ("benefit_holders:social_security:income_security", 0.2),
    ("housing:home_renters", 0.3),
    ("health:chronic_illness", 0.12),
    ("citizenship:olim", 0.07),
    ("household:loneliness", 0.1),
    ("survivors:violence_survivors:domestic_violence_survivors", 0.05),
    ("urgency:in_crisis", 0.06),
)
WITH_CHILDREN = (
    ("deprivation:at_risk:at_risk_children", 0.36),
    ("education:struggling_students", 0.18),
    ("disability:learning_disability", 0.08),
)
WORDS = {
    "deprivation:low_income": "החודש נגמר לפני סופו.",
    "deprivation:at_risk:at_risk_children": "הילדים לבד בבית שעות רבות.",
}
EVIDENCE = ("נראה בביקור בית.", "לדברי ההורים.", "לפי מכתב בית הספר.")


def load_situations(world: World, families: Sequence[Family], leader: Account) -> None:
    """Write what each open file says of the family, by its keeper; what says something stays as it is.

    `leader`: who rates some of them besides.
    """
    chance = random.Random(SEED)
    known = set(
        Circumstance.objects.filter(kind=CircumstanceKind.SITUATION).values_list("family_id", flat=True)
    ) | set(Assessment.objects.values_list("family_id", flat=True))
    named = {
        sector: {row["name"] for row in rows("names") if (row["sector"], row["kind"]) == (sector, "family")}
        for sector in ("arab", "jewish")
    }
    arab = named["arab"] - named["jewish"]
    rater = _Rater(leader)
    for family in world.loading.steps("situations", families[:FAMILIES]):
        drawn = _drawn(chance, family, family.name in arab, world.loading.today)
        unwritten, rated = chance.random() < UNWRITTEN, chance.random() < RATED
        ago, hard = chance.randrange(20, 300), chance.random()
        if family.status != FamilyStatus.OPEN or family.pk in known:
            continue
        file = StoryFile(world, family)
        if not unwritten:
            for number, term in enumerate(drawn):
                file.situation(term, WORDS.get(term, ""), ago=ago, by_family=number % 3 != 2)
        if rated:
            rater.rate(file, hard, "deprivation:at_risk:at_risk_children" in drawn, ago)


def _drawn(chance: random.Random, family: Family, is_arab: bool, today: date) -> list[str]:
    """The situations of one family; the same number of draws whatever they give."""
    members = list(family.members.all())
    children = [one for one in members if one.relation == Relation.CHILD]
    parents = [one for one in members if one.relation == Relation.PARENT]
    found = [term for term, share in EVERY if chance.random() < share]
    drawn = [term for term, share in WITH_CHILDREN if chance.random() < share]
    found += drawn if children else []
    if len(parents) == 1 and children:
        found.append("household:families:single_parent")
    if any(one.birth_date and (today - one.birth_date).days < 3 * 365 for one in children):
        found.append("age_group:infants")
    tongue = chance.random()
    if is_arab:
        found += ["language:arabic_speaking", "sectors:arabs"]
    elif tongue < 0.13:
        found.append("language:russian_speaking")
    elif tongue < 0.18:
        found.append("language:amharic_speaking")
    elif tongue < 0.5:
        found.append("language:hebrew_speaking")
    return found


class _Rater:
    """Rates files by their keepers, the first of them by the team leader too."""

    def __init__(self, leader: Account) -> None:
        self.leader = leader
        self.by_two: Counter[str] = Counter()

    def rate(self, file: StoryFile, hard: float, at_risk: bool, ago: int) -> None:
        """Levels round a drawn middle: those who are worse off in one dimension mostly are in others."""
        self._assess(file, "family-poverty", 1 + round(hard * 2), (0, 1, 0, 1, 0, -1, 0, 1), ago)
        if at_risk:
            self._assess(file, "child-risk", 1 + int(hard * 3), (0, 1, 0, 1, 0, 1), ago)

    def _assess(self, file: StoryFile, rubric: str, middle: int, shifts: Sequence[int], ago: int) -> None:
        levels = [max(1, min(4, middle + shift)) for shift in shifts]
        raters = [(file.keeper, levels)]
        if self.by_two[rubric] < BY_TWO[rubric]:
            self.by_two[rubric] += 1
            chance = random.Random(f"{SEED} {rubric} {file.family.number}")
            raters.append((self.leader, _seen_again(chance, levels)))
        told = [(who, "".join(map(str, given))) for who, given in raters]
        file.assess(rubric, told, EVIDENCE, ago=ago)


def _seen_again(chance: random.Random, levels: Sequence[int]) -> list[int]:
    """What a second rater says of the same family, each dimension by itself."""
    found = []
    for at, level in enumerate(levels):
        drawn, up = chance.random(), chance.choice((1, -1))
        off = 0 if drawn < (SAME_THERE if at in LESS_SEEN else SAME) else 1 if drawn < NEXT else 2
        there = level + up * off
        found.append(there if 1 <= there <= 4 else level - up * off)
    return found
