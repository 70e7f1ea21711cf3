"""The review board as its page shows it: filters, lines, tiles, notices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maarag.domains.programmes.fit import Reason
from maarag.domains.programmes.words import Names, quota_words, reason_words
from maarag.kernel.matches.rows import Verdict
from maarag.ui import figures
from maarag.ui.choices import asked_text
from maarag.ui.tables import Column, Table

from ..beyond import beyond, coming_of
from ..errors import stale_words
from ..models import Proposal
from ..queries import Board, BoardLine
from ..tables import passed_lines
from ..told import Keys, line_in_words, method_of, place_of, place_words, through_of
from .shown import fit_tone, share, shown_elsewhere, status_of_proposal

STATES = ("", "pending", "decided", "waits", "changed", "stale", "elsewhere", "carried")


@dataclass(frozen=True)
class Asked:
    """Filters of the board; what makes no sense counts as not given."""

    q: str = ""
    state: str = ""
    programme: str = ""
    method: str = ""

    @classmethod
    def of(cls, given: Any) -> Asked:
        state = asked_text(given, "state")
        return cls(
            asked_text(given, "q", 80),
            state if state in STATES else "",
            asked_text(given, "programme"),
            asked_text(given, "method"),
        )

    def items(self) -> list[tuple[str, str]]:
        return [
            ("q", self.q),
            ("state", self.state),
            ("programme", self.programme),
            ("method", self.method),
        ]

    def takes(self, line: BoardLine) -> bool:
        row = line.proposal
        fits = {
            "": True,
            "pending": row.verdict == Verdict.PENDING,
            "decided": row.verdict != Verdict.PENDING and row.carried_at is None,
            "waits": row.quota_id is None,
            "changed": row.is_changed,
            "stale": bool(line.stale),
            "elsewhere": line.elsewhere is not None,
            "carried": row.carried_at is not None,
        }[self.state]
        programme = row.quota.programme.code if row.quota else ""
        method = row.method.code if row.method else ""
        text = f"{row.family.name} {row.family.number}".casefold()
        return (
            fits
            and (not self.programme or programme == self.programme)
            and (not self.method or method == self.method)
            and all(word in text for word in self.q.casefold().split())
        )


def state_choices() -> list[tuple[str, str]]:
    words = {
        "": _("All"),
        "pending": _("Not decided yet"),
        "decided": _("Decided, not carried out"),
        "waits": _("Without a place"),
        "changed": _("Other than the run proposed"),
        "stale": _("Out of date"),
        "elsewhere": _("Decided on another board"),
        "carried": _("Carried out"),
    }
    return [(code, words[code]) for code in STATES]


def left_waiting(found: Board) -> int:
    return sum(
        line.proposal.verdict != Verdict.PENDING
        and line.proposal.quota_id is None
        and line.proposal.carried_at is None
        for line in found.lines
    )


def first_reason(row: Proposal) -> Reason | None:
    """What speaks most for the place that the run proposed, of how the programme was judged."""
    told = row.explanation.get("judged", {}).get("pro") or []
    return Reason.of(told[0]) if told and not row.is_changed else None


def reason_names(lines: Iterable[BoardLine]) -> Names:
    """The names in the first reasons of these lines, looked up once."""
    return Names(reason for line in lines if (reason := first_reason(line.proposal)) is not None)


def row_of(line: BoardLine, keys: Keys, names: Names, chosen: bool) -> dict[str, Any]:
    row = line.proposal
    before = ""
    if row.is_changed:
        before = place_words(row.proposed, keys.methods.get(row.proposed_method, ""))
    return {
        "pk": str(row.pk),
        "family": row.family.name,
        "place": method_of(row) or place_of(row),
        "through": through_of(row),
        "before": before,
        "fit": share(row.fit),
        "fit_tone": fit_tone(row.fit),
        "why": stale_words(line.stale) if line.stale else why_in_words(row, keys, names),
        "elsewhere": shown_elsewhere(line.elsewhere) if line.elsewhere else None,
        "worker": row.worker.name if row.worker else "",
        "status": status_of_proposal(row, stale=line.stale),
        "may_choose": row.carried_at is None,
        "chosen": chosen,
    }


def why_in_words(row: Proposal, keys: Keys, names: Names) -> str:
    """The one line that says most: why it waits, what speaks against the place, or what for it."""
    told = row.explanation
    if row.verdict in (Verdict.OVERRIDDEN, Verdict.SWAPPED, Verdict.DECLINED) and row.reason:
        return row.reason
    if row.quota_id is None:
        others = told.get("why_not") or []
        if others:
            because = others[0]["because"]
            words = line_in_words(because[0], keys) if because else ""
            return f"{keys.programme(others[0]['quota'], others[0].get('method', ''))}: {words}"
        lines = told.get("against", ())
        return line_in_words(lines[0], keys) if lines else ""
    if row.is_changed:
        return ""
    if (reason := first_reason(row)) is not None:
        return reason_words(reason, names, alone=row.works_by_method)
    lines = [*told.get("for", ()), *told.get("against", ())]
    return line_in_words(lines[0], keys) if lines else ""


def tiles_of(found: Board) -> list[dict[str, Any]]:
    rows = [line.proposal for line in found.lines]
    placed = [row for row in rows if row.quota_id is not None]
    mean = sum(row.fit or 0 for row in placed) / len(placed) if placed else None
    decided = sum(row.verdict != Verdict.PENDING for row in rows)
    return [
        {"label": _("Families without a place"), "value": len(rows)},
        {
            "label": _("With a place on the board"),
            "value": len(placed),
            "note": figures.percent(len(placed) / len(rows)) if rows else "",
        },
        {"label": _("Left waiting"), "value": len(rows) - len(placed)},
        {
            "label": _("Mean fit of those placed"),
            "value": figures.number(mean) if mean is not None else None,
            "note": _("of 100"),
        },
        {
            "label": _("Decided"),
            "value": decided,
            "note": _("of %(n)s") % {"n": figures.number(len(rows))},
            "tone": "ok" if rows and decided == len(rows) else "",
        },
    ]


def notices_of(found: Board) -> list[dict[str, Any]]:
    notices = []
    if found.newer is not None and found.newer.is_open:
        notices.append(
            _notice(
                _("A newer run is being matched"),
                _("What is decided here now is named on the newer board, and stays if that is run again."),
            )
        )
    elif found.newer is not None:
        notices.append(
            _notice(
                _("There is a newer run"),
                _("What is decided here still counts, but the newer one has read today's files."),
                url=reverse("placements:progress", args=[found.newer.pk]),
                link=_("Go to the newer run"),
            )
        )
    if found.elsewhere:
        words = ngettext(
            "Of %(n)s family it was decided on another board since. Run again, and what is later stays.",
            "Of %(n)s families it was decided on another board since. Run again, and what is later stays.",
            found.elsewhere,
        )
        words %= {"n": figures.number(found.elsewhere)}
        notices.append(_with_lines(found, "elsewhere", _("Decided meanwhile on another board"), words))
    if found.stale:
        words = ngettext(
            "%(n)s proposal no longer holds: the file was closed, or the place was taken meanwhile.",
            "%(n)s proposals no longer hold: files were closed, or places were taken meanwhile.",
            found.stale,
        )
        words %= {"n": figures.number(found.stale)}
        notices.append(_with_lines(found, "stale", _("Some of it is out of date"), words))
    if found.passed:
        words = _("It stays as people decided it, and nobody else is proposed there: %(what)s.")
        words %= {"what": "; ".join(passed_lines(found.passed))}
        notices.append(_notice(_("What was decided takes more than there is"), words))
    if found.lost:
        words = ngettext(
            "%(n)s decision could not stay: its place has ended. The family is matched anew.",
            "%(n)s decisions could not stay: their places have ended. The families are matched anew.",
            found.lost,
        )
        words %= {"n": figures.number(found.lost)}
        notices.append(_notice(_("Not everything that was decided could stay"), words))
    notices += _beyond(found)
    if over := [line for line in found.places if line.left < 0]:
        names = ", ".join(quota_words(line.quota) for line in over)
        words = _("As the board stands, these have too many: %(names)s.") % {"names": names}
        notices.append(_notice(_("More families than places"), words, tone="critical"))
    return notices


def _beyond(found: Board) -> list[dict[str, Any]]:
    """What the board as it stands takes more than there is of funders' money and of workers' room."""
    passed = beyond(coming_of(line.proposal for line in found.lines if not line.stale))
    notices = []
    if passed.funders:
        words = " ".join(one.in_words() for one in passed.funders)
        words += " " + _("As the board stands, it cannot be carried out.")
        notices.append(_notice(_("A funder has not enough left"), words, tone="critical"))
    if passed.workers:
        words = " ".join(one.in_words() for one in passed.workers)
        words += " " + _("Whoever carries it out is asked why.")
        notices.append(_notice(_("More than workers may carry"), words))
    return notices


def _notice(title: str, words: str, *, tone: str = "attention", **leads: str) -> dict[str, Any]:
    """`leads`: to which `url`, and the words of the `link`."""
    return {"tone": tone, "title": title, "words": words, **leads}


def _with_lines(found: Board, state: str, title: str, words: str) -> dict[str, Any]:
    """A notice that leads to the lines of the board that it is about."""
    url = reverse("placements:run", args=[found.run.pk]) + f"?state={state}"
    return _notice(title, words, url=url, link=_("Show them"))


def to_accept_table(rows: Sequence[Proposal]) -> Table:
    """Proposals by the place that they are of, the most families first; what waits comes last."""
    by_place: dict[tuple[bool, str], list[Proposal]] = {}
    for one in rows:
        by_place.setdefault((one.quota_id is None, place_of(one)), []).append(one)
    lines = []
    in_order = sorted(by_place.items(), key=lambda one: (one[0][0], -len(one[1]), one[0][1]))
    for (_waits, place), those in in_order:
        fits = [one.fit for one in those if one.fit is not None]
        lines.append(
            {
                "place": place,
                "families": len(those),
                "lowest": share(min(fits)) if fits else None,
                "highest": share(max(fits)) if fits else None,
            }
        )
    columns = [
        Column("place", _("Place"), heading=True),
        Column("families", _("Families"), "number"),
        Column("lowest", _("Lowest fit"), "coverage"),
        Column("highest", _("Highest fit"), "coverage"),
    ]
    return Table(columns, lines, _("What is accepted"), caption_hidden=True, dense=True)
