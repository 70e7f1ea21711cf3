"""Where the places of the array's smaller programmes are: an estimate by a written rule, to the last place.

Published: how many places each programme has (2021), that two small programmes run in five authorities each,
and where Noshmim Lirvacha runs (2023). Not published: where the others run. See `data/sources.csv`.
"""

from __future__ import annotations

from maarag.domains.funding.models import Budget, BudgetState
from maarag.domains.programmes.actions import QuotaDraft, set_quotas
from maarag.domains.programmes.models import Quota

from .budget import NATIONAL
from .family_poverty import shared_out
from .loading import Loading
from .national import estimated_families
from .programmes import departments_by_authority
from .tables import rows

TABLES = ("sources", "programmes", "departments", "authorities", "figures", "budget_lines")
SOURCE = "array-places-estimate"
WITH_NOSHMIM = ("noshmim-soldiers", "noshmim-self-employed")
"""Ways of Noshmim Lirvacha: wherever it runs."""
SMALL = ("mapa", "olim-laderech")
IN_AUTHORITIES = 5
"""So many authorities run each of the two small programmes (the document)."""
OF_RISK = ("hashvil-hameitiv", "mifgash")
PLACES_OF_A_TEAM = 15
"""An assumption of ours: a programme runs where it has a team, and a team works with so many families."""


def shares_of_array() -> dict[str, dict[str, int]]:
    """Programme → authority → places; each programme's sum is the document's.

    A programme that runs in n authorities is put where the most families in need are estimated among those
    that run Noshmim Lirvacha, and shared out in proportion to them, by largest remainder.
    """
    need = estimated_families()
    runs = {code: need[code].number for code, found in departments_by_authority().items() if found.noshmim}
    hardest = sorted(runs, key=lambda code: (-runs[code], code))
    families = {row["code"]: int(row["families"]) for row in rows("programmes") if row["families"]}
    authorities = {code: len(runs) for code in WITH_NOSHMIM}
    authorities |= dict.fromkeys(SMALL, IN_AUTHORITIES)
    authorities |= {code: round(families[code] / PLACES_OF_A_TEAM) for code in OF_RISK}
    return {
        programme: shared_out(families[programme], {code: runs[code] for code in hardest[:n]})
        for programme, n in authorities.items()
    }


def load_array(loading: Loading) -> None:
    """Give the places of each programme of which no place was given yet."""
    budget = Budget.objects.filter(code=NATIONAL, state=BudgetState.APPROVED).first()
    if budget is None:
        return
    source = loading.sources[SOURCE]
    lines = {line.code: line for line in budget.lines.select_related("budget", "budget__place", "pot")}
    given = set(Quota.objects.filter(line__in=lines.values()).values_list("line__code", flat=True))
    shares = shares_of_array()
    for programme in loading.steps("array", sorted(shares.keys() - given)):
        places = {code: families for code, families in shares[programme].items() if families}
        set_quotas(
            by=loading.by,
            line=lines[programme],
            drafts=[QuotaDraft(loading.places[code], families) for code, families in places.items()],
            what=f"חלוקת מכסות: {lines[programme].name_he}",
            why="אומדן: היכן פועלת התכנית לא פורסם; לפי כלל כתוב, עד המקום האחרון.",
            document=source.name_he,
            source=source,
            is_estimate=True,
        )
        loading.counts["quotas"] += len(places)
