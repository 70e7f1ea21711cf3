"""What the desks' figures are called, what they mean, and how a target stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from maarag.domains.guidance.models import Measure, Target
from maarag.domains.guidance.words import of_what, value_in_words
from maarag.ui import figures
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Status
from maarag.values import Shown, Suppressed

from .assemble import Desk, WorkerLine
from .lines import Line

FULL, NEARLY_FULL = 1.0, 0.9


def hidden_status() -> Status:
    return Status(_("hidden"), "unknown")


def status_of_places(line: Line) -> Status:
    """Whether there are places, in a word."""
    share = line.share_taken
    if isinstance(share, Suppressed):
        return hidden_status()
    if share is None:
        return Status(_("No places"), "neutral")
    if share >= FULL:
        return Status(_("Full"), "critical")
    if share >= NEARLY_FULL:
        return Status(_("Nearly full"), "attention")
    return Status(_("Places are free"), "ok")


def status_of_load(line: WorkerLine) -> Status:
    """Of a worker: whether there is room for another family, as a usual one weighs."""
    if line.most is None:
        return Status(_("Outside the team"), "attention")
    if line.carried > line.most:
        return Status(_("Over the limit"), "critical")
    room = int(line.most - line.carried)  # usual families; none where less than one is left
    if not room:
        return Status(pgettext("load of a worker", "Full"), "attention")
    return Status(
        ngettext("Room for %(count)s family", "Room for %(count)s families", room)
        % {"count": figures.number(room)},
        "ok",
    )


def actual_of(line: Line, measure: str) -> Shown:
    """The figure of a line that a measure is about."""
    return {
        Measure.PLACES_TAKEN: line.share_taken,
        Measure.SPENT: line.share_used,
        Measure.FIRST_RESPONSE: line.half,
        Measure.LOOP_CLOSURE: line.loop,
        Measure.HELP_RECEIVED: line.help,
        Measure.GOALS_REACHED: line.share_reached,
    }[Measure(measure)]


@dataclass(frozen=True)
class TargetRow:
    """A target beside the figure that it is about."""

    target: Target
    actual: Shown
    status: Status

    @property
    def measure(self) -> str:
        return str(self.target.get_measure_display())

    @property
    def of(self) -> Any:
        return of_what(self.target)

    @property
    def aim(self) -> str:
        return value_in_words(self.target)

    @property
    def shown(self) -> str:
        return actual_in_words(self.target, self.actual)


def actual_in_words(target: Target, actual: Shown) -> str:
    if target.is_days and isinstance(actual, int):
        return ngettext("%(days)s day", "%(days)s days", actual) % {"days": figures.number(actual)}
    return figures.percent(actual) if not target.is_days else figures.number(actual)


def status_of_target(target: Target, actual: Shown) -> Status:
    if isinstance(actual, Suppressed):
        return hidden_status()
    if actual is None:
        return Status(_("Not known yet"), "unknown")
    aim = target.value if target.is_days else target.value / 100
    met = actual <= aim if target.is_at_most else actual >= aim
    if met:
        return Status(pgettext("target", "Met"), "ok")
    near = actual <= aim * 1.1 if target.is_at_most else actual >= aim * 0.9
    return (
        Status(pgettext("target", "Nearly"), "attention")
        if near
        else Status(pgettext("target", "Not met"), "critical")
    )


def target_rows(desk: Desk) -> list[TargetRow]:
    """The targets of the desk with how they stand: of all programmes together, then of each."""
    lines = {line.key.pk: line for line in desk.programmes}
    found = []
    for (programme, measure), target in desk.targets.items():
        if desk.chosen is not None and programme != desk.chosen.pk:
            continue
        line = desk.whole if programme is None else lines.get(programme)
        if line is None:
            continue
        target.programme = None if programme is None else line.key
        actual = actual_of(line, measure)
        found.append(TargetRow(target, actual, status_of_target(target, actual)))
    order = list(Measure.values)
    return sorted(
        found,
        key=lambda row: (
            row.target.programme_id is not None,
            name_in_language(row.target.programme),
            order.index(row.target.measure),
        ),
    )


def notes(desk: Desk) -> list[str]:
    """What the figures mean and where they come from, for the end of every document and page."""
    found = [
        _(
            "Places: the quotas of the year, by decisions on budgets. Taken: open baskets on these quotas."
            " Waiting: families on the waiting lists today."
        ),
        _(
            "Money: granted to the quotas, and what of it is approved, committed and paid, as the ledger has"
            " it today."
        ),
        _(
            "First response: of the families whose file was opened in the last 365 days, the days until half"
            " of them had a place in a programme, a service that began, or something that came of a basket."
            " Families without one so far are counted as still waiting, not left out."
        ),
        _(
            "Loop closure: of the referrals sent and not withdrawn, the share with a known end. Help"
            " received: of these, the share of which the family itself says that it helped, wholly or partly."
            " Referrals are of no programme."
        ),
        _(
            "Goals reached: of the families whose file was closed in the last 365 days and that had goals,"
            " those that reached all of them, wholly or partly."
        ),
    ]
    if any(line.most is not None for line in (desk.whole, *desk.programmes, *desk.places)):
        found.append(
            _(
                "Load: only where the workers of a programme are recorded. What the families with a place"
                " there weigh, for each hundred usual families that these workers may carry. A family"
                " weighs 1, and up to 1.75 with four children or more, the hardest risk, or four situations"
                " or more."
            )
        )
    if not desk.exact:
        if desk.whole.carried is not None or any(line.carried is not None for line in desk.places):
            found.append(
                _(
                    "Above the authority load is shown where its number of families follows from the places"
                    " taken that are shown, and their weight cannot tell of fewer than five families."
                )
            )
        found.append(
            _(
                "Above the authority numbers from one to four are hidden, and others from which they could be"
                " worked out; places taken of fewer than five are hidden also where nobody has one, and are"
                " not counted by method; days are rounded up to weeks and told of at least twenty families."
            )
        )
    if any(line.is_estimate for line in (desk.whole, *desk.programmes)):
        found.append(
            _("Estimate: how the places are shared among the authorities was not published; see the sources.")
        )
    return found
