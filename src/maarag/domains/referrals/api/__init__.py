"""Referrals through the API: of the family's side and of the service's. Each module adds its operations."""

from . import figures, inbox, steps
from .files import router

__all__ = ["figures", "inbox", "router", "steps"]
