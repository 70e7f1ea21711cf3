"""Casework through the API. Each module adds its operations to the router."""

from . import agreement, agreements, assessments, circumstances, endings, records, tasks
from .planning import router

__all__ = ["agreement", "agreements", "assessments", "circumstances", "endings", "records", "router", "tasks"]
