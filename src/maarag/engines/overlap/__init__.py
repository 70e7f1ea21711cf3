"""Services that may duplicate each other: pairs with evidence, groups, learning from people's verdicts."""

from __future__ import annotations

from maarag.engines.overlap.evidence import CODES
from maarag.engines.overlap.find import compare, find_overlaps
from maarag.engines.overlap.model import (
    Evidence,
    Judgement,
    Options,
    OverlapPair,
    OverlapResult,
    Service,
    Verdict,
)
from maarag.engines.overlap.weights import DEFAULT_WEIGHTS, learn

__all__ = [
    "CODES",
    "DEFAULT_WEIGHTS",
    "Evidence",
    "Judgement",
    "Options",
    "OverlapPair",
    "OverlapResult",
    "Service",
    "Verdict",
    "compare",
    "find_overlaps",
    "learn",
]
