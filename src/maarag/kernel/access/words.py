"""Permissions in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from .permissions import Permission

PERMISSIONS: dict[Permission, Any] = {
    Permission.VIEW_STAFF_FIGURES: _("See figures that are not public"),
    Permission.VIEW_EXACT_COUNTS: _("See small counts of their authority"),
    Permission.EDIT_NEEDS: _("Write estimates of need"),
    Permission.EDIT_SERVICES: _("Write services"),
    Permission.JUDGE_OVERLAPS: _("Judge duplicates"),
    Permission.OPEN_MISSIONS: _("Open and close missions"),
    Permission.IMPORT_DATA: _("Load files"),
    Permission.MANAGE_ACCESS: _("Open accounts and give roles"),
    Permission.VIEW_AUDIT: _("See the audit"),
    Permission.VIEW_FAMILIES: _("Read families' files"),
    Permission.EDIT_FAMILIES: _("Open, change and close families' files"),
    Permission.SHARE_FAMILIES: _("Share parts of a file with another body"),
    Permission.OPEN_FOREIGN_FILES: _("Open a file of another authority in an emergency"),
    Permission.REVIEW_READING: _("See who reads files"),
    Permission.VIEW_SHARED_FILES: _("Read what was shared with their body"),
    Permission.APPROVE_SPENDING: _("Approve what is asked for of a family's basket"),
    Permission.PAY_SPENDING: _("Pay what somebody else approved"),
    Permission.STAFF_PROGRAMMES: _("Say who works in programmes, and switch to the toolbox"),
    Permission.RUN_PLACEMENTS: _("Have families matched to programmes' places"),
    Permission.DECIDE_PLACEMENTS: _("Decide which family has which place"),
}
