"""Looking for overlaps, keeping what was found, and what people say of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from maarag.engines import overlap
from maarag.kernel.audit.actions import Change, record_many

from ..engine_data import engine_version, inputs_hash, share_people, to_compare, verdicts_to_learn_from
from ..models import OverlapFinding, OverlapRun, OverlapVerdict, Service, Verdict
from ..scope import may_judge, places_of

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account

LOCK = 20_260_002
"""Number of the advisory lock under which one run at a time is stored."""
Progress = Callable[[str], None]


def compute_overlaps(*, by: Account, progress: Progress | None = None) -> OverlapRun:
    """Search the whole directory for overlaps and keep the findings; where nothing has changed, do nothing.

    Learns from every verdict. `progress` is told, in the active language, what is being done. A fictional
    service is never set against a real one, nor one for the people of one place against one for those of
    another, however near.
    """
    tell = progress or (lambda _words: None)
    tell(_("Reading the services"))
    services, fictional = to_compare()
    verdicts = verdicts_to_learn_from()
    fingerprint = inputs_hash(services, fictional, verdicts)
    if (last := OverlapRun.objects.first()) and last.inputs_hash == fingerprint:
        return last
    tell(_("Comparing %(number)s services") % {"number": len(services)})
    started = time.perf_counter()
    instructive = [verdict for verdict in verdicts if verdict.features]
    weights = overlap.learn(overlap.DEFAULT_WEIGHTS, instructive)
    options = overlap.Options(weights=weights)
    pairs: list[overlap.OverlapPair] = []
    groups: list[tuple[str, ...]] = []
    for kept in ([s for s in services if s.id not in fictional], [s for s in services if s.id in fictional]):
        result = overlap.find_overlaps(kept, options=options, verdicts=verdicts)
        by_id = {service.id: service for service in kept}
        pairs.extend(
            pair for pair in result.pairs if pair.judgement or share_people(by_id[pair.a], by_id[pair.b])
        )
        groups.extend(result.groups)
    seconds = time.perf_counter() - started
    tell(_("Keeping %(number)s pairs") % {"number": len(pairs)})
    return store_overlaps(
        by=by,
        fingerprint=fingerprint,
        pairs=pairs,
        groups=groups,
        services=len(services),
        seconds=seconds,
        weights=weights,
        verdicts=len(instructive),
    )


@transaction.atomic
def store_overlaps(
    *,
    by: Account,
    fingerprint: str,
    pairs: Sequence[overlap.OverlapPair],
    groups: Sequence[Sequence[str]],
    services: int,
    seconds: float,
    weights: Mapping[str, float],
    verdicts: int,
) -> OverlapRun:
    """Keep the findings of one run in place of those before; the runs themselves stay on record."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if (last := OverlapRun.objects.first()) and last.inputs_hash == fingerprint:
        return last
    run = OverlapRun.objects.create(
        inputs_hash=fingerprint,
        engine_version=engine_version(),
        seconds=round(seconds, 3),
        services=services,
        verdicts=verdicts,
        weights={name: round(weight, 4) for name, weight in weights.items()},
    )
    OverlapFinding.objects.exclude(run=run).delete()
    # A service may have been deleted since it was read.
    known = set(Service.objects.values_list("pk", flat=True))
    group_of = {int(key): number for number, group in enumerate(groups, 1) for key in group}
    judged = {
        (first, second): pk
        for pk, first, second in OverlapVerdict.objects.values_list("pk", "first_id", "second_id")
    }
    findings = []
    for pair in pairs:
        first, second = sorted((int(pair.a), int(pair.b)))
        if first in known and second in known:
            same = group_of.get(first) if group_of.get(first) == group_of.get(second) else None
            findings.append(
                OverlapFinding(
                    run=run,
                    first_id=first,
                    second_id=second,
                    score=pair.estimate,
                    evidence=[[e.code, e.value, e.weight] for e in pair.evidence],
                    features=dict(pair.features),
                    group=same,
                    judged_id=judged.get((first, second)),
                )
            )
    OverlapFinding.objects.bulk_create(findings, batch_size=2000)
    counts = {"services": [None, services], "findings": [None, len(findings)], "verdicts": [None, verdicts]}
    record_many(by=by, action="services.compute_overlaps", changes=[Change(run, counts)])
    return run


@transaction.atomic
def judge_overlap(
    *, by: Account, first: Service, second: Service, verdict: str, reason: str = ""
) -> OverlapVerdict:
    """Say of two services whether they duplicate each other; a second verdict takes the place of the first.

    What the engine measured is kept beside it, for later runs to learn from. Raises PermissionDenied unless
    `by` may judge overlaps for a place of either; ValidationError for a service against itself or a verdict
    that is not in the list.
    """
    if first.pk == second.pk:
        raise ValidationError({"second": _("A service cannot overlap itself.")})
    if verdict not in Verdict.values:
        raise ValidationError({"verdict": _("Choose a verdict from the list.")})
    if not may_judge(by, first, second):
        raise PermissionDenied
    first, second = sorted((first, second), key=lambda service: service.pk)
    with connection.cursor() as cursor:  # a run that is just being stored must not miss the verdict
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])
    finding = OverlapFinding.objects.filter(first=first, second=second).order_by("-run").first()
    Service.objects.select_for_update().get(pk=first.pk)  # two verdicts on one pair come one after the other
    stored = OverlapVerdict.objects.filter(first=first, second=second).first()
    before = (stored.verdict, stored.reason) if stored else (None, None)
    if before == (verdict, reason):
        return stored  # type: ignore[return-value]
    stored = stored or OverlapVerdict(first=first, second=second)
    stored.verdict, stored.reason, stored.judged_by = verdict, reason, by
    if finding:
        stored.score, stored.features = finding.score, finding.features
    stored.save()
    OverlapFinding.objects.filter(first=first, second=second).update(judged=stored)
    places = places_of(first) & places_of(second) or places_of(first) or places_of(second)
    changes = {
        "pair": [None, [first.code, second.code]],
        "verdict": [before[0], verdict],
        "reason": [before[1], reason],
    }
    change = Change(stored, changes, min(places, default=None))
    record_many(by=by, action="services.judge_overlap", changes=[change])
    return stored
