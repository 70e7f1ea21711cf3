"""Whether people who rate the same things with described levels agree."""

from .alpha import krippendorff_alpha
from .kappa import weighted_kappa
from .model import ENOUGH, RELIABLE, TENTATIVE, Agreement, Metric, Reading, reading_of
from .spread import Spread, spread

__all__ = [
    "ENOUGH",
    "RELIABLE",
    "TENTATIVE",
    "Agreement",
    "Metric",
    "Reading",
    "Spread",
    "krippendorff_alpha",
    "reading_of",
    "spread",
    "weighted_kappa",
]
