"""The body in whose name the ministry's own tables are loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maarag.kernel.people.actions import save_organisation
from maarag.kernel.people.models import Organisation, Sector

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account

MINISTRY = "ministry-of-welfare"


def ministry_of_welfare(*, by: Account) -> Organisation:
    """The ministry's record; made where it is missing, and otherwise left as it is."""
    return Organisation.objects.filter(code=MINISTRY).first() or save_organisation(
        by=by,
        code=MINISTRY,
        name_he="משרד הרווחה והביטחון החברתי",
        name_en="Ministry of Welfare and Social Affairs",
        name_ar="وزارة الرفاه والضمان الاجتماعي",
        sector=Sector.CENTRAL_GOVERNMENT,
    )
