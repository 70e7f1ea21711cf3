"""What baskets of the programmes may buy.

Which responses the baskets were for was not published: the lines are ours, to try the house with, and each of
them says so. One programme is left without any, so that its baskets may buy everything.
"""

from __future__ import annotations

from maarag.domains.baskets.actions import allow_response, end_allowed
from maarag.domains.baskets.models import AllowedResponse
from maarag.domains.programmes.models import Programme
from maarag.values import Money

from .loading import Loading
from .methods import OURS
from .story_files import SERVICES
from .tables import Row, number, rows

TABLES = ("programme_buying",)
ENDED = ("hashvil-hameitiv", "education:bagrut_high_school_equivalency")
"""A line that no longer holds: what was asked for before it ended shows itself to whoever decides."""


def load_buying(loading: Loading) -> None:
    """What each programme's baskets may buy, unless anything was ever said of it."""
    said = set(AllowedResponse.objects.values_list("programme__code", flat=True))
    programmes = {programme.code: programme for programme in Programme.objects.all()}
    for row in rows("programme_buying"):
        if row["programme"] in said:
            continue
        allow_response(
            by=loading.by,
            programme=programmes[row["programme"]],
            response=loading.terms[SERVICES + row["response"]],
            most_of_request=_money(row, "most_of_request"),
            most_of_family=_money(row, "most_of_family"),
            **{f"note_{language}": f"{row[f'note_{language}']} {text}" for language, text in OURS.items()},
        )
    loading.counts["allowed responses"] += len(rows("programme_buying"))


def end_line(loading: Loading) -> None:
    """End the line that no longer holds, once what was asked for under it stands."""
    programme, response = ENDED
    row = AllowedResponse.objects.filter(
        programme__code=programme, response__code=SERVICES + response, ended_at=None, set_by=loading.by
    ).first()
    if row is not None:
        end_allowed(by=loading.by, row=row)


def _money(row: Row, name: str) -> Money | None:
    shekels = number(row[name])
    return None if shekels is None else Money.from_shekels(shekels)
