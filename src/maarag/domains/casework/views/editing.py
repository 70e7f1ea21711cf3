"""One way for every form of casework: ask, hold to the rules, lose nothing that was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from maarag.domains.families.actions import AlreadyClosed, ChangedMeanwhile, read_family
from maarag.domains.families.models import Family, FamilyStatus
from maarag.domains.families.parts import page_of
from maarag.domains.families.scope import may
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of
from maarag.kernel.drafts.actions import forget_draft
from maarag.kernel.drafts.templatetags.drafts import key_of

from ..actions import AlreadyDone, NothingToAgree, mark_of
from ..file_kinds import FileRefused
from ..forms.asking import CaseForm, differences
from ..models.rows import OfFamily


def file_of(request: HttpRequest, pk: UUID, permission: Permission | None = None) -> Family:
    """The family of the page; that it is read is recorded. Raises Http404."""
    family = read_family(by=account_of(request), pk=pk)
    if family is None or (permission and not may(request.user, permission, family)):
        raise Http404
    return family


def row_of(model: type[Any], family: Family, key: UUID) -> Any:
    """A row of the family's file; raises Http404."""
    row = model.objects.filter(family=family, pk=key).first()
    if row is None:
        raise Http404
    return row


def to_part(family: Family, part: str) -> HttpResponse:
    return redirect(reverse(f"casework:{part}", args=[family.pk]))


def _draft_key(request: HttpRequest) -> str:
    """Of the form's drafts: the kind of form, the family and the row, as the address names them."""
    match = request.resolver_match
    assert match is not None
    return key_of(match.view_name, *match.kwargs.values())


def edit_page(
    request: HttpRequest,
    family: Family,
    part: str,
    form_class: type[CaseForm],
    *,
    heading: Any,
    done: Any,
    write: Callable[[CaseForm, str], Any],
    row: OfFamily | None = None,
    save_label: Any = "",
    danger: bool = False,
    intro: Any = "",
    facts: Any = (),
    closed_too: bool = False,
    back: str = "",
    mark: Callable[[], str] | None = None,
    initial: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show a form and write what it says. `write` gets the form and the mark that it was opened with; what
    an action refuses stands beside the fields, and what was typed stays (422). Where somebody else changed
    the row meanwhile, both texts are shown (409).
    """
    if family.status != FamilyStatus.OPEN and not closed_too:
        messages.info(request, _("The file is closed; open it again before you change it."))
        return to_part(family, part)
    given: dict[str, Any] = {"family": family, "by": account_of(request), "row": row}
    seen = mark() if mark else mark_of(row) if row is not None else ""
    both: list[tuple[Any, str, str]] = []
    changed, status = False, 200
    if request.method != "POST":
        form = form_class(**given, **({"initial": initial} if initial else {}))
    else:
        form, status = form_class(request.POST, request.FILES, **given), 422
        seen = request.POST.get("seen") or seen
        if form.is_valid():
            try:
                write(form, seen)
            except ChangedMeanwhile:
                changed, status = True, 409
                if row is not None:
                    row.refresh_from_db()
                    both = differences(form, row)
                seen = mark() if mark else mark_of(row) if row is not None else ""
            except AlreadyClosed:
                messages.error(request, _("Somebody closed the file meanwhile; nothing was saved."))
                return to_part(family, part)
            except AlreadyDone:
                messages.info(request, _("Somebody did this already; look at how it stands now."))
                return to_part(family, part)
            except NothingToAgree:
                messages.error(request, _("The plan has no items yet; add what is agreed first."))
                return to_part(family, part)
            except FileRefused as refused:
                form.add_error("file", str(refused))
            except ValidationError as error:
                _show(form, error)
            else:
                forget_draft(request)
                messages.success(request, done)
                return redirect(back) if back else to_part(family, part)
    context = page_of(request, family, part, crumb=heading) | {
        "form": form,
        "draft_key": _draft_key(request),
        "heading": heading,
        "intro": intro,
        "facts": facts,
        "seen": seen,
        "changed": changed,
        "both": both,
        "save_label": save_label or _("Save"),
        "danger": danger,
        "back": back or reverse(f"casework:{part}", args=[family.pk]),
        "has_file": any(
            getattr(field.widget, "needs_multipart_form", False) for field in form.fields.values()
        ),
    }
    return render(request, "casework/form.html", context, status=status)


def _show(form: CaseForm, error: ValidationError) -> None:
    """What an action refuses, beside the field that it is about."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error.messages)
        return
    for name, texts in error.message_dict.items():
        form.add_error(name if name in form.fields else None, texts)
