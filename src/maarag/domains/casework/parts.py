"""The parts of a family's file that casework adds."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maarag.domains.families.parts import Part, register

from . import summaries


def register_all() -> None:
    register(Part("situation", _("Situation"), 5, "casework:situation", summaries.situation))
    register(Part("plan", _("Goals and plan"), 10, "casework:plan", summaries.plan))
    register(Part("contacts", _("Contacts"), 20, "casework:contacts", summaries.contacts))
    register(Part("documents", _("Documents"), 30, "casework:documents", summaries.documents))
    register(Part("tasks", _("Tasks"), 35, "casework:tasks", summaries.tasks))
    register(Part("sharing", _("Sharing"), 60, "casework:sharing", summaries.sharing))
    register(Part("timeline", _("Timeline"), 90, "casework:timeline", summaries.timeline))
