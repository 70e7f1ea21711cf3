"""What happened round a family, in one line; and how the work with it ended."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from maarag.domains.families.models import FamilyStatus
from maarag.domains.families.parts import page_of
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.ui import figures
from maarag.ui.choices import asked_text

from ..actions import close_with_outcome
from ..forms.agreements import OutcomeForm
from ..models import Outcome
from ..queries.timeline import Strand, moments_of
from .editing import edit_page, file_of

PER_PAGE = 60


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def timeline(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Contacts, goals, plan, tasks, documents and the record of the file, newest first."""
    family = file_of(request, pk)
    kind = asked_text(request.GET, "kind")
    found = moments_of(family, [kind])
    context = page_of(request, family, "timeline")
    context |= {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "kind": kind,
        "kinds": [("", _("Everything")), *Strand.choices],
        "changes": context["may_edit"] and context["open"],
        "outcomes": [
            {
                "row": row,
                "facts": [
                    (_("Closed on"), figures.day(row.closed_on)),
                    (_("Reason for closing"), row.get_reason_display()),
                    (
                        _("Goals"),
                        _("%(reached)s reached and %(partly)s partly reached, of %(all)s")
                        % {"reached": row.goals_reached, "partly": row.goals_partly, "all": row.goals},
                    ),
                    (_("What helped, in the family's own words"), row.helped),
                    (_("What did not help, in the family's own words"), row.hindered),
                    (_("Whose words these are"), row.said_by),
                    (_("What follows"), row.next_steps),
                ],
            }
            for row in Outcome.objects.filter(family=family)
        ],
    }
    return render(request, "casework/timeline.html", context)


def _values(form: Any) -> dict[str, Any]:
    given: dict[str, Any] = form.values()
    return given


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close the file with what came of the work."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    if family.status != FamilyStatus.OPEN:
        messages.info(request, _("The file is closed already."))
        return redirect("casework:timeline", pk=pk)
    return edit_page(
        request,
        family,
        "timeline",
        OutcomeForm,
        heading=_("Close the file"),
        done=_("The file was closed."),
        save_label=_("Close the file"),
        back=reverse("families:detail", args=[pk]),
        intro=_("Go over the goals with the family, and write what it says in its own words."),
        write=lambda form, _seen: close_with_outcome(by=account_of(request), family=family, **_values(form)),
    )
