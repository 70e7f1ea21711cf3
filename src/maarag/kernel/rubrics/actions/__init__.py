"""Writing rubrics, rounds and marks."""

from .rating import MarkDraft, RoundClosed, agree, begin_round, close_round, rate
from .rubrics import Saved, retire_rubric, save_rubric

__all__ = [
    "MarkDraft",
    "RoundClosed",
    "Saved",
    "agree",
    "begin_round",
    "close_round",
    "rate",
    "retire_rubric",
    "save_rubric",
]
