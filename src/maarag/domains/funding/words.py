"""Budgets in words: states, parts, and what is wrong when money does not suffice."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from maarag.kernel.ledger.actions import KeyReused, LimitPassed, PeriodClosed, WrongStage
from maarag.kernel.ledger.models import Pot
from maarag.kernel.ledger.words import closed_in_words
from maarag.ui.figures import money, name_in_language
from maarag.ui.tables import Status

from .models import Budget, BudgetLine, BudgetState, FunderShare
from .telling import tellable

REFUSALS = (LimitPassed, PeriodClosed, KeyReused, WrongStage)
"""What the ledger raises, each told by `refusal_in_words`."""
TONES = {BudgetState.PLAN: "info", BudgetState.APPROVED: "ok", BudgetState.CLOSED: "neutral"}


def stage_labels() -> dict[str, str]:
    """What becomes of granted money, in the order of `statement.STAGES`."""
    return {
        "planned": pgettext("money", "Planned"),
        "approved": pgettext("money", "Approved"),
        "committed": pgettext("money", "Committed"),
        "paid": pgettext("money", "Paid"),
        "free": pgettext("money", "Free"),
    }


def status_of(budget: Budget) -> Status:
    """The budget's state in a word with its tone."""
    state = BudgetState(budget.state)
    return Status(state.label, TONES[state])


def name_of_pot(pot: Pot) -> str:
    """What a purse of a budget is called: its line, its funder, or the authority it was given to."""
    line = BudgetLine.objects.filter(pot=pot).first()
    if line is not None:
        return _("the line “%(line)s”") % {"line": name_in_language(line)}
    share = FunderShare.objects.filter(pot=pot).select_related("organisation").first()
    if share is not None:
        return _("the share of %(funder)s") % {"funder": name_in_language(share.organisation)}
    if pot.authority_id:
        return _("the quota of %(place)s (%(purse)s)") % {
            "place": name_in_language(pot.authority),
            "purse": pot.label,
        }
    return str(pot.label)


def refusal_in_words(error: Exception) -> str:
    """What the ledger refused, for whoever has to correct it: which purse, how much is missing,
    what to do.
    """
    if isinstance(error, LimitPassed):
        if "free" not in tellable([error.pot.pk])[error.pot.pk]:
            return _(
                "Nothing was changed: too little money is free in %(purse)s. How much is missing is not told,"
                " for it would tell of a few families. Take less back."
            ) % {"purse": name_of_pot(error.pot)}
        return _(
            "Nothing was changed: %(missing)s are missing in %(purse)s. Give less, or take some back first."
        ) % {"missing": money(error.missing), "purse": name_of_pot(error.pot)}
    if isinstance(error, PeriodClosed):
        return closed_in_words(error)
    if isinstance(error, KeyReused):
        return _("Nothing was changed: the same decision was recorded already with other amounts.")
    if isinstance(error, WrongStage):
        return _("Nothing was changed: this money is at another stage by now. Look at the page again.")
    return str(error)
