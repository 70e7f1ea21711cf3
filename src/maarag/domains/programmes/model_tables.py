"""Tables of what programmes are: methods, conditions, workers, the toolbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from maarag.ui.figures import name_in_language, number
from maarag.ui.tables import Column, Status, Table

from .engine_data import rule_models
from .fit_facts import Reason
from .models import Effect, EligibilityRule, Method, MethodSituation, Programme, ProgrammeWorker
from .toolbox import Staffing, Tool, Toolbox
from .words import Names, condition_words


def methods_table(
    methods: Iterable[Method], *, programmes: dict[int, list[Programme]] | None = None
) -> Table:
    """Methods with whom they suit; with `programmes`, also who works by each."""
    rows = []
    for method in methods:
        by_effect: dict[str, list[str]] = {effect: [] for effect in Effect.values}
        for row in sorted(method.situations.all(), key=lambda one: (-one.strength, one.term.code)):
            by_effect[row.effect].append(name_in_language(row.term))
        rows.append(
            {
                "method": method,
                "url": reverse("programmes:method", args=[method.code]),
                "setting": method.get_setting_display(),
                "hours": method.hours_a_month,
                "months": method.months,
                "suits": ", ".join(by_effect[Effect.SUITS]),
                "careful": ", ".join(by_effect[Effect.CAUTIONS]),
                "excludes": ", ".join(by_effect[Effect.EXCLUDES]),
                "programmes": ", ".join(
                    name_in_language(one) for one in (programmes or {}).get(method.pk, [])
                ),
                "used": method.is_active,
                "state": Status(pgettext("method", "In use"), "ok")
                if method.is_active
                else Status(pgettext("method", "No longer in use"), "neutral"),
            }
        )
    return Table(
        columns=[
            Column("method", pgettext("of intervention", "Method"), "name", heading=True, link="url"),
            Column("setting", _("Where")),
            Column("hours", _("Hours a month"), "number"),
            Column("months", _("Months"), "number"),
            Column("suits", _("Suits")),
            Column("careful", _("With caution")),
            Column("excludes", _("Must not be used")),
            *([Column("programmes", _("Programmes"))] if programmes is not None else []),
            *([Column("state", _("State"), "status")] if not all(row["used"] for row in rows) else []),
        ],
        rows=rows,
        caption=_("Methods of intervention"),
        caption_hidden=True,
        empty=_("No method has been written down yet."),
    )


def situations_table(rows: Sequence[MethodSituation]) -> Table:
    """What situations say of one method."""
    tones = {Effect.SUITS: "ok", Effect.CAUTIONS: "attention", Effect.EXCLUDES: "critical"}
    return Table(
        columns=[
            Column("term", _("Situation"), "name", heading=True),
            Column("effect", _("What it says of the method"), "status"),
            Column("strength", pgettext("strength", "Strength"), "number", hint=_("1 to 3")),
        ],
        rows=[
            {
                "term": row.term,
                "effect": Status(row.get_effect_display(), tones[Effect(row.effect)]),
                "strength": None if row.effect == Effect.EXCLUDES else row.strength,
            }
            for row in rows
        ],
        caption=_("Situations"),
        caption_hidden=True,
        empty=_("No situation speaks for or against it yet: it fits nobody."),
    )


def rules_in_words(rules: Sequence[EligibilityRule]) -> dict[int, str]:
    """Key of each condition → what it asks, in words."""
    models = rule_models(rules)
    names = Names(Reason("rule_met", model.told()) for model in models.values())
    return {key: condition_words(model.told(), names) for key, model in models.items()}


def rules_table(programme: Programme, rules: Sequence[EligibilityRule], *, may_write: bool) -> Table:
    """What the programme asks of a family."""
    words = rules_in_words(rules)
    return Table(
        columns=[
            Column("condition", _("Condition"), heading=True, link="url"),
            Column("weight", _("What it does"), "status"),
            Column("note", _("Note")),
        ],
        rows=[
            {
                "condition": words[rule.pk],
                "url": reverse("programmes:rule", args=[programme.code, rule.pk]) if may_write else "",
                "weight": Status(_("Excludes whoever does not meet it"), "attention")
                if rule.is_hard
                else Status(_("Is weighed"), "info"),
                "note": name_in_language(rule, "note"),
            }
            for rule in rules
        ],
        caption=_("Conditions"),
        caption_hidden=True,
        empty=_("The programme sets no conditions: nobody is excluded."),
    )


def workers_table(workers: Iterable[ProgrammeWorker], *, caption: str, empty: str) -> Table:
    rows = list(workers)
    return Table(
        columns=[
            Column("name", _("Social worker"), heading=True),
            Column("most", _("Families at most"), "number"),
            Column("starts", _("From"), "date"),
            Column("ends", _("Until"), "date"),
        ],
        rows=[
            {"name": row.account.name, "most": row.most, "starts": row.starts, "ends": row.ends}
            for row in rows
        ],
        totals={"name": _("Total"), "most": sum(row.most for row in rows)} if len(rows) > 1 else {},
        caption=caption,
        caption_hidden=True,
        empty=empty,
    )


def staff_table(programme: Programme, found: Sequence[Staffing]) -> Table:
    """Workers by authority beside the places; what one authority lacks shows at once."""
    return Table(
        columns=[
            Column("authority", _("Local authority"), "name", heading=True, link="url"),
            Column("people", pgettext("of a programme", "Workers"), "number"),
            Column("most", _("They carry at most"), "number", hint=_("families")),
            Column("families", _("Places"), "number"),
            Column("state", _("State"), "status"),
        ],
        rows=[
            {
                "authority": row.authority,
                "url": reverse("programmes:workers", args=[programme.code, row.authority.code])
                if row.may_change
                else "",
                "people": row.people,
                "most": row.most,
                "families": row.families,
                "state": _enough(row),
            }
            for row in found
        ],
        caption=_("Who works in it"),
        caption_hidden=True,
        tall=len(found) > 20,
        dense=True,
    )


def _enough(row: Staffing) -> Status:
    if not row.people:
        return Status(_("Nobody was written down"), "unknown")
    if row.most < row.families:
        return Status(_("Fewer than places"), "attention")
    return Status(_("Enough for the places"), "ok")


def tools_table(found: Toolbox) -> Table:
    """One list of a department's methods: who uses what, how many places, who works, who pays."""
    tells = any(tool.taken is not None for tool in found.tools)
    return Table(
        columns=[
            Column("method", pgettext("of intervention", "Method"), "name", heading=True, link="url"),
            Column("setting", _("Where")),
            Column("programmes", _("Comes from")),
            Column("families", _("Places"), "number", hint=_("of those programmes")),
            *([Column("taken", _("Taken"), "number")] if tells else []),
            Column("people", pgettext("of a programme", "Workers"), "number"),
            Column("most", _("They carry at most"), "number"),
            Column("funders", _("Who pays")),
        ],
        rows=[_tool_row(tool) for tool in found.tools],
        caption=_("The department's methods"),
        caption_hidden=True,
        empty=_("No programme with places here says by which methods it works."),
        foot=_("Methods of one programme share its places and its workers: do not add the lines up."),
    )


def _tool_row(tool: Tool) -> dict[str, Any]:
    return {
        "method": tool.method,
        "url": reverse("programmes:method", args=[tool.method.code]),
        "setting": tool.method.get_setting_display(),
        "programmes": ", ".join(name_in_language(one) for one in tool.programmes),
        "families": tool.families,
        "taken": tool.taken,
        "people": tool.people,
        "most": tool.most,
        "funders": ", ".join(name_in_language(one) for one in tool.funders),
    }


def changes_table(found: Toolbox) -> Table:
    """What the switch changes for each method: by whom it is used today, and from the day on."""
    everybody = number(found.people)
    return Table(
        columns=[
            Column("method", pgettext("of intervention", "Method"), "name", heading=True),
            Column("before", _("Today, by the teams of")),
            Column("people", _("Workers today"), "number"),
            Column("after", _("From that day")),
        ],
        rows=[
            {
                "method": tool.method,
                "before": ", ".join(name_in_language(one) for one in tool.programmes),
                "people": tool.people,
                "after": _("Every team (%(n)s workers)") % {"n": everybody},
            }
            for tool in found.tools
        ],
        caption=_("What changes for each method"),
        caption_hidden=True,
    )
