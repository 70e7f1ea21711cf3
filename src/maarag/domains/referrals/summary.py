"""What referrals have to say on the first page of a family's file."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maarag.domains.families.models import Family
from maarag.domains.families.parts import Summary
from maarag.kernel.access.scope import Viewer
from maarag.ui import figures
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Status

from .models import OPEN, Help, ReferralStatus
from .queries import is_late, of_family
from .words import status_of

SHOWN = 3


def summary(viewer: Viewer, family: Family) -> Summary | None:
    """The open referrals, how many there were, and what the family says of help."""
    referrals = list(of_family(viewer, family))
    if not referrals:
        return Summary([(_("Referrals"), _("None was sent."))])
    still = [referral for referral in referrals if referral.status in OPEN]
    lines: list[tuple[Any, Any]] = [
        (name_in_language(one.service), str(status_of(one).word)) for one in still[:SHOWN]
    ]
    if len(still) > SHOWN:
        lines.append((_("Further open ones"), figures.number(len(still) - SHOWN)))
    lines.append((_("Sent in all"), figures.number(len(referrals))))
    help = Counter(one.help for one in referrals)  # type: ignore[attr-defined]
    if helped := help[Help.YES] + help[Help.PARTLY]:
        lines.append((_("Help received, wholly or partly"), figures.number(helped)))
    late = sum(is_late(one) for one in still)
    if late:
        return Summary(
            lines,
            Status(
                ngettext("%(count)s late", "%(count)s late", late) % {"count": figures.number(late)},
                "critical",
            ),
        )
    refused = referrals[0].status == ReferralStatus.DECLINED
    return Summary(lines, Status(_("Declined"), "attention") if refused else None)
