"""Marks of many rounds as the engine of agreement takes them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from maarag.engines.agreement import (
    Agreement,
    Metric,
    Reading,
    krippendorff_alpha,
    reading_of,
    weighted_kappa,
)
from maarag.kernel.access.models import Account

from .models import Dimension, Rubric


@dataclass(frozen=True)
class DimensionAgreement:
    """How far raters agree on one dimension over all rounds given."""

    dimension: Dimension
    alpha: Agreement
    reading: Reading


def agreement(rounds: QuerySet[Any], rubric: Rubric) -> list[DimensionAgreement]:
    """Krippendorff's ordinal alpha for each dimension of a version of a rubric, over rounds of one table.

    Marks that all agreed on together do not count: they are not independent of each other.
    """
    by_round: dict[int, dict[Any, list[int | None]]] = defaultdict(lambda: defaultdict(list))
    for dimension, round_id, level in _marks(rounds, rubric):
        by_round[dimension][round_id].append(level)
    found = []
    for one in rubric.dimensions.all():
        alpha = krippendorff_alpha(list(by_round[one.pk].values()), Metric.ORDINAL)
        found.append(DimensionAgreement(one, alpha, reading_of(alpha)))
    return found


def agreement_of_two(
    rounds: QuerySet[Any], dimension: Dimension, first: Account, second: Account
) -> Agreement:
    """Cohen's kappa, weighted by the squared distance, of two raters over the rounds that both rated."""
    marks: dict[Any, dict[int, int | None]] = defaultdict(dict)
    model = rounds.model._meta.get_field("marks").related_model
    rows = model._default_manager.filter(
        round__in=rounds, dimension=dimension, is_joint=False, rater__in=[first, second]
    )
    for round_id, rater, level in rows.values_list("round", "rater", "level__value"):
        marks[round_id][rater] = level
    both = [given for given in marks.values() if len(given) == 2]
    levels = list(dimension.levels.values_list("value", flat=True))
    return weighted_kappa([g[first.pk] for g in both], [g[second.pk] for g in both], levels)


def _marks(rounds: QuerySet[Any], rubric: Rubric) -> Any:
    model = rounds.model._meta.get_field("marks").related_model
    rows = model._default_manager.filter(round__in=rounds.filter(rubric=rubric), is_joint=False)
    return rows.values_list("dimension", "round", "level__value")
