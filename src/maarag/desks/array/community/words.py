"""What the figures of community over out-of-home care are called and mean."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from maarag.domains.placements.models import Choice
from maarag.ui.figures import name_in_language

from .assemble import Community, LackingFigures
from .numbers import AWAY, COMMUNITY, OTHER


def group_labels() -> dict[str, str]:
    """Decisions as they are told above an authority."""
    return {
        COMMUNITY: str(Choice.COMMUNITY.label),
        AWAY: pgettext("community or out of home", "Out of the home, also for a time"),
        OTHER: pgettext("community or out of home", "Not decided, or no longer considered"),
    }


def lacking_name(line: LackingFigures) -> str:
    return name_in_language(line.what) if line.what is not None else _("Described in words")


def lacking_kind(line: LackingFigures) -> str:
    return {"programme": _("Programme"), "method": _("Method")}.get(line.kind, "")


def notes(view: Community) -> list[str]:
    """What the figures mean and where they come from, for the end of the page and of every document."""
    found = [
        _(
            "Leaving home is considered: what social workers write in the families' files, in placements. A"
            " family counts once in the year in which it began to be considered, by what was considered last."
        ),
        _(
            "Barriers and incentives are counted by alternatives in the community: one of them may have"
            " several, and a family may have several alternatives. One described twice counts twice."
        ),
        _(
            "Days until the decision: of all these families; where nothing is decided yet, they count as"
            " still waiting."
        ),
        _(
            "Yearly cost: of the families for which the community was decided and both costs are written, out"
            " of the home and of the alternative that was chosen. As social workers estimate them; it is not"
            " money of the ledger."
        ),
    ]
    if not view.exact:
        found.append(
            _(
                "Above the authority a row is told only where no family or at least five stand behind each"
                " figure of it, also without those of any one authority; what is hidden of a table is at"
                " least five families together, and where anything is hidden nobody is told from zero."
                " Responses and what is lacking are told of the whole alone."
            )
        )
    return found
