"""From services to pairs and groups that may duplicate each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from maarag.engines.overlap.candidates import candidates
from maarag.engines.overlap.evidence import reasons
from maarag.engines.overlap.features import NAMES, measure
from maarag.engines.overlap.geography import distance_km, within_reach
from maarag.engines.overlap.groups import grouped
from maarag.engines.overlap.model import Judgement, Options, OverlapPair, OverlapResult, Service, Verdict
from maarag.engines.overlap.prepared import Prepared, prepare
from maarag.engines.overlap.weights import DEFAULT_WEIGHTS, score

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def find_overlaps(
    services: Iterable[Service], *, options: Options | None = None, verdicts: Iterable[Verdict] = ()
) -> OverlapResult:
    """Pairs that may be duplicates, by falling score, and the groups they form.

    Judged pairs always appear, with the judgement as their score; what people hold to be complementary never
    shares a group. The order in which services are given does not matter. Raises ValueError for repeated ids.
    """
    options = options or Options()
    ordered = sorted(services, key=lambda service: service.id)
    numbers = {service.id: k for k, service in enumerate(ordered)}
    if len(numbers) < len(ordered):
        repeated = next(s.id for s, t in pairwise(ordered) if s.id == t.id)
        raise ValueError(f"two services have the id {repeated!r}; give each its own")
    judged = {
        (numbers[v.key[0]], numbers[v.key[1]]): v.judgement
        for v in verdicts
        if v.a != v.b and v.a in numbers and v.b in numbers
    }
    if len(ordered) < 2:
        return OverlapResult((), ())
    prepared = prepare(ordered, options)
    a, b = candidates(prepared.texts, prepared.meanings, prepared.geo, options)
    a, b = _with_judged(a, b, judged, len(ordered))
    features = measure(prepared, a, b)
    weights = options.weights or DEFAULT_WEIGHTS
    estimate = score(features, weights)
    kept = np.flatnonzero(
        (estimate >= options.min_score)
        | np.isin(a * len(ordered) + b, [i * len(ordered) + j for i, j in judged])
    )
    pairs = []
    shown = np.zeros(len(kept))
    distances = distance_km(prepared.geo, a[kept], b[kept]).tolist()
    for place, k in enumerate(kept):
        judgement = judged.get((int(a[k]), int(b[k])))
        value = float(round(estimate[k], 4))
        row = features[k].tolist()
        shown[place] = {Judgement.DUPLICATE: 1.0, Judgement.COMPLEMENTARY: 0.0}.get(judgement, value)  # type: ignore[arg-type]
        pairs.append(
            OverlapPair(
                a=ordered[a[k]].id,
                b=ordered[b[k]].id,
                score=float(shown[place]),
                estimate=value,
                evidence=reasons(row, weights, distances[place]),
                features={name: round(v, 6) for name, v in zip(NAMES, row, strict=True)},
                judgement=judgement,
            )
        )
    linked = kept[shown >= max(options.min_score, 1e-9)]
    groups = grouped(
        len(ordered),
        a[linked],
        b[linked],
        shown[shown >= max(options.min_score, 1e-9)],
        [pair for pair, judgement in judged.items() if judgement is Judgement.COMPLEMENTARY],
        lambda one, two: _estimate(prepared, one, two, weights),
    )
    pairs.sort(key=lambda pair: (-pair.score, pair.a, pair.b))
    named = [tuple(ordered[i].id for i in group) for group in groups]
    named.sort(key=lambda group: (-len(group), group))
    return OverlapResult(tuple(pairs), tuple(named), compared=len(a))


def compare(
    services: Sequence[Service], pairs: Iterable[tuple[str, str]], options: Options | None = None
) -> Floats:
    """Feature matrix of given pairs of ids, in the context of all the services: len(pairs) × len(NAMES)."""
    options = options or Options()
    ordered = sorted(services, key=lambda service: service.id)
    numbers = {service.id: k for k, service in enumerate(ordered)}
    places = np.array([[numbers[x], numbers[y]] for x, y in pairs], dtype=np.int64).reshape(-1, 2)
    return measure(prepare(ordered, options), places[:, 0], places[:, 1])


def _with_judged(a: Ints, b: Ints, judged: dict[tuple[int, int], Judgement], n: int) -> tuple[Ints, Ints]:
    if not judged:
        return a, b
    every = np.union1d(a * n + b, np.array([i * n + j for i, j in judged], dtype=np.int64))
    return every // n, every % n


def _estimate(prepared: Prepared, a: Ints, b: Ints, weights: object) -> Floats:
    values = score(measure(prepared, a, b), weights)  # type: ignore[arg-type]
    return np.where(within_reach(prepared.geo, a, b), values, 0.0)
