"""Tasks for a family, and everybody's own list."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maarag.domains.families.actions import AlreadyClosed, read_words
from maarag.domains.families.parts import page_of
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission

from ..actions import AlreadyDone, add_task, change_task, finish_task, reopen_task
from ..forms.records import TaskForm
from ..models import Task
from ..queries.tasks import open_tasks_of, tasks_of
from ..words import status_of_task
from .editing import edit_page, file_of, row_of


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def tasks(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is to be done, most urgent first; then what was done."""
    family = file_of(request, pk)
    context = page_of(request, family, "tasks")
    found: list[dict[str, Any]] = [{"row": task, "status": status_of_task(task)} for task in tasks_of(family)]
    context |= {
        "changes": context["may_edit"] and context["open"],
        "waiting": [one for one in found if not one["row"].done_at],
        "done": [one for one in found if one["row"].done_at],
    }
    return render(request, "casework/tasks.html", context)


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def mine(request: HttpRequest) -> HttpResponse:
    """My open tasks in every file; each file is recorded as read."""
    account = account_of(request)
    waiting = list(open_tasks_of(account))
    read_words(by=account, rows=waiting)
    found: list[dict[str, Any]] = [
        {
            "row": task,
            "status": status_of_task(task),
            "url": reverse("casework:tasks", args=[task.family_id]),
        }
        for task in waiting
    ]
    context = {"waiting": found, "fictional": any(one["row"].authority.is_fictional for one in found)}
    return render(request, "casework/my_tasks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put something to do on somebody's list."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    return edit_page(
        request,
        family,
        "tasks",
        TaskForm,
        heading=_("Add a task"),
        done=_("The task was added."),
        write=lambda form, _seen: add_task(by=account_of(request), family=family, **form.cleaned_data),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def edit(request: HttpRequest, pk: UUID, row: UUID) -> HttpResponse:
    """Change a task."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    found: Any = row_of(Task, family, row)
    return edit_page(
        request,
        family,
        "tasks",
        TaskForm,
        heading=_("Change the task"),
        done=_("The task was saved."),
        row=found,
        write=lambda form, seen: change_task(
            by=account_of(request), task=found, seen=seen, **form.cleaned_data
        ),
    )


@require_POST
@needs_permission(Permission.EDIT_FAMILIES)
def tick(request: HttpRequest, pk: UUID, row: UUID) -> HttpResponse:
    """Done; or, with `again`, not done after all."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    found: Any = row_of(Task, family, row)
    again = "again" in request.POST
    try:
        (reopen_task if again else finish_task)(by=account_of(request), task=found)
    except AlreadyDone:
        messages.info(request, _("Somebody did this already; look at how it stands now."))
    except AlreadyClosed:
        messages.error(request, _("The file is closed; open it again before you change it."))
    else:
        text = _("The task is open again.") if again else pgettext("task", "Done.")
        messages.success(request, text)
    return redirect("casework:tasks", pk=pk)
