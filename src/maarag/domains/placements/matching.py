"""A run of placements from end to end: read, judge, place, explain, share out, write the proposals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from typing import Any
from uuid import UUID

from maarag.database.rows import RowScope, visible
from maarag.domains.programmes.engine_data import programme_models
from maarag.domains.programmes.models import Method, Programme
from maarag.domains.programmes.queries import toolbox_authorities
from maarag.engines.matching import Explained, PlacementCancelled, place, room_for
from maarag.kernel.matches.models import Run
from maarag.kernel.matches.registry import Progress, Stop, Stopped
from maarag.kernel.matches.rows import Verdict

from .arriving import Coming, coming, prices_to_come
from .asked import WAITING, Asked
from .elsewhere import elsewhere
from .engine_data import Gathered, fixed_of, kin_of, limit_keys, pairs_of, problem_of
from .explaining import Teller, atoms_of, losses_of, prices_of
from .gathering import Candidate, candidates
from .models import Proposal
from .seats import seats, teams
from .sharing import ToShare, share_out

CHUNK = 2_000
EXACT_SECONDS = 1.0
GATHERED, JUDGED, PLACED, EXPLAINED = 15, 40, 70, 85
"""How much of a hundred is done after each step."""
DECIDED = (Verdict.ACCEPTED, Verdict.SWAPPED, Verdict.OVERRIDDEN, Verdict.DECLINED)


def compute(run: Run, progress: Progress, stop: Stop) -> tuple[dict[str, Any], str]:
    """The figures of the run and the digest of its data; its proposals are written.

    Raises Stopped. Computes outside of any transaction of its own.
    """
    asked = Asked.of(run.settings)
    scope = RowScope(frozenset(run.authorities), run.asked_by_id)
    progress(1, "gather")
    with visible(scope):
        gathered, kept, known = gather(run, asked)
    _go_on(stop)

    def on_judged(done: int, of: int) -> None:
        progress(GATHERED + (JUDGED - GATHERED) * done // max(1, of), "judge")
        _go_on(stop)

    pairs = pairs_of(gathered, asked, on_judged)
    fixed = fixed_of(gathered)
    # what people decided stays, also where it takes more than there is: that is told, not refused
    problem, passed = room_for(problem_of(gathered, pairs, asked), fixed)
    try:
        placed = place(
            problem,
            fixed,
            lambda share, _words: progress(JUDGED + round((PLACED - JUDGED) * share), "place"),
            stop,
            exact_seconds=EXACT_SECONDS,
        )
    except PlacementCancelled:
        raise Stopped from None
    kinds = tuple(limits.kind for limits in problem.limits)
    teller = Teller(gathered, pairs, asked, limit_keys(gathered), Explained(placed, kin_of(gathered)), kinds)
    progress(PLACED, "explain")
    seat_of = [int(j) for j in placed.place_of_family]
    proposals = _proposals(run, teller, seat_of, kept, progress, stop)
    try:
        whole = teller.whole(stop, EXACT_SECONDS)
        losses = prices_to_come(gathered, pairs, asked, known, fixed, stop, EXACT_SECONDS)
    except PlacementCancelled:
        raise Stopped from None
    totals = {
        **whole,
        "passed": [teller.limit(kind, number) for kind, number in passed],
        **atoms_of(gathered, seat_of, _methods(proposals)),
        "toolboxes": sorted(gathered.toolboxes),
        "prices": prices_of(teller),
        "losses": losses_of(teller, losses),
        "seats": [
            [one.quota, one.programme, one.authority, one.left, one.families] for one in gathered.seats
        ],
        "kept": len(fixed),
        "lost": _lost(gathered, fixed),
    }
    _write(run, scope, proposals, progress, stop)
    return totals, digest_of(gathered)


def gather(run: Run, asked: Asked) -> tuple[Gathered, dict[UUID, Proposal], Coming]:
    """All that the run reads, the decided proposals of the run before that stay, and what the year tells."""
    families = candidates(authorities=run.authorities, day=asked.day, without_place=False)
    weights = {one.family: one.weight for one in families if one.placed_in}
    waiting = [one for one in families if not one.placed_in and (asked.who != WAITING or one.waits)]
    kept: dict[UUID, Proposal] = {}
    if asked.keep and run.based_on_id is not None:
        rows = Proposal.objects.filter(run=run.based_on_id, verdict__in=DECIDED, carried_at=None)
        rows = rows.select_related("method")
        kept = {row.family_id: row for row in rows}
        base = Run.objects.defer("totals").get(pk=run.based_on_id)
        kept |= elsewhere(base)  # decided meanwhile on another board: of two decisions the later one stays
        known = {one.family for one in waiting}
        waiting += [one for one in families if one.family in kept and one.family not in known]
        waiting = [one for one in waiting if not one.placed_in]
    # places that were decided come along, whatever programmes are asked for; nobody else may have them then
    quotas = {row.quota_id for row in kept.values()}
    found = [
        one for one in seats(run.authorities, asked.day) if asked.is_of(one.programme) or one.quota in quotas
    ]
    programmes = Programme.objects.filter(pk__in={one.programme for one in found})
    gathered = Gathered(
        candidates=waiting,
        seats=found,
        teams=teams(run.authorities, asked.day, weights),
        models=programme_models(programmes),
        fixed={family: row.quota_id for family, row in kept.items()},
        toolboxes=frozenset(toolbox_authorities(asked.day) & set(run.authorities)),
        methods={family: row.method.code for family, row in kept.items() if row.method},
    )
    return gathered, kept, coming(families, waiting, run.authorities, asked.day)


def digest_of(gathered: Gathered) -> str:
    """Of the facts, the places, the teams and who works by one toolbox: the same gives the same digest."""
    found = sha256()
    for one in gathered.candidates:
        situations = sorted((one.facts.situations or {}).items())
        facts = {**asdict(one.facts), "situations": situations}
        facts = {name: sorted(v) if isinstance(v, frozenset) else v for name, v in facts.items()}
        found.update(repr((one.family, sorted(facts.items()), one.waits)).encode())
    found.update(repr(gathered.seats).encode())
    found.update(repr(sorted(gathered.toolboxes)).encode())
    for team, people in sorted(gathered.teams.items()):
        found.update(repr((team, [(one.account, one.most, one.carried) for one in people])).encode())
    return found.hexdigest()


def _proposals(
    run: Run,
    teller: Teller,
    seat_of: Sequence[int],
    kept: dict[UUID, Proposal],
    progress: Progress,
    stop: Stop,
) -> list[Proposal]:
    gathered, placed = teller.gathered, teller.explained.placed
    workers = _workers(gathered, seat_of)
    methods = dict(Method.objects.values_list("code", "pk"))
    made = []
    for i, (one, j) in enumerate(zip(gathered.candidates, seat_of, strict=True)):
        if i % 500 == 0:
            progress(PLACED + (EXPLAINED - PLACED) * i // len(seat_of), "explain")
            _go_on(stop)
        told = teller.family(i)
        told["placed"] = j >= 0  # as the run counts it, whatever people decide afterwards
        fit = teller.fit(int(placed.pair_of_family[i])) if j >= 0 else None
        quota = gathered.seats[j].quota if j >= 0 else None
        row = Proposal(
            run=run,
            authority_id=one.authority,
            family_id=one.family,
            quota_id=quota,
            proposed_id=quota,
            fit=fit,
            proposed_fit=fit,
            method_id=methods.get(told.get("judged", {}).get("method", "")),
            worker_id=workers.get(one.family),
            explanation=told,
        )
        before = kept.get(one.family)
        if before is not None and before.decided_at is not None:
            told["read"] = before.decided_at.isoformat()
        if before is not None and before.quota_id == quota:
            row.verdict, row.reason = before.verdict, before.reason
            row.decided_by_id, row.decided_at = before.decided_by_id, before.decided_at
            row.proposed_id, row.proposed_fit = before.proposed_id, before.proposed_fit
            if row.works_by_method and before.works_by_method:
                told["proposed_method"] = before.proposed_method
        made.append(row)
    # by authority those placed first, the best fits before; who waits, by the best place that is open to them
    order = sorted(
        range(len(made)), key=lambda i: (made[i].fit is None, -(made[i].fit or 0), -_best(teller, i), i)
    )
    for rank, i in enumerate(order, start=1):
        made[i].rank = rank
    return [made[i] for i in order]


def _methods(proposals: Sequence[Proposal]) -> dict[UUID, str]:
    """Family → the method that stands with its place, where methods are chosen."""
    return {
        row.family_id: row.explanation["judged"]["method"]
        for row in proposals
        if row.works_by_method and row.quota_id is not None
    }


def _lost(gathered: Gathered, fixed: Mapping[int, int | None]) -> dict[str, int]:
    """Authority → decisions that should have stayed, and whose place is gone."""
    gone = Counter(
        str(one.authority)
        for i, one in enumerate(gathered.candidates)
        if one.family in gathered.fixed and i not in fixed
    )
    return dict(gone)


def _best(teller: Teller, i: int) -> float:
    part = teller.explained.problem.pairs_of(i)
    return max(teller.pairs.fit[part.start : part.stop], default=0.0)


def _workers(gathered: Gathered, seat_of: Sequence[int]) -> dict[UUID, int]:
    by_team: dict[tuple[int, int], list[Candidate]] = {}
    for one, j in zip(gathered.candidates, seat_of, strict=True):
        if j >= 0:
            by_team.setdefault(gathered.seats[j].team, []).append(one)
    found: dict[UUID, int] = {}
    for team, families in by_team.items():
        to_share = [ToShare(one.family, one.weight, one.languages) for one in families]
        found |= share_out(gathered.teams.get(team, ()), to_share)
    return found


def _write(run: Run, scope: RowScope, proposals: Sequence[Proposal], progress: Progress, stop: Stop) -> None:
    """Part by part, so that the run can be stopped meanwhile; nobody reads them before it is done."""
    for start, part in _parts(proposals):
        progress(EXPLAINED + (99 - EXPLAINED) * start // max(1, len(proposals)), "write")
        _go_on(stop)
        with visible(scope):
            Proposal.objects.bulk_create(part)


def _parts(rows: Sequence[Proposal]) -> Iterator[tuple[int, Sequence[Proposal]]]:
    return ((start, rows[start : start + CHUNK]) for start in range(0, len(rows), CHUNK))


def _go_on(stop: Stop) -> None:
    if stop():
        raise Stopped
