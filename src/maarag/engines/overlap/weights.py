"""The logistic model: one weight per feature, and how weights are fitted and learned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from maarag.engines.overlap.features import NAMES
from maarag.engines.overlap.model import Judgement, Verdict

Floats = NDArray[np.float64]

SIGNS: dict[str, int] = {
    "name": 1,
    "name_within": 1,
    "name_identical": 1,
    "name_goes_on": -1,
    "name_differs": -1,
    "subject_differs": -1,
    "text": 1,
    "text_within": 1,
    "text_identical": 1,
    "text_near_identical": 1,
    "lead_within": 1,
    "name_and_text": 1,
    "name_alone": 1,
    "text_alone": 1,
    "all_words": 1,
    "names_told": 1,
    "letters": 1,
    "same_response": 1,
    "other_response": -1,
    "narrower_response": -1,
    "same_terms": 1,
    "other_terms": -1,
    "same_population": 1,
    "same_meaning": 1,
    "same_frame": 1,
    "other_population": -1,
    "names_of_others": -1,
    "narrower_population": -1,
    "population_codes_differ": -1,
    "near": 1,
    "far": -1,
    "same_provider": 1,
    "sisters": -1,
    "branches": -1,
    "numbers_differ": -1,
    "brands_differ": -1,
    "translation": 1,
}
"""Which way a feature may speak: 1 for, -1 against. Neither fitting nor learning may turn it round."""

MOST: dict[str, float] = {
    "near": 0.5,
    "same_provider": 1.0,
    "same_terms": 1.5,
    "same_frame": 2.5,
    "other_terms": 0.5,
    "same_population": 1.0,
    "population_codes_differ": 3.0,
    "narrower_response": 2.5,
    "sisters": 3.5,
    "name_alone": 5.0,
}
"""Bounds on what lists of examples overstate: in one town everything is near,
has few providers, and copies keep the terms that two hands would choose differently."""

LEAST: dict[str, float] = {"population_codes_differ": 1.5, "other_response": 3.0}
"""Weight that a feature keeps, whatever the lists say: look-alikes made by rule keep the codes of others."""

BASE = "base"
DEFAULT_WEIGHTS: dict[str, float] = {
    BASE: -5.23,
    "name": 0.0,
    "name_within": 0.0,
    "name_identical": 2.87,
    "name_goes_on": 0.0,
    "name_differs": 0.0,
    "subject_differs": -4.25,
    "text": 0.0,
    "text_within": 2.23,
    "text_identical": 1.19,
    "text_near_identical": 0.0,
    "lead_within": 1.41,
    "name_and_text": 0.12,
    "name_alone": 2.4,
    "text_alone": 2.0,
    "all_words": 0.0,
    "names_told": 1.35,
    "letters": 0.0,
    "same_response": 0.0,
    "other_response": -3.0,
    "narrower_response": -1.62,
    "same_terms": 1.5,
    "other_terms": -0.5,
    "same_population": 0.0,
    "same_meaning": 2.45,
    "same_frame": 2.5,
    "other_population": -6.61,
    "names_of_others": -4.22,
    "narrower_population": -3.53,
    "population_codes_differ": -1.63,
    "near": 0.5,
    "far": -8.56,
    "same_provider": 0.0,
    "sisters": -3.5,
    "branches": -12.04,
    "numbers_differ": -2.0,
    "brands_differ": -2.5,
    "translation": 11.07,
}
"""Log-odds per unit of each feature, fitted on labelled pairs (see docs/engines/overlap.md)."""

STRENGTH = 15.0
"""How many clear verdicts it takes, roughly, to move a weight by one."""


def score(features: Floats, weights: Mapping[str, float]) -> Floats:
    """Probability of duplication of each row of a feature matrix (pairs × len(NAMES))."""
    return 1.0 / (1.0 + np.exp(-np.clip(features @ _vector(weights) + weights[BASE], -50, 50)))


def learn(weights: Mapping[str, float], verdicts: Iterable[Verdict]) -> dict[str, float]:
    """Weights moved from `weights` towards what people judged, no further than their number warrants.

    The most probable weights under a normal prior round the given ones: with no verdicts nothing moves, a few
    move a little, and no weight changes sign. An unclear verdict counts as half a yes, a third as heavily.
    Raises ValueError for a verdict without features.
    """
    rows, answers, heaviness = [], [], []
    for verdict in verdicts:
        if not verdict.features:
            raise ValueError(f"the verdict on {verdict.a} and {verdict.b} has no features to learn from")
        rows.append([float(verdict.features.get(name, 0.0)) for name in NAMES])
        answers.append(
            {Judgement.DUPLICATE: 1.0, Judgement.COMPLEMENTARY: 0.0, Judgement.UNCLEAR: 0.5}[
                verdict.judgement
            ]
        )
        heaviness.append(1 / 3 if verdict.judgement is Judgement.UNCLEAR else 1.0)
    if not rows:
        return dict(weights)
    return fit(np.array(rows), np.array(answers), np.array(heaviness), prior=weights, strength=STRENGTH)


def fit(
    features: Floats,
    answers: Floats,
    heaviness: Floats | None = None,
    *,
    prior: Mapping[str, float] | None = None,
    strength: float = 1.0,
) -> dict[str, float]:
    """Logistic regression with a normal prior round `prior` (zero if none) and signs held.

    features: pairs × len(NAMES); answers: 0…1 per pair; heaviness: how much each pair counts.
    """
    heavy = np.ones(len(answers)) if heaviness is None else heaviness
    centre = np.zeros(len(NAMES) + 1) if prior is None else np.append(_vector(prior), prior[BASE])
    design = np.column_stack([features, np.ones(len(answers))])
    softness = np.full(len(centre), strength)
    # Without a prior the base is free; with one it moves least, since it moves every pair.
    softness[-1] *= 0.01 if prior is None else 4.0

    def cost(x: Floats) -> tuple[float, Floats]:
        z = design @ x
        loss = float(np.sum(heavy * (np.logaddexp(0, z) - answers * z)))
        drift = x - centre
        gradient = design.T @ (heavy * (1 / (1 + np.exp(-np.clip(z, -50, 50))) - answers)) + softness * drift
        return loss + 0.5 * float(np.sum(softness * drift**2)), gradient

    bounds = [_limits(name) for name in NAMES] + [(None, None)]
    found = minimize(cost, centre, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 2000}).x
    return dict(zip((*NAMES, BASE), (float(value) for value in found), strict=True))


def _vector(weights: Mapping[str, float]) -> Floats:
    return np.array([weights.get(name, 0.0) for name in NAMES])


def _limits(name: str) -> tuple[float | None, float | None]:
    least, most = LEAST.get(name, 0.0), MOST.get(name)
    return (least, most) if SIGNS[name] > 0 else (None if most is None else -most, -least)
