"""The fictional sister authority works by one toolbox: a few places, its files' situations, the switch.

All invented. One worker keeps its sixty files: methods are ranked and a board chooses them, beside the large
department that works by programmes.
"""

from __future__ import annotations

from datetime import date, timedelta

from maarag.database.rows import RowScope, visible
from maarag.domains.casework.models import Circumstance, CircumstanceKind
from maarag.domains.families.models import Family, FamilyStatus
from maarag.domains.funding.actions import (
    LineDraft,
    ShareDraft,
    approve_budget,
    save_budget,
    save_lines,
    save_shares,
)
from maarag.domains.funding.models import Budget
from maarag.domains.placements import actions
from maarag.domains.programmes.actions import QuotaDraft, fund_programme, set_quotas, switch_toolbox
from maarag.domains.programmes.models import Programme, ToolboxSwitch
from maarag.kernel.access.models import Account
from maarag.kernel.people.models import Organisation
from maarag.kernel.rubrics.models import Rubric
from maarag.values import Money

from .drawn_situations import load_situations
from .households import SISTER
from .loading import Loading
from .story_files import StoryFile, World

LEADER = "team.leader@givat-hadekel.example"
BUDGET, SOURCE, PAYER = "givat-hadekel-baskets", "fiction-dekel-2026", "gd-council"
TOWN = {"he": "גבעת הדקל (בדיוני)", "ar": "جفعات هديكل (خيالي)", "en": "Givat HaDekel (fictional)"}
BASKETS = {
    "he": "סלי מענים למשפחות",
    "ar": "سلال استجابات للعائلات",
    "en": "Baskets of responses for families",
}
PLACES = (("noshmim", 22, 8_000), ("hashvil-hameitiv", 6, 35_000), ("mifgash", 9, 33_000))
"""Programme, families, shekels a basket: fewer than the files, so that some wait for what suits them best."""
WHY = "מחלקה קטנה: עובדת אחת מלווה משפחות מכל התכניות, ובוחרת איתן דרך עבודה ולא תכנית."
SITUATIONS: tuple[tuple[str, ...], ...] = (
    ("deprivation:low_income", "housing:home_renters"),
    ("deprivation:low_income", "deprivation:at_risk:at_risk_children", "urgency:in_crisis"),
    ("employment:unemployed", "deprivation:low_income"),
    ("deprivation:at_risk:at_risk_children", "education:struggling_students"),
)


def load_toolbox(loading: Loading) -> None:
    """Places, what the files say, and the switch; where the department has one already, nothing is done."""
    place = loading.places[SISTER]
    if ToolboxSwitch.objects.filter(authority=place).exists():
        return
    if not Budget.objects.filter(code=BUDGET).exists():
        _give_places(loading)
    with visible(RowScope(frozenset({place.pk}), loading.by.pk)):
        _write_situations(loading)
    switch_toolbox(
        by=loading.by, authority=place, starts=max(date(loading.today.year, 1, 1),
        loading.today - timedelta(days=60)), why=WHY,
    )  # fmt: skip
    loading.counts["switches"] += 1


def match_sister(loading: Loading) -> None:
    """A run of its own, whose board chooses methods."""
    leader, place = Account.objects.get(email=LEADER), loading.places[SISTER]
    with visible(RowScope(frozenset({place.pk}), leader.pk)):
        actions.start_run(by=leader, place=place, at_once=True)
    loading.counts["runs"] += 1


def _give_places(loading: Loading) -> None:
    """A budget of the council for three programmes, and all their places."""
    programmes = {one.code: one for one in Programme.objects.all()}
    place, source, year = loading.places[SISTER], loading.sources[SOURCE], loading.today.year
    budget = save_budget(
        by=loading.by,
        code=BUDGET,
        place=place,
        source=source,
        **{f"name_{one}": f"{BASKETS[one]} – {TOWN[one]}" for one in TOWN},
        starts=date(year, 1, 1),
        ends=date(year, 12, 31),
    )
    drafts = [
        LineDraft(
            code=code,
            part="basket",
            names={
                f"name_{one}": f"{getattr(programmes[code], f'name_{one}')} – {TOWN[one]}" for one in TOWN
            },
            families=families,
            unit_cost=Money.from_shekels(cost),
        )
        for code, families, cost in PLACES
    ]
    save_lines(by=loading.by, budget=budget, drafts=drafts, whole=True)
    payer = Organisation.objects.get(code=PAYER)
    save_shares(by=loading.by, budget=budget, drafts=[ShareDraft("basket", payer, 1)])
    approve_budget(
        by=loading.by, budget=budget, what="תקציב סלי המענים השנתי (בדיוני)",
        why="תקציב בדיוני, לצורך הדגמה בלבד.",
    )  # fmt: skip
    for line in budget.lines.select_related("budget", "budget__place", "pot"):
        fund_programme(by=loading.by, programme=programmes[line.code], line=line)
        set_quotas(
            by=loading.by,
            line=line,
            drafts=[QuotaDraft(place, line.families or 0)],
            what=f"חלוקת מכסות: {line.name_he}",
            why="לפי התקציב.",
            document=source.name_he,
            source=source,
        )
        loading.counts["quotas"] += 1


def _write_situations(loading: Loading) -> None:
    """Of the files that are written out by hand first, then of the drawn ones."""
    rubrics = {rubric.code: rubric for rubric in Rubric.objects.filter(is_current=True)}
    world = World(loading=loading, accounts={}, services={}, quotas={}, rubrics=rubrics)
    families = Family.objects.filter(authority=loading.places[SISTER], status=FamilyStatus.OPEN)
    written = Circumstance.objects.filter(kind=CircumstanceKind.SITUATION).values("family")
    rows = families.exclude(pk__in=written).select_related("worker").order_by("number")
    for family, terms in zip(rows, SITUATIONS, strict=False):
        for term in terms:
            StoryFile(world, family).situation(term, ago=40)
    drawn = families.select_related("worker", "authority").prefetch_related("members").order_by("number")
    load_situations(world, list(drawn), Account.objects.get(email=LEADER))
