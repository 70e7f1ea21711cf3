"""Placements through the API. Each module adds its operations to the router."""

from . import alternatives, families, proposals, runs
from .schemas import router

__all__ = ["alternatives", "families", "proposals", "router", "runs"]
