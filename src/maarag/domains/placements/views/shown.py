"""How runs, proposals and fits stand on a page: names, states, tones, the ways between pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maarag.domains.programmes.fit import WORTH_PROPOSING
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.matches.models import Run, RunState
from maarag.kernel.matches.rows import Verdict
from maarag.ui import figures
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Status

from ..asked import Asked, FloorAsked
from ..groups import attribute_label, labels_of, least_in_words
from ..models import Choice, Proposal
from ..told import method_of, place_of

GOOD = 70
TONES_OF_RUNS = {
    RunState.QUEUED: "info",
    RunState.RUNNING: "info",
    RunState.DONE: "ok",
    RunState.CANCELLED: "neutral",
    RunState.FAILED: "critical",
}
TONES_OF_VERDICTS = {
    Verdict.PENDING: "attention",
    Verdict.ACCEPTED: "ok",
    Verdict.SWAPPED: "info",
    Verdict.OVERRIDDEN: "info",
    Verdict.DECLINED: "neutral",
}


def share(fit: float | None) -> float | None:
    """A fit of a hundred as a share of one, for the bar."""
    return None if fit is None else fit / 100


def fit_tone(fit: float | None) -> str:
    """The bar's tone: nothing where it fits well, attention where it is only just worth proposing."""
    if fit is None or fit >= GOOD:
        return ""
    return "attention" if fit >= WORTH_PROPOSING else "critical"


def run_name(run: Run) -> str:
    """The place and the day: runs have no names of their own."""
    return _("Run for %(place)s, %(day)s") % {
        "place": name_in_language(run.place),
        "day": figures.moment(run.asked_at),
    }


def status_of_run(run: Run, *, is_cut_off: bool = False) -> Status:
    if is_cut_off:
        return Status(_("Cut off"), "critical")
    word = run.get_state_display()
    if run.state == RunState.RUNNING:
        word = f"{word} · {figures.percent(run.percent / 100)}"
    return Status(word, TONES_OF_RUNS[RunState(run.state)])


def status_of_proposal(row: Proposal, *, stale: str = "") -> Status:
    if row.carried_at is not None:
        return Status(_("Carried out"), "ok")
    if stale:
        return Status(_("Out of date"), "critical")
    if row.verdict == Verdict.PENDING and row.quota_id is None:
        return Status(_("Waits, not decided yet"), "unknown")
    return Status(row.get_verdict_display(), TONES_OF_VERDICTS[Verdict(row.verdict)])


def shown_elsewhere(row: Proposal) -> dict[str, str]:
    """A decision on another board: in words, and the way to it."""
    return {
        "words": _("Decided on another board: %(place)s") % {"place": method_of(row) or place_of(row)},
        "url": reverse("placements:proposal", args=[row.pk]),
    }


def status_of_choice(choice: str) -> Status:
    tone = {Choice.OPEN: "attention", Choice.COMMUNITY: "ok", Choice.DROPPED: "neutral"}.get(Choice(choice))
    return Status(Choice(choice).label, tone or "info")


def floors_in_words(floors: Sequence[FloorAsked]) -> str:
    """Each floor as a group and how many of it; empty where there is none."""
    if not floors:
        return ""
    said = []
    for floor in floors:
        label = labels_of(floor.attribute, [floor.value])[floor.value]
        least = least_in_words(floor.percent, floor.number)
        said.append(f"{attribute_label(floor.attribute)}: {label} {least}")
    return ngettext("Floor: %(floors)s", "Floors: %(floors)s", len(said)) % {"floors": ", ".join(said)}


def room_tabs(account: Account, current: str) -> list[dict[str, Any]]:
    """The ways between the pages of placing that this account may open."""
    rooms = [
        ("index", _("Runs"), Permission.RUN_PLACEMENTS),
        ("waiting", _("Waiting lists"), Permission.VIEW_FAMILIES),
    ]
    return [
        {"label": label, "url": reverse(f"placements:{name}"), "current": name == current}
        for name, label, permission in rooms
        if account.may_somewhere(permission)
    ]


def run_tabs(run: Run, current: str, *, named: bool) -> list[dict[str, Any]]:
    """The views of one run that is done; the board is for whoever reads the files."""
    if run.state != RunState.DONE:
        return []
    views = [
        *([("run", _("Review board"))] if named else []),
        ("whole", _("The whole, explained")),
        ("fairness", _("Fairness")),
        ("compare", _("Compare")),
    ]
    return [
        {"label": label, "url": reverse(f"placements:{name}", args=[run.pk]), "current": name == current}
        for name, label in views
    ]


def run_page(
    run: Run, current: str, heading: Any, *, named: bool, is_cut_off: bool = False
) -> dict[str, Any]:
    """What `placements/run.html` needs."""
    asked = Asked.of(run.settings)
    return {
        "run": run,
        "heading": heading,
        "run_name": run_name(run),
        "run_status": status_of_run(run, is_cut_off=is_cut_off),
        "run_tabs": run_tabs(run, current, named=named),
        "floors_said": floors_in_words(asked.floors),
        "fictional": run.place.is_fictional,
        "crumbs": [(_("Placing families"), reverse("placements:index")), (run_name(run), "")],
    }
