"""Casework: what a department and a family do together, on the family's file."""

from .agreements import Consent, Manner, PlanShare, Profession
from .assessments import Assessment, AssessmentMark
from .planning import (
    Circumstance,
    CircumstanceKind,
    Doer,
    Frequency,
    Goal,
    GoalState,
    Plan,
    PlanItem,
    Progress,
    SaidBy,
)
from .records import (
    Contact,
    ContactKind,
    Document,
    DocumentContent,
    DocumentKind,
    MediaType,
    Outcome,
    Task,
)

__all__ = [
    "Assessment",
    "AssessmentMark",
    "Circumstance",
    "CircumstanceKind",
    "Consent",
    "Contact",
    "ContactKind",
    "Document",
    "DocumentContent",
    "DocumentKind",
    "Doer",
    "Frequency",
    "Goal",
    "GoalState",
    "Manner",
    "MediaType",
    "Outcome",
    "Plan",
    "PlanItem",
    "PlanShare",
    "Profession",
    "Progress",
    "SaidBy",
    "Task",
]
