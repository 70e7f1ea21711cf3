"""Casework through the API. Each module adds its operations to the router."""

from . import agreements, assessments, records
from .planning import router

__all__ = ["agreements", "assessments", "records", "router"]
