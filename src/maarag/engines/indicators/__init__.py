"""Figures fit to be published: suppression of small counts."""

from .cells import ALL, cross
from .suppression import THRESHOLD, Protection, protect

__all__ = ["ALL", "THRESHOLD", "Protection", "cross", "protect"]
