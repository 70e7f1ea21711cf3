"""Families through the API. Each module adds its operations to the router."""

from . import merging, openings, shares
from .files import router

__all__ = ["merging", "openings", "router", "shares"]
