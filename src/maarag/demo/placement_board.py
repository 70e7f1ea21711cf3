"""The fictional department's families before its programmes' places: two runs, decisions, waiting lists. All
invented.
"""

from __future__ import annotations

from maarag.database.rows import RowScope, visible
from maarag.domains.baskets.models import BasketStatus
from maarag.domains.families.models import Family, FamilyStatus, Relation
from maarag.domains.placements import actions
from maarag.domains.placements.asked import asked
from maarag.domains.placements.errors import PlacementsError
from maarag.domains.placements.fitting import fitted
from maarag.domains.placements.models import Priority, Proposal, WhyWaits
from maarag.domains.programmes.models import Programme, Quota
from maarag.domains.programmes.queries import quotas_in
from maarag.domains.services.models import Service
from maarag.kernel.access.models import Account
from maarag.kernel.matches.models import Run
from maarag.kernel.places.models import Place
from maarag.kernel.rubrics.models import Rubric

from .considered import consider_leaving_home
from .drawn_situations import load_situations
from .households import AUTHORITY
from .loading import Loading
from .sister_toolbox import match_sister
from .story_files import LEADER, World

TABLES = ("fiction_accounts",)
DISTRICT = "district@welfare.example"
CLUSTER = "F-C9"
ACCEPTED, CARRIED = 24, 12
STILL_SUITS = 50
"""Fit of another place that is worth deciding for."""
WAITS = (
    ("hashvil-hameitiv", Priority.URGENT, 70, WhyWaits.PROPOSED, "הגננת מבקשת שלא לחכות לחופש."),
    ("hashvil-hameitiv", Priority.USUAL, 130, WhyWaits.NO_PLACE, ""),
    ("mifgash", Priority.RAISED, 45, WhyWaits.PROPOSED, "האם מבקשת קבוצה של אחר הצהריים."),
    ("mifgash", Priority.USUAL, 20, WhyWaits.FAMILY_LATER, "אחרי הלידה, בינואר."),
    ("noshmim", Priority.USUAL, 160, WhyWaits.BETTER_PLACE, ""),
    ("noshmim", Priority.RAISED, 12, WhyWaits.PROPOSED, ""),
)


def load_placements(loading: Loading) -> None:
    """Situations of the drawn families, then the runs, the sister's with its toolbox last.

    Where anybody has made a run, nothing is done.
    """
    if Run.objects.filter(kind="placements").exists():
        return
    authority = loading.places[AUTHORITY]
    accounts = {account.email: account for account in Account.objects.all()}
    leader = accounts[LEADER]
    with visible(RowScope(frozenset({authority.pk}), leader.pk)):
        world = World(
            loading=loading,
            accounts=accounts,
            services={service.code: service for service in Service.objects.all()},
            quotas={quota.programme.code: quota for quota in quotas_in(authority, loading.today)},
            rubrics={rubric.code: rubric for rubric in Rubric.objects.filter(is_current=True)},
        )
        families = list(
            Family.objects.filter(authority=authority)
            .select_related("authority", "neighbourhood", "worker")
            .prefetch_related("members")
            .order_by("number")
        )
        load_situations(world, families, leader)
        _wait(world, authority)
        consider_leaving_home(world, authority)
    # of the cluster first: the department's own run is the newer one, whose prices answer whoever arrives
    actions.start_run(by=accounts[DISTRICT], place=loading.places[CLUSTER], at_once=True)
    with visible(RowScope(frozenset({authority.pk}), leader.pk)):
        run = actions.start_run(by=leader, place=authority, settings=asked(), at_once=True)
        _decide(leader, run)
    loading.counts["runs"] += 2
    match_sister(loading)


def _without_place(authority: Place) -> list[Family]:
    rows = Family.objects.filter(authority=authority, status=FamilyStatus.OPEN)
    rows = rows.exclude(baskets__status=BasketStatus.OPEN).select_related("worker")
    return list(rows.order_by("-number"))


def _wait(world: World, authority: Place) -> None:
    """Families that their workers propose, or that were left without a place before."""
    programmes = {programme.code: programme for programme in Programme.objects.all()}
    children = [
        one for one in _without_place(authority) if one.members.filter(relation=Relation.CHILD).exists()
    ]
    for family, (code, priority, ago, why, note) in zip(children[::5], WAITS, strict=False):
        actions.wait(
            by=family.worker,
            family=family,
            programme=programmes[code],
            why=why,
            priority=priority,
            since=world.day(ago, after=family.opened_on),
            note=note,
        )


def _decide(leader: Account, run: Run) -> None:
    """Most of the best fits are accepted and half of those carried out; two are swapped, one overridden."""
    rows = list(Proposal.objects.filter(run=run).select_related("quota").order_by("rank"))
    given = [row for row in rows if row.quota_id is not None]
    accepted, rest = given[:ACCEPTED], given[ACCEPTED:]
    done = actions.accept(by=leader, proposals=accepted)
    swapped = _swap(leader, rest)
    others = [row for row in rest if row.pk not in swapped]
    _override(leader, others)
    actions.leave_waiting(by=leader, proposal=others[-1], reason="המשפחה ביקשה להתחיל אחרי החגים.")
    # kept where somebody comes to carry more than they may
    why = "עובדת נוספת מצטרפת לצוות התכנית בחודש הבא."
    actions.carry_out(by=leader, run=run, proposals=done[:CARRIED], why=why)


def _swap(leader: Account, rows: list[Proposal]) -> set[object]:
    """The first two whose programmes are open to both."""
    for first in rows[:20]:
        for second in rows[:60]:
            if first.quota_id == second.quota_id:
                continue
            try:
                actions.swap(
                    by=leader, first=first, second=second, reason="הקבוצה של אחר הצהריים קרובה יותר לביתם."
                )
            except PlacementsError:
                continue
            return {first.pk, second.pk}
    return set()


def _override(leader: Account, rows: list[Proposal]) -> None:
    """One family has another place than the proposed one, which suits it too, with the reason."""
    quotas = list(Quota.objects.filter(authority=rows[0].authority_id).order_by("pk"))
    for row in rows:
        for other in quotas:
            if other.pk == row.quota_id or fitted(row.family, other).whole < STILL_SUITS:
                continue
            try:
                actions.override(
                    by=leader,
                    proposal=row,
                    quota=other,
                    reason="הילדים מכירים את העובדת של התכנית הזאת, והאם סומכת עליה.",
                )
            except PlacementsError:
                continue
            rows.remove(row)
            return
