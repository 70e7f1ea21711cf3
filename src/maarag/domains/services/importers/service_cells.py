"""How the cells of a table of services are understood: sectors, units, telephones, addresses, lengths."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from maarag.kernel.imports import parsing
from maarag.kernel.imports.importer import NotUnderstood
from maarag.kernel.people.models import Sector

from ..models import CapacityUnit

SECTORS = {
    Sector.CENTRAL_GOVERNMENT: ("ממשלה", "ממשלתי", "משרד ממשלתי", "Central government", "حكومي"),
    Sector.LOCAL_GOVERNMENT: ("רשות מקומית", "שלטון מקומי", "עירוני", "Local government", "سلطة محلية"),
    Sector.CIVIL_SOCIETY: (
        "עמותה",
        "חברה אזרחית",
        "מגזר שלישי",
        'מלכ"ר',
        "Civil society",
        "non-profit",
        "جمعية",
    ),
    Sector.BUSINESS: ("עסקי", "חברה פרטית", "פרטי", "Business", "قطاع خاص"),
    Sector.PHILANTHROPY: ("קרן", "פילנתרופיה", "Philanthropy", "foundation", "صندوق"),
    Sector.ACADEMIA: ("אקדמיה", "מוסד אקדמי", "Academia", "university", "أكاديميا"),
    Sector.COMMUNITY: ("קהילתי", "יוזמה קהילתית", "Community initiative", "community", "مبادرة مجتمعية"),
}
UNITS = {
    CapacityUnit.PEOPLE: ("אנשים", "נפשות", "People", "أشخاص"),
    CapacityUnit.FAMILIES: ("משפחות", "משקי בית", "Families", "households", "عائلات"),
}


def phone(cell: Any) -> str:
    found = parsing.text(cell)
    digits = re.sub(r"\D", "", found)
    if isinstance(cell, int | float) and len(digits) in (8, 9) and not digits.startswith("0"):
        found = digits = f"0{digits}"  # Excel takes the leading zero for nothing
    if not re.fullmatch(r"[+*0-9][0-9 ()\-./*]{1,38}", found) or not 3 <= len(digits) <= 15:
        raise NotUnderstood(_("“%(cell)s” is not a telephone number.") % {"cell": cell})
    return found


def email(cell: Any) -> str:
    found = parsing.text(cell)
    try:
        validate_email(found)
    except ValidationError:
        raise NotUnderstood(_("“%(cell)s” is not an e-mail address.") % {"cell": cell}) from None
    return found


def website(cell: Any) -> str:
    found = parsing.text(cell)
    if not re.match(r"^https?://", found, re.IGNORECASE):
        found = f"https://{found}"
    if (
        not re.fullmatch(r"https?://[^\s/.]+(?:\.[^\s/.]+)+(?:[/?#]\S*)?", found, re.IGNORECASE)
        or len(found) > 200
    ):
        raise NotUnderstood(_("“%(cell)s” is not the address of a website.") % {"cell": cell})
    return found


def limited(most: int) -> parsing.Parser:
    def parse(cell: Any) -> str:
        found = parsing.text(cell)
        if len(found) > most:
            raise NotUnderstood(
                _("The text has %(length)s letters; at most %(most)s fit.")
                % {"length": len(found), "most": most}
            )
        return found

    return parse
