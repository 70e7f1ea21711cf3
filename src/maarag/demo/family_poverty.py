"""How many families in an authority need an anti-poverty programme: a rough estimate from public indicators.

The method, its assumptions and their weaknesses in plain words: docs/method-family-poverty.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

PERSONS_PER_FAMILY = 3.7
"""Average size of a family in Israel (3.69 in 2022, Central Bureau of Statistics)."""
FAMILIES_WITH_CHILDREN = 0.53
"""Part of the families that have children up to 17: couples 47 %, single parents 6 % (2022, the same)."""


@dataclass(frozen=True)
class Assumptions:
    """What is assumed for one reading of the indicators: lowest, likely or highest."""

    adults_on_income_support_per_family: float
    large_families_in_need: float
    """Part of the families with four children or more in need though not on income support."""


LOWEST = Assumptions(adults_on_income_support_per_family=2.0, large_families_in_need=0.0)
LIKELY = Assumptions(adults_on_income_support_per_family=1.5, large_families_in_need=0.1)
HIGHEST = Assumptions(adults_on_income_support_per_family=1.0, large_families_in_need=0.2)


@dataclass(frozen=True)
class Indicators:
    """Published figures of one authority: people, dependants per 100 aged 20–64, and two percentages."""

    population: int
    dependency_ratio: float
    large_families_percent: float
    income_support_percent: float

    @property
    def adults(self) -> float:
        """People aged 20–64: the dependency ratio sets all others against them."""
        return self.population / (1 + self.dependency_ratio / 100)

    @property
    def large_families(self) -> float:
        families_with_children = self.population / PERSONS_PER_FAMILY * FAMILIES_WITH_CHILDREN
        return families_with_children * self.large_families_percent / 100


@dataclass(frozen=True)
class Families:
    """Families in need: the likely number and its range."""

    number: int
    lowest: int
    highest: int


def families_in_need(indicators: Indicators) -> Families:
    """The estimate for one authority; raises ValueError for figures that cannot be."""
    if indicators.population <= 0 or indicators.dependency_ratio < 0:
        raise ValueError(f"figures that cannot be: {indicators}")
    if not (0 <= indicators.income_support_percent <= 100 and 0 <= indicators.large_families_percent <= 100):
        raise ValueError(f"percentages that cannot be: {indicators}")
    return Families(*(round(_reading(indicators, assumed)) for assumed in (LIKELY, LOWEST, HIGHEST)))


def _reading(indicators: Indicators, assumed: Assumptions) -> float:
    recipients = indicators.adults * indicators.income_support_percent / 100
    return (
        recipients / assumed.adults_on_income_support_per_family
        + indicators.large_families * assumed.large_families_in_need
    )


def shared_out(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Whole numbers in proportion to the weights that sum to `total` (largest remainder; ties by key)."""
    whole = sum(weights.values())
    if total < 0 or whole <= 0 or min(weights.values()) < 0:
        raise ValueError(
            "sharing out needs a total and weights that are not negative, and one that is not zero"
        )
    exact = {key: Fraction(total * weight, whole) for key, weight in weights.items()}
    shares = {key: int(share) for key, share in exact.items()}
    by_remainder = sorted(weights, key=lambda key: (shares[key] - exact[key], key))
    for key in by_remainder[: total - sum(shares.values())]:
        shares[key] += 1
    return shares
