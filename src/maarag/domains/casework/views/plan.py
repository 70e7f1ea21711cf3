"""The plan of a family: goals, the version in force, the draft, earlier versions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maarag.domains.families.actions import AlreadyClosed
from maarag.domains.families.models import FamilyStatus
from maarag.domains.families.parts import page_of
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.ui import figures
from maarag.ui.tables import Column, Table

from ..actions import (
    AlreadyDone,
    add_item,
    agree_plan,
    change_item,
    content_mark,
    discard_draft,
    draft_plan,
    move_item,
    remove_item,
)
from ..forms.planning import AgreeForm, ItemForm, ProgressForm
from ..models import Goal, Plan, PlanItem
from ..queries.planning import agreed_versions, draft_of, goals_of, version_in_force
from ..words import (
    doer_of,
    professions_in_words,
    status_of_goal,
    status_of_item,
    status_of_plan,
    when_of,
)
from .editing import edit_page, file_of, row_of, to_part


def links(*items: tuple[str, Any]) -> Any:
    """Small buttons for a cell of actions."""
    return format_html_join(" ", '<a class="button button--small" href="{}">{}</a>', items)


def items_table(plan: Plan, *, ways: str = "", caption: Any = "") -> Table:
    """The items of a version; `ways`: "draft" to change them, "force" to say how they go on."""
    columns = [
        Column("response", _("Response"), heading=True),
        Column("goal", _("Goal"), "number"),
        Column("doer", _("Who does it")),
        Column("when", _("When")),
        Column("often", _("How often and how much")),
        Column("field", pgettext("profession", "Field of work")),
    ]
    if ways != "draft":
        columns.append(Column("progress", _("State"), "status"))
    if ways:
        columns.append(Column("ways", _("Actions"), "actions"))
    return Table(
        columns=columns,
        rows=[_line(item, ways) for item in plan.items.all()],
        caption=caption or _("Items of the plan"),
        caption_hidden=True,
        empty=_("No items yet."),
    )


def _line(item: PlanItem, ways: str) -> dict[str, Any]:
    address = [item.family_id, item.pk]
    response = figures.name_in_language(item.response)
    often = " · ".join(filter(None, [str(item.get_frequency_display()), item.amount]))
    buttons: list[tuple[str, Any]] = []
    if ways == "draft":
        buttons = [
            (reverse("casework:change_item", args=address), _("Change")),
            (reverse("casework:remove_item", args=address), _("Take out")),
        ]
    elif ways == "force":
        buttons = [(reverse("casework:progress", args=address), _("How it goes on"))]
    details = format_html('<br><span class="muted small">{}</span>', item.details) if item.details else ""
    text = format_html("{}{}", response, details)
    return {
        "response": text,
        "goal": item.goal.position,
        "doer": doer_of(item),
        "when": when_of(item),
        "often": often,
        "field": professions_in_words(item.professions),
        "progress": status_of_item(item),
        "ways": links(*buttons),
    }


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Goals, the plan in force and the draft."""
    family = file_of(request, pk)
    context = page_of(request, family, "plan")
    changes = context["may_edit"] and context["open"]
    current, draft = version_in_force(family), draft_of(family)
    context |= {
        "changes": changes,
        "goals": [
            {
                "row": goal,
                "status": status_of_goal(goal),
                "professions": professions_in_words(goal.professions),
                "facts": [
                    (_("Target day"), figures.day(goal.target_on)),
                    (_("Agreed"), f"{figures.day(goal.agreed_on)} · {goal.agreed_by}"),
                    (pgettext("profession", "Field of work"), professions_in_words(goal.professions)),
                    *([(_("What happened"), goal.state_reason)] if goal.state_reason else []),
                ],
            }
            for goal in goals_of(family)
        ],
        "current": current,
        "current_table": items_table(current, ways="force" if changes else "") if current else None,
        "draft": draft,
        "draft_status": status_of_plan(draft, False) if draft else None,
        "draft_table": items_table(draft, ways="draft" if changes else "") if draft else None,
        "versions": agreed_versions(family).count(),
    }
    return render(request, "casework/plan.html", context)


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def versions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every version that was agreed, newest first."""
    family = file_of(request, pk)
    found = list(agreed_versions(family))
    context = page_of(request, family, "plan", crumb=_("Versions of the plan")) | {
        "versions": [
            {
                "row": version,
                "status": status_of_plan(version, version == found[0]),
                "table": items_table(version, caption=_("Version %(number)s") % {"number": version.number}),
                "what": changes_between(found[number + 1] if number + 1 < len(found) else None, version),
            }
            for number, version in enumerate(found)
        ],
    }
    return render(request, "casework/versions.html", context)


def changes_between(before: Plan | None, after: Plan) -> list[str]:
    """What a version adds, takes out and changes, in words."""
    if before is None:
        return []
    old, new = ({item.line: item for item in one.items.all()} for one in (before, after))
    told = [
        (new.keys() - old.keys(), new, _("Added: %(what)s")),
        (old.keys() - new.keys(), old, _("Taken out: %(what)s")),
        ({line for line in new.keys() & old.keys() if _content(new[line]) != _content(old[line])}, new,
         _("Changed: %(what)s")),
    ]  # fmt: skip
    return [
        text % {"what": figures.name_in_language(items[line].response)}
        for lines, items, text in told
        for line in sorted(lines, key=lambda one: items[one].position)
    ]


def _content(item: PlanItem) -> tuple[Any, ...]:
    return (
        item.goal_id,
        item.response_id,
        item.service_id,
        item.doer,
        item.who,
        item.starts,
        item.ends,
        item.frequency,
        item.amount,
        item.details,
        tuple(item.professions),
    )


@require_POST
@needs_permission(Permission.EDIT_FAMILIES)
def begin_draft(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin the next version of the plan."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    try:
        draft_plan(by=account_of(request), family=family)
    except AlreadyClosed:
        messages.error(request, _("The file is closed; open it again before you change it."))
    return redirect(f"{reverse('casework:plan', args=[pk])}#draft")


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def new_item(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add a response to the draft."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    if family.status == FamilyStatus.OPEN and not Goal.objects.filter(family=family).exists():
        messages.info(request, _("Set a goal first: each response of the plan leads towards one."))
        return to_part(family, "plan")
    return edit_page(
        request,
        family,
        "plan",
        ItemForm,
        heading=_("Add a response to the plan"),
        done=_("It is in the draft; the plan holds when it is agreed."),
        back=f"{reverse('casework:plan', args=[pk])}#draft",
        write=lambda form, _seen: add_item(by=account_of(request), family=family, **form.cleaned_data),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def edit_item(request: HttpRequest, pk: UUID, row: UUID) -> HttpResponse:
    """Change a response of the draft."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    item = row_of(PlanItem, family, row)
    return edit_page(
        request,
        family,
        "plan",
        ItemForm,
        heading=_("Change the response"),
        done=_("The draft was saved."),
        row=item,
        back=f"{reverse('casework:plan', args=[pk])}#draft",
        write=lambda form, seen: change_item(
            by=account_of(request), item=item, seen=seen, **form.cleaned_data
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def drop_item(request: HttpRequest, pk: UUID, row: UUID) -> HttpResponse:
    """Ask once more, then take a response out of the draft."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    item = row_of(PlanItem, family, row)
    if request.method == "POST":
        try:
            remove_item(by=account_of(request), item=item)
        except AlreadyDone:
            messages.info(request, _("Its version was agreed already."))
        except AlreadyClosed:
            messages.error(request, _("Somebody closed the file meanwhile; nothing was saved."))
        else:
            messages.success(request, _("It is out of the draft."))
        return redirect(f"{reverse('casework:plan', args=[pk])}#draft")
    heading = _("Take the response out of the draft")
    context = page_of(request, family, "plan", crumb=heading) | {
        "heading": heading,
        "text": _("Versions that were agreed keep it."),
        "facts": [
            (_("Response"), figures.name_in_language(item.response)),
            (_("Who does it"), doer_of(item)),
            (_("When"), when_of(item)),
        ],
        "label": _("Take out"),
        "back": reverse("casework:plan", args=[pk]),
    }
    return render(request, "casework/confirm.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def progress(request: HttpRequest, pk: UUID, row: UUID) -> HttpResponse:
    """Say how a response of the plan goes on."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    item = row_of(PlanItem, family, row)
    return edit_page(
        request,
        family,
        "plan",
        ProgressForm,
        heading=_("How it goes on"),
        done=_("The state was saved."),
        row=item,
        facts=[
            (_("Response"), figures.name_in_language(item.response)),
            (_("Who does it"), doer_of(item)),
            (_("When"), when_of(item)),
        ],
        write=lambda form, seen: move_item(by=account_of(request), item=item, seen=seen, **form.cleaned_data),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def agree(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The family and the worker agree on the draft."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    draft = draft_of(family)
    if draft is None:
        messages.info(request, _("No draft waits to be agreed."))
        return to_part(family, "plan")

    def mark() -> str:
        now = draft_of(family)
        return content_mark(now) if now else ""

    return edit_page(
        request,
        family,
        "plan",
        AgreeForm,
        heading=_("Agree on the plan"),
        done=_("The plan is agreed, and in force."),
        save_label=_("Agreed"),
        intro=_(
            "From now on this version stays as it is; what changes later makes a new one."
            " Read the items to the family before you press."
        ),
        facts=[
            (
                f"{item.position}. {figures.name_in_language(item.response)}",
                f"{doer_of(item)} · {when_of(item)}",
            )
            for item in draft.items.all()
        ],
        mark=mark,
        write=lambda form, seen: agree_plan(
            by=account_of(request), plan=draft, seen=seen, **form.cleaned_data
        ),
    )


@require_POST
@needs_permission(Permission.EDIT_FAMILIES)
def discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give up the draft."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    draft = draft_of(family)
    if draft is None:
        raise Http404
    try:
        discard_draft(by=account_of(request), plan=draft)
    except AlreadyDone:
        messages.info(request, pgettext("draft", "It was agreed already."))
    except AlreadyClosed:
        messages.error(request, _("Somebody closed the file meanwhile; nothing was saved."))
    else:
        messages.success(request, _("The draft was given up; the plan in force stays."))
    return to_part(family, "plan")
