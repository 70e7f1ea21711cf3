"""The pages of programmes."""

from .reading import detail, give, index, quota

__all__ = ["detail", "give", "index", "quota"]
