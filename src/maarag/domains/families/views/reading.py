"""Unusual reading: for the supervisor of whoever reads files."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.drafts.actions import forget_draft
from maarag.kernel.places.models import Place
from maarag.ui import figures
from maarag.ui.tables import Column, Status, Table

from ..actions.reading import OwnReading, judge_reading
from ..forms.reading import VerdictForm
from ..queries.reading import Flagged, reads_on, unusual
from ..reading_models import ReadingVerdict
from ..scope import authorities_with

Verdict = ReadingVerdict.Verdict
TONES = {Verdict.IN_ORDER: "ok", Verdict.TO_CLARIFY: "critical"}


@require_safe
@needs_permission(Permission.REVIEW_READING)
def index(request: HttpRequest) -> HttpResponse:
    """The days of the last thirty on which somebody should be asked about what they read."""
    rows = [_line(one) for one in unusual(account_of(request))]
    table = Table(
        columns=[
            Column("day", _("Day"), "date"),
            Column("reader", _("Who"), heading=True, link="url"),
            Column("place", _("Local authority"), "name"),
            Column("files", _("Files"), "number"),
            Column("reasons", _("Why it is shown")),
            Column("verdict", _("Verdict"), "status"),
        ],
        rows=rows,
        caption=_("Unusual reading"),
        caption_hidden=True,
        empty=_("Nothing unusual was read in the last thirty days."),
    )
    return render(request, "families/reading.html", {"table": table})


def _line(one: Flagged) -> dict[str, Any]:
    args = [one.authority.code, one.reader.pk, one.day.isoformat()]
    return {
        "day": one.day,
        "reader": one.reader.name,
        "url": reverse("families:reading_day", args=args),
        "place": one.authority,
        "files": one.files,
        "reasons": "; ".join(one.reasons),
        "verdict": status_of(one.verdict),
    }


def status_of(verdict: ReadingVerdict | None) -> Status:
    """What was said of a day."""
    if verdict is None:
        return Status(_("Not looked at yet"), "attention")
    return Status(verdict.get_verdict_display(), TONES[Verdict(verdict.verdict)])


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.REVIEW_READING)
def day(request: HttpRequest, code: str, reader: int, on: str) -> HttpResponse:
    """What somebody read on a day, and the verdict on it."""
    by = account_of(request)
    authority = authorities_with(by, Permission.REVIEW_READING).filter(code=code).first()
    when = day_of(on)
    if authority is None or when is None:
        raise Http404
    account = get_object_or_404(Account, pk=reader)
    reads = reads_on(authority, account, when)
    if not reads:
        raise Http404
    known = ReadingVerdict.objects.filter(authority=authority, reader=account, day=when).first()
    initial = {"verdict": known.verdict, "note": known.note} if known else None
    form = VerdictForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            judge_reading(by=by, authority=authority, reader=account, day=when, **form.cleaned_data)
        except OwnReading:
            form.add_error(None, _("Somebody else must judge what you read yourself."))
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            forget_draft(request)
            messages.success(request, _("The verdict was recorded."))
            return redirect("families:reading")
    return _day_page(request, authority, account, when, reads, known, form)


def _day_page(
    request: HttpRequest,
    authority: Place,
    reader: Account,
    when: date,
    reads: Any,
    known: ReadingVerdict | None,
    form: VerdictForm,
) -> HttpResponse:
    table = Table(
        columns=[
            Column("when", _("When"), "moment"),
            Column("family", _("Family"), heading=True, link="url"),
            Column("number", _("File number")),
            Column("what", _("What for")),
        ],
        rows=[
            {
                "when": one.when,
                "family": one.family.name if one.family else _("erased"),
                "url": reverse("families:readers", args=[one.family.pk]) if one.family else "",
                "number": str(one.family.number) if one.family else "",
                "what": one.what,
            }
            for one in reads
        ],
        caption=_("What was read"),
        caption_hidden=True,
        dense=True,
    )
    heading = f"{reader.name} · {figures.day(when)}"
    context = {
        "reader": reader,
        "authority": authority,
        "day": when,
        "table": table,
        "form": form,
        "own": reader.pk == request.user.pk,
        "status": status_of(known),
        "crumbs": [
            (_("Families"), reverse("families:index")),
            (_("Unusual reading"), reverse("families:reading")),
            (heading, ""),
        ],
    }
    return render(request, "families/reading_day.html", context, status=422 if form.errors else 200)


def day_of(text: str) -> date | None:
    """A day of an address; None where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
