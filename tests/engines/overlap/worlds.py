"""Sets of services with known duplicates: some to fit the weights on, others only to judge them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from maarag.engines.overlap import Options, OverlapResult, Service
from tests.engines.overlap import catalogue, demonstration, fictional, perturbations, unseen

Pairs = set[tuple[str, str]]


@dataclass(frozen=True)
class World:
    """`truth`: all pairs that are duplicates; `open`: pairs that people may judge either way, not counted."""

    name: str
    services: list[Service]
    truth: Pairs
    open: Pairs


@dataclass(frozen=True)
class Figures:
    precision: float
    recall: float
    false: list[tuple[str, str]]
    missed: list[tuple[str, str]]

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.3f} recall {self.recall:.3f} "
            f"({len(self.false)} false, {len(self.missed)} missed)"
        )


def figures(result: OverlapResult, world: World, least: float = 0.5) -> Figures:
    found = {key(pair.a, pair.b) for pair in result.pairs if pair.score >= least} - world.open
    right = len(found & world.truth)
    return Figures(
        right / max(len(found), 1),
        right / max(len(world.truth), 1),
        sorted(found - world.truth),
        sorted(world.truth - found),
    )


def key(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a <= b else (b, a)


def closure(pairs: Iterable[tuple[str, str]]) -> Pairs:
    """All pairs within the sets that the given pairs join."""
    group: dict[str, set[str]] = {}
    for a, b in pairs:
        joined = group.get(a, {a}) | group.get(b, {b})
        for member in joined:
            group[member] = joined
    return {key(a, b) for members in group.values() for a in members for b in members if a != b}


def _spread(pairs: Iterable[tuple[str, str]], services: Sequence[Service]) -> Pairs:
    """Pairs of originals, and the same pairs between their altered copies and look-alikes."""
    kin: dict[str, list[str]] = {}
    for service in services:
        kin.setdefault(service.id.split("~")[0].split("!")[0], []).append(service.id)
    return {key(x, y) for a, b in pairs for x in kin.get(a, []) for y in kin.get(b, [])}


def with_copies(
    name: str,
    services: list[Service],
    known: Pairs,
    open_pairs: Pairs,
    seed: int,
    changes: Sequence[perturbations.Change] = perturbations.CHANGES,
    share: float = 0.35,
    alike: float = 0.25,
    elsewhere: Iterable[tuple[str, str]] = (),
) -> World:
    """A set of services with altered copies (duplicates) and look-alikes (not) put among them."""
    made, pairs = perturbations.copies(services, share=share, seed=seed, changes=changes)
    masks = perturbations.look_alikes(services, share=alike, seed=seed + 1)
    every = [*services, *made, *masks]
    # A look-alike of one of two natural duplicates, and the other of them: nobody can say by rule.
    unsure = _spread(open_pairs, every) | {p for p in _spread(known, every) if "!" in p[0] + p[1]}
    # A copy that lost its place may be of either town's service.
    lost = {service.id for service in made if service.lat is None}
    unsure |= {key(f"{i}!far", f"{i}~1") for i in (s.id for s in services) if f"{i}~1" in lost}
    # So may one that came to another provider: two providers of one thing in a town are duplicates.
    owner = {service.id: service.organisation for service in services}
    lost |= {service.id for service in made if service.organisation != owner[service.id.split("~")[0]]}
    unsure |= {p for p in _spread(elsewhere, every) if set(p) & lost}
    return World(name, every, closure([*known, *pairs]), unsure)


def fictional_world() -> World:
    return World("fictional", fictional.services(), fictional.duplicate_pairs(), set())


def paraphrased_world() -> World:
    """Pairs in other words, written for fitting."""
    path = unseen.ROWS.with_name("paraphrased.txt")
    return World("paraphrased", unseen.services(path), unseen.duplicate_pairs(path), set())


def demonstration_world(*, fitted: bool) -> World:
    """The demonstration's services; the labelled pairs of the other half are left open."""
    ours = demonstration.fitted()
    truth = demonstration.duplicate_pairs()
    labelled = truth | set(demonstration.pairs("complementary"))
    half = labelled & ours if fitted else labelled - ours
    name = "demonstration, fitted" if fitted else "demonstration, held out"
    return World(name, demonstration.services(), truth & half, labelled - half)


def catalogue_world(shared: Path) -> World:
    return World(
        "catalogue",
        catalogue.services(shared),
        {key(a, b) for a, b in catalogue.DUPLICATES},
        {key(a, b) for a, b in catalogue.UNCLEAR},
    )


def placed(services: Sequence[Service], seed: int) -> list[Service]:
    """The services given to towns, as a municipal list would have them."""
    rng = random.Random(seed)
    towns = [(rng.uniform(31.0, 33.0), rng.uniform(34.6, 35.4)) for _ in range(12)]
    out = []
    for service in services:
        lat, lon = rng.choice(towns)
        out.append(replace(service, lat=lat + rng.uniform(-0.01, 0.01), lon=lon + rng.uniform(-0.01, 0.01)))
    return out


def halves(services: Sequence[Service], seed: int) -> tuple[list[Service], list[Service]]:
    rng = np.random.default_rng(seed)
    first = set(rng.permutation(len(services))[: len(services) // 2].tolist())
    return [s for k, s in enumerate(services) if k in first], [
        s for k, s in enumerate(services) if k not in first
    ]


def within(pairs: Pairs, services: Sequence[Service]) -> Pairs:
    ids = {service.id for service in services}
    return {pair for pair in pairs if pair[0] in ids and pair[1] in ids}


OPTIONS = Options()
