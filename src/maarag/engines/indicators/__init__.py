"""Figures fit to be published: suppression of small counts."""

from .suppression import THRESHOLD, Sum, suppress

__all__ = ["THRESHOLD", "Sum", "suppress"]
