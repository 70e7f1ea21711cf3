"""Families through the API. Each module adds its operations to the router."""

from . import openings, shares
from .files import router

__all__ = ["openings", "router", "shares"]
