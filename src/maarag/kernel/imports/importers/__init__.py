"""Importers of the nouns that every domain shares: places and the taxonomy."""

from . import authorities, taxonomy

__all__ = ["authorities", "taxonomy"]
