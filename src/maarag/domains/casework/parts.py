"""The parts of a family's file that casework adds."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maarag.domains.families.parts import Part, register

from . import summaries


def register_all() -> None:
    register(Part("plan", _("Goals and plan"), 10, "casework:plan", summaries.plan))
