"""What may be done, and which role may do it: the one place where both are written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """What an account may do for a place or an organisation. Reading public facts needs none."""

    VIEW_STAFF_FIGURES = "view_staff_figures"
    """See needs that their source keeps from the public."""
    VIEW_EXACT_COUNTS = "view_exact_counts"
    """See small counts; holds only where the grant is for an authority or a place inside one."""
    EDIT_NEEDS = "edit_needs"
    EDIT_SERVICES = "edit_services"
    JUDGE_OVERLAPS = "judge_overlaps"
    OPEN_MISSIONS = "open_missions"
    IMPORT_DATA = "import_data"
    MANAGE_ACCESS = "manage_access"
    VIEW_AUDIT = "view_audit"
    VIEW_FAMILIES = "view_families"
    """Read families' files, with names; holds only where the grant is for an authority or inside one."""
    EDIT_FAMILIES = "edit_families"
    SHARE_FAMILIES = "share_families"
    """Share named fields of a file with another body."""
    OPEN_FOREIGN_FILES = "open_foreign_files"
    """Open the file of a family of another authority at once, for a stated reason and time."""
    MERGE_FAMILIES = "merge_families"
    """Make one of two files of the same family, and undo it."""
    REVIEW_READING = "review_reading"
    """See who reads files, and judge what was opened in an emergency."""
    VIEW_SHARED_FILES = "view_shared_files"
    """Read what was shared with the body."""
    ANSWER_REFERRALS = "answer_referrals"
    """Answer what families' workers refer to the services of the body."""
    VIEW_LEDGER = "view_ledger"
    """See where the money of an authority's pots stands, within it, or of the nation's own."""
    MANAGE_BUDGETS = "manage_budgets"
    """Put money into pots, move it between them, close a period."""
    APPROVE_SPENDING = "approve_spending"
    """Approve what is asked for of a family's basket, up to a limit that each role has."""
    PAY_SPENDING = "pay_spending"
    """Pay what somebody else approved."""
    RUN_PLACEMENTS = "run_placements"
    """Have families matched to programmes' places; above an authority, to see its figures only."""
    DECIDE_PLACEMENTS = "decide_placements"
    """Decide which family has which place, and carry it out."""
    STAFF_PROGRAMMES = "staff_programmes"
    """Say who works in programmes with how many families, and that a department works by one toolbox."""
    GUIDE_PROGRAMMES = "guide_programmes"
    """Plan the guidance of programmes' teams, and set what programmes aim at."""


WITHIN_AN_AUTHORITY = frozenset(
    {
        Permission.VIEW_EXACT_COUNTS,
        Permission.VIEW_FAMILIES,
        Permission.EDIT_FAMILIES,
        Permission.SHARE_FAMILIES,
        Permission.OPEN_FOREIGN_FILES,
        Permission.MERGE_FAMILIES,
        Permission.REVIEW_READING,
        Permission.APPROVE_SPENDING,
        Permission.PAY_SPENDING,
        Permission.DECIDE_PLACEMENTS,
    }
)
"""What a grant for a place above the authorities does not give: from there people are only counted."""


class Role(models.TextChoices):
    INTEGRATOR = "integrator", _("Integrator")
    SOCIAL_WORKER = "social_worker", _("Social worker")
    TEAM_LEADER = "team_leader", _("Team leader")
    DEPARTMENT_HEAD = "department_head", _("Department head")
    DISTRICT_SUPERVISOR = "district_supervisor", _("District supervisor")
    NATIONAL_MANAGER = "national_manager", _("National manager")
    PROGRAMME_DIRECTOR = "programme_director", _("Programme director")
    PROCUREMENT_OFFICER = "procurement_officer", _("Procurement officer")
    FUND_MANAGER = "fund_manager", _("Fund manager")
    SERVICE_EDITOR = "service_editor", _("Service editor of an organisation")
    VOLUNTEER = "volunteer", _("Volunteer")
    RESIDENT = "resident", _("Resident")
    PARTNER_WORKER = "partner_worker", _("Worker of a partner body")
    DATA_STEWARD = "data_steward", _("Data steward")


P = Permission
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.INTEGRATOR: frozenset(
        {
            P.VIEW_STAFF_FIGURES,
            P.VIEW_EXACT_COUNTS,
            P.EDIT_NEEDS,
            P.EDIT_SERVICES,
            P.JUDGE_OVERLAPS,
            P.OPEN_MISSIONS,
            P.IMPORT_DATA,
            P.MANAGE_ACCESS,
            P.VIEW_AUDIT,
        }
    ),
    Role.SOCIAL_WORKER: frozenset(
        {
            P.VIEW_STAFF_FIGURES,
            P.VIEW_EXACT_COUNTS,
            P.OPEN_MISSIONS,
            P.VIEW_FAMILIES,
            P.EDIT_FAMILIES,
            P.SHARE_FAMILIES,
            P.OPEN_FOREIGN_FILES,
            P.APPROVE_SPENDING,
        }
    ),
    Role.TEAM_LEADER: frozenset(
        {
            P.VIEW_STAFF_FIGURES,
            P.VIEW_EXACT_COUNTS,
            P.EDIT_NEEDS,
            P.JUDGE_OVERLAPS,
            P.OPEN_MISSIONS,
            P.VIEW_FAMILIES,
            P.EDIT_FAMILIES,
            P.SHARE_FAMILIES,
            P.OPEN_FOREIGN_FILES,
            P.MERGE_FAMILIES,
            P.REVIEW_READING,
            P.VIEW_LEDGER,
            P.APPROVE_SPENDING,
            P.PAY_SPENDING,
            P.RUN_PLACEMENTS,
            P.DECIDE_PLACEMENTS,
            P.GUIDE_PROGRAMMES,
        }
    ),
    Role.DEPARTMENT_HEAD: frozenset(
        {
            P.VIEW_STAFF_FIGURES,
            P.VIEW_EXACT_COUNTS,
            P.EDIT_NEEDS,
            P.JUDGE_OVERLAPS,
            P.OPEN_MISSIONS,
            P.VIEW_FAMILIES,
            P.EDIT_FAMILIES,
            P.SHARE_FAMILIES,
            P.OPEN_FOREIGN_FILES,
            P.MERGE_FAMILIES,
            P.REVIEW_READING,
            P.VIEW_LEDGER,
            P.APPROVE_SPENDING,
            P.PAY_SPENDING,
            P.STAFF_PROGRAMMES,
            P.RUN_PLACEMENTS,
            P.DECIDE_PLACEMENTS,
            P.GUIDE_PROGRAMMES,
        }
    ),
    Role.DISTRICT_SUPERVISOR: frozenset(
        {P.VIEW_STAFF_FIGURES, P.JUDGE_OVERLAPS, P.OPEN_MISSIONS, P.GUIDE_PROGRAMMES, P.RUN_PLACEMENTS}
    ),
    Role.NATIONAL_MANAGER: frozenset(
        {
            P.VIEW_STAFF_FIGURES,
            P.JUDGE_OVERLAPS,
            P.OPEN_MISSIONS,
            P.VIEW_LEDGER,
            P.MANAGE_BUDGETS,
            P.STAFF_PROGRAMMES,
            P.GUIDE_PROGRAMMES,
            P.RUN_PLACEMENTS,
        }
    ),
    Role.PROGRAMME_DIRECTOR: frozenset(
        {
            P.VIEW_STAFF_FIGURES,
            P.OPEN_MISSIONS,
            P.VIEW_LEDGER,
            P.MANAGE_BUDGETS,
            P.STAFF_PROGRAMMES,
            P.GUIDE_PROGRAMMES,
            P.RUN_PLACEMENTS,
        }
    ),
    Role.PROCUREMENT_OFFICER: frozenset({P.VIEW_STAFF_FIGURES}),
    Role.FUND_MANAGER: frozenset({P.VIEW_STAFF_FIGURES, P.VIEW_LEDGER, P.MANAGE_BUDGETS}),
    Role.SERVICE_EDITOR: frozenset({P.EDIT_SERVICES}),
    Role.VOLUNTEER: frozenset(),
    Role.RESIDENT: frozenset(),
    Role.PARTNER_WORKER: frozenset({P.VIEW_SHARED_FILES, P.ANSWER_REFERRALS}),
    Role.DATA_STEWARD: frozenset(
        {
            P.VIEW_STAFF_FIGURES,
            P.EDIT_NEEDS,
            P.EDIT_SERVICES,
            P.JUDGE_OVERLAPS,
            P.IMPORT_DATA,
            P.MANAGE_ACCESS,
            P.VIEW_AUDIT,
        }
    ),
}


def roles_with(permission: Permission) -> list[Role]:
    """The roles that carry the permission."""
    return [role for role, permissions in ROLE_PERMISSIONS.items() if permission in permissions]


@dataclass(frozen=True)
class Held:
    """A role that an account holds today, and where."""

    role: str
    place: int | None
    place_kind: str | None
    organisation: int | None

    @property
    def permissions(self) -> frozenset[Permission]:
        return ROLE_PERMISSIONS.get(self.role, frozenset())  # type: ignore[call-overload]
