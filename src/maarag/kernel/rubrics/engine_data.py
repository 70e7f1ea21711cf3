"""Marks of many rounds as the engine of agreement takes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.db.models import QuerySet

from maarag.engines.agreement import (
    ENOUGH,
    Agreement,
    Metric,
    Reading,
    krippendorff_alpha,
    reading_of,
    weighted_kappa,
)
from maarag.kernel.access.models import Account

from .models import Dimension, Rubric

Marks = Mapping[int, Mapping[Any, Mapping[int, int | None]]]
"""Dimension → round → rater → level; None: it could not be told."""


@dataclass(frozen=True)
class DimensionAgreement:
    """How far raters agree on one dimension over all rounds given."""

    dimension: Dimension
    alpha: Agreement
    reading: Reading

    @property
    def said(self) -> float | None:
        """The measure, where enough was rated by two to say one at all."""
        return None if self.reading == Reading.TOO_FEW else self.alpha.value


@dataclass(frozen=True)
class PairAgreement:
    """How far two raters agree, by dimension in the rubric's order; `together`: rounds that both rated."""

    first: Account
    second: Account
    together: int
    dimensions: tuple[DimensionAgreement, ...]


def agreement(rounds: QuerySet[Any], rubric: Rubric) -> list[DimensionAgreement]:
    """Krippendorff's ordinal alpha for each dimension of a version of a rubric, over rounds of one table.

    Marks that all agreed on together do not count: they are not independent of each other.
    """
    marks = _marks(rounds, rubric)
    found = []
    for one in rubric.dimensions.all():
        units = [list(given.values()) for given in marks[one.pk].values()]
        alpha = krippendorff_alpha(units, Metric.ORDINAL)
        found.append(DimensionAgreement(one, alpha, reading_of(alpha)))
    return found


def agreement_of_pairs(rounds: QuerySet[Any], rubric: Rubric, least: int = ENOUGH) -> list[PairAgreement]:
    """Cohen's kappa, weighted by the squared distance, of each two who rated `least` rounds together.

    The two with most rounds together come first.
    """
    marks = _marks(rounds, rubric)
    raters: dict[Any, set[int]] = defaultdict(set)
    for by_round in marks.values():
        for round_id, given in by_round.items():
            raters[round_id].update(given)
    together: dict[tuple[int, int], int] = defaultdict(int)
    for here in raters.values():
        for two in combinations(sorted(here), 2):
            together[two] += 1
    enough = {two: count for two, count in together.items() if count >= least}
    accounts = Account.objects.in_bulk({pk for two in enough for pk in two})
    dimensions = list(rubric.dimensions.prefetch_related("levels"))
    found = [
        PairAgreement(
            accounts[one],
            accounts[other],
            count,
            tuple(_kappa(dimension, marks[dimension.pk], one, other) for dimension in dimensions),
        )
        for (one, other), count in enough.items()
    ]
    return sorted(found, key=lambda pair: (-pair.together, pair.first.name, pair.second.name))


def _kappa(
    dimension: Dimension, marks: Mapping[Any, Mapping[int, int | None]], one: int, other: int
) -> DimensionAgreement:
    both = [given for given in marks.values() if one in given and other in given]
    levels = [level.value for level in dimension.levels.all()]
    kappa = weighted_kappa([given[one] for given in both], [given[other] for given in both], levels)
    return DimensionAgreement(dimension, kappa, reading_of(kappa))


def _marks(rounds: QuerySet[Any], rubric: Rubric) -> Marks:
    model = rounds.model._meta.get_field("marks").related_model
    rows = model._default_manager.filter(round__in=rounds.filter(rubric=rubric), is_joint=False)
    found: dict[int, dict[Any, dict[int, int | None]]] = defaultdict(lambda: defaultdict(dict))
    for dimension, round_id, rater, level in rows.values_list("dimension", "round", "rater", "level__value"):
        found[dimension][round_id][rater] = level
    return found
