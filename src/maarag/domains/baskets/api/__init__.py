"""Baskets through the API. Each module adds its operations to the router."""

from . import buying, money, requests
from .baskets import router

__all__ = ["buying", "money", "requests", "router"]
