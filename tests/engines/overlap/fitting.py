# ruff: noqa: T201 (a command: it prints)
"""Fits the default weights and prints them: `python -m tests.engines.overlap.fitting SHARED`.

Fitted on half of the catalogue (with altered copies and look-alikes of its services), on the fictional
services and paraphrases, and on half of the labelled pairs of the demonstration; the other halves, with other
copies, and the thirty pairs of `unseen.txt` are only judged.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from maarag.engines.overlap import Options, find_overlaps
from maarag.engines.overlap.candidates import candidates
from maarag.engines.overlap.features import NAMES, measure
from maarag.engines.overlap.prepared import prepare
from maarag.engines.overlap.weights import fit
from tests.engines.overlap import catalogue, demonstration, fictional, perturbations, unseen, worlds

LABELLED = {worlds.key(a, b) for a, b in (*catalogue.DUPLICATES, *catalogue.LOOK_ALIKE)}
FICTIONAL = fictional.duplicate_pairs() | set(fictional.LOOK_ALIKE)
LABELLED_WEIGHT = 40.0
WRITTEN = 25.0
NATURAL = 5.0
"""A pair that people wrote counts as so many made by rule, and one judged singly for more."""


EXPECTED: dict[str, float] = {
    "base": -6.0,
    "name": 2.0,
    "name_within": 1.0,
    "name_identical": 2.0,
    "name_goes_on": -1.0,
    "name_differs": -1.0,
    "subject_differs": -4.0,
    "text": 2.0,
    "text_within": 1.0,
    "text_identical": 1.0,
    "text_near_identical": 2.0,
    "lead_within": 1.0,
    "name_and_text": 1.0,
    "name_alone": 2.0,
    "text_alone": 2.0,
    "all_words": 3.0,
    "names_told": 2.0,
    "letters": 1.0,
    "same_response": 0.5,
    "other_response": -2.0,
    "narrower_response": -1.0,
    "same_terms": 1.0,
    "other_terms": -0.5,
    "same_population": 0.5,
    "same_meaning": 1.0,
    "same_frame": 1.0,
    "other_population": -3.0,
    "names_of_others": -1.0,
    "narrower_population": -1.5,
    "population_codes_differ": -2.0,
    "near": 1.0,
    "far": -8.0,
    "same_provider": 0.5,
    "sisters": -1.0,
    "branches": -4.0,
    "numbers_differ": -2.0,
    "brands_differ": -2.5,
    "translation": 6.0,
}
"""What we thought before seeing the labels: the centre from which the labels move the weights."""


def rows_of(
    world: worlds.World, options: Options
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[tuple[str, str]]]:
    ordered = sorted(world.services, key=lambda service: service.id)
    prepared = prepare(ordered, options)
    a, b = candidates(prepared.texts, prepared.meanings, prepared.geo, options)
    pairs = [worlds.key(ordered[i].id, ordered[j].id) for i, j in zip(a, b, strict=True)]
    keep = np.array([pair not in world.open for pair in pairs])
    answers = np.array([float(pair in world.truth) for pair in pairs])
    heavy = np.array([0.5 if "!" in x + y else 2.0 if "~" in x + y else NATURAL for x, y in pairs])
    heavy[[pair in LABELLED for pair in pairs]] = LABELLED_WEIGHT
    heavy[[pair in FICTIONAL for pair in pairs]] = 0.8 * WRITTEN
    # The catalogue has few duplicates; they would drown among its look-alikes.
    heavy[[pair in catalogue.DUPLICATES for pair in pairs]] = 2 * LABELLED_WEIGHT
    if world.name == "paraphrased":
        heavy[:] = [WRITTEN if x[:-1] == y[:-1] else NATURAL for x, y in pairs]
    if world.name == "demonstration, fitted":
        heavy[[pair in demonstration.fitted() for pair in pairs]] = LABELLED_WEIGHT
    found = [pair for pair, ok in zip(pairs, keep, strict=True) if ok]
    return measure(prepared, a, b)[keep], answers[keep], heavy[keep], found


def training(shared: Path) -> list[worlds.World]:
    base = worlds.catalogue_world(shared)
    half, _ = worlds.halves(base.services, seed=5)
    written = worlds.fictional_world()
    bare = [replace(service, description="") for service in half]
    poor = [replace(service, organisation="", terms=(), population=()) for service in half]
    made = [written, base, worlds.paraphrased_world(), worlds.demonstration_world(fitted=True)]
    for seed, services in (
        (200, bare),
        (210, poor),
        (220, worlds.placed(bare, 1)),
        (230, worlds.placed(poor, 2)),
    ):
        unsure = worlds.within(base.truth | base.open, half)
        made.append(worlds.with_copies(f"sparse {seed}", services, set(), unsure, seed, alike=0.6))
    for seed in range(0, 60, 10):
        services = worlds.placed(half, seed) if seed % 20 else half
        known = worlds.within(base.truth, half) if seed % 20 == 0 else set()
        unsure = worlds.within(base.truth | base.open, half)
        made.append(worlds.with_copies(f"half {seed}", services, known, unsure - known, seed, alike=0.6))
    for seed in (240, 250):
        same_form = perturbations.boilerplate_pairs(half, share=0.04 * (seed - 235), seed=seed)
        unsure = worlds.within(base.truth | base.open, half)
        made.append(worlds.with_copies(f"boilerplate {seed}", same_form, set(), unsure, seed, alike=0.6))
    for seed in range(100, 130, 10):
        made.append(
            worlds.with_copies(f"fictional {seed}", written.services, written.truth, set(), seed, alike=0.6)
        )
    return made


def judging(shared: Path) -> list[worlds.World]:
    base = worlds.catalogue_world(shared)
    _, rest = worlds.halves(base.services, seed=5)
    made = [base, worlds.fictional_world(), worlds.paraphrased_world()]
    made += [worlds.demonstration_world(fitted=True), worlds.demonstration_world(fitted=False)]
    made.append(worlds.World("unseen", unseen.services(), unseen.duplicate_pairs(), set()))
    for seed in (1001, 1011, 1021):
        for name, services in (("other half", rest), ("other half, placed", worlds.placed(rest, seed))):
            open_pairs = worlds.within(base.truth | base.open, rest)
            made.append(worlds.with_copies(f"{name} {seed}", services, set(), open_pairs, seed))
    same_form = perturbations.boilerplate_pairs(rest, share=0.5, seed=1041)
    open_pairs = worlds.within(base.truth | base.open, rest)
    made.append(worlds.with_copies("other half, boilerplate", same_form, set(), open_pairs, 1041))
    made.append(worlds.with_copies("whole", base.services, base.truth, base.open, 1031))
    return made


def main(shared: Path) -> None:
    options = Options()
    parts = [rows_of(world, options) for world in training(shared)]
    features, answers, heavy = (np.concatenate([part[k] for part in parts]) for k in range(3))
    weights = fit(features, answers, heavy, prior=EXPECTED, strength=0.5)
    print(f"{len(answers)} pairs, {int(answers.sum())} duplicates")
    for name in ("base", *NAMES):
        print(f'    "{name}": {weights[name]:.2f},')
    for world in judging(shared):
        names = {service.id: service.name for service in world.services}
        result = find_overlaps(world.services, options=Options(weights=weights))
        found = worlds.figures(result, world)
        print(world.name, len(world.services), found)
        if "-v" in sys.argv:
            score = {worlds.key(pair.a, pair.b): pair for pair in result.pairs}
            for x, y in found.false:
                print("   false", round(score[x, y].score, 2), x, names[x], "||", y, names[y])
            for x, y in found.missed:
                print("   missed", x, names[x], "||", y, names[y])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
