"""Families through the API."""

from .files import router

__all__ = ["router"]
