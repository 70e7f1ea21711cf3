"""Tables of programmes and quotas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from maarag.domains.funding.models import BudgetLine
from maarag.domains.funding.words import stage_labels
from maarag.ui.figures import money, name_in_language
from maarag.ui.tables import Column, Status, Table
from maarag.values import Money

from .models import Programme, QuotaChange
from .use import QuotaRow


def programmes_table(programmes: Sequence[tuple[Programme, list[BudgetLine]]]) -> Table:
    """Each with the newest budget of a real place that pays for it."""
    rows = []
    for programme, lines in programmes:
        line = next((line for line in lines if not line.budget.is_fictional), None)
        rows.append(
            {
                "name": programme,
                "url": reverse("programmes:detail", args=[programme.code]),
                "for_whom": name_in_language(programme, "for_whom"),
                "state": Status(pgettext("programme", "Runs"), "ok")
                if programme.is_active
                else Status(_("No longer runs"), "neutral"),
                "families": line.families if line else None,
                "cost": line.unit_cost if line else None,
                "budget": name_in_language(line.budget) if line else "",
                "budget_url": reverse("funding:budget", args=[line.budget.code]) if line else "",
            }
        )
    return Table(
        columns=[
            Column("name", _("Programme"), "name", heading=True, link="url"),
            Column("for_whom", _("For whom")),
            Column("families", _("Families"), "number"),
            Column("cost", _("Cost of a basket"), "money"),
            Column("budget", _("Budget"), link="budget_url"),
            Column("state", _("State"), "status"),
        ],
        rows=rows,
        caption=_("Programmes"),
        caption_hidden=True,
        empty=_("No programme has been recorded yet."),
    )


def quotas_table(
    programme: Programme, line: BudgetLine, found: Sequence[QuotaRow], *, may_manage: bool
) -> Table:
    """The places and money of each authority, and what is used where the viewer is told."""
    tells = any(row.use is not None for row in found)
    rows: list[dict[str, Any]] = [
        {
            "authority": row.quota.authority,
            "url": reverse(
                "programmes:quota", args=[programme.code, line.budget.code, row.quota.authority.code]
            )
            if may_manage
            else "",
            "families": row.quota.families,
            "granted": row.granted,
            "sure": Status(_("Estimate"), "info") if row.quota.is_estimate else Status(_("Set"), "ok"),
            **(row.use or {}),
        }
        for row in found
    ]
    return Table(
        columns=[
            Column("authority", _("Local authority"), "name", heading=True, link="url"),
            Column("families", _("Families"), "number"),
            Column("granted", _("Granted"), "money"),
            Column("sure", _("How it is known"), "status"),
            *([Column(stage, label, "money") for stage, label in stage_labels().items()] if tells else []),
        ],
        rows=rows,
        totals={
            "authority": _("Total"),
            "families": sum(row.quota.families for row in found),
            "granted": sum((row.granted for row in found), Money(0)),
        }
        if found
        else {},
        caption=_("Quotas of authorities"),
        caption_hidden=True,
        empty=_("No authority has a quota yet: where the programme has places was not published."),
        tall=len(found) > 20,
        dense=True,
    )


def mine_table(found: Sequence[QuotaRow]) -> Table:
    """The quotas of the viewer's own authorities, with what is left of them."""
    labels = stage_labels()
    return Table(
        columns=[
            Column("programme", _("Programme"), "name", heading=True, link="url"),
            Column("authority", _("Local authority"), "name"),
            Column("period", _("Budget"), "name"),
            Column("families", _("Families"), "number"),
            Column("granted", _("Granted"), "money"),
            *(Column(stage, labels[stage], "money") for stage in ("committed", "paid", "free")),
        ],
        rows=[
            {
                "programme": row.quota.programme,
                "url": reverse("programmes:detail", args=[row.quota.programme.code]),
                "authority": row.quota.authority,
                "period": row.quota.line.budget,
                "families": row.quota.families,
                "granted": row.granted,
                **(row.use or {}),
            }
            for row in found
        ],
        caption=_("Quotas of your authorities"),
        caption_hidden=True,
        dense=True,
    )


def told(change: QuotaChange) -> dict[str, Any]:
    """A change as a timeline shows it."""
    text = _("%(families)s families, %(after)s (before: %(before)s). %(why)s") % {
        "families": change.families_after,
        "after": money(change.amount_after),
        "before": money(change.amount_before),
        "why": change.decision.why,
    }
    document = f" · {change.decision.document}" if change.decision.document else ""
    return {
        "when": change.changed_at,
        "title": change.decision.what,
        "who": change.changed_by.name,
        "text": text + document,
    }
