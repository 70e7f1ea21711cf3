"""Programmes through the API. Each module adds its operations to the router; fixed addresses come first."""

from . import methods, model, quotas, staff
from .programmes import router

__all__ = ["methods", "model", "quotas", "router", "staff"]
