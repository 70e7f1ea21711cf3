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
}
