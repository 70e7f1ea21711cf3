"""Baskets through the API. Each module adds its operations to the router."""

from . import money, requests
from .baskets import router

__all__ = ["money", "requests", "router"]
