"""Forms of contacts, documents and tasks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.queries import accounts_with
from maarag.ui.choices import NamedChoice, day_field

from ..file_kinds import ACCEPTED, MOST_MB
from ..models import ContactKind, DocumentKind
from .asking import CaseForm, long_text, short_text

MOMENT = "%Y-%m-%dT%H:%M"


def moment_field(label: Any) -> forms.DateTimeField:
    """A day and an hour, typed or picked, in the time of Israel."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    return forms.DateTimeField(
        label=label, widget=widget, input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
    )


class ContactForm(CaseForm):
    """A visit, a call, a meeting, a letter."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ContactKind.choices, widget=forms.RadioSelect)
    at = moment_field(_("Day and hour"))
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=1, max_value=24 * 60)
    people = long_text(_("Who took part"), rows=2, most=1000)
    said = long_text(_("What was said and done"), rows=8, most=20000, hint=_("Kept encrypted."))
    next_step = long_text(_("Next step"), rows=2, required=False, most=1000)
    next_on = day_field(
        _("Until when"),
        required=False,
        help_text=_("With a day, the next step becomes a task of yours and is in your calendar."),
    )

    def first(self) -> dict[str, Any]:
        return {"at": timezone.localtime().replace(second=0, microsecond=0)}

    @classmethod
    def initial_of(cls, row: Any) -> dict[str, Any]:
        found = super().initial_of(row) | {"at": timezone.localtime(row.at)}
        found.pop("next_on", None)
        return found

    def prepare(self) -> None:
        if self.row is not None:
            del self.fields["next_on"]


class DocumentForm(CaseForm):
    """A file from the disk or the camera."""

    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=DocumentKind.choices, widget=forms.RadioSelect)
    title = short_text(_("What it is"), hint=_("For example: letter of the school about absences."))
    dated_on = day_field(_("Day of the document"), required=False)

    def prepare(self) -> None:
        words = gettext("PDF, JPEG, PNG or Word (.docx), %(limit)s MB at most. Kept encrypted.")
        self.fields["file"].help_text = words % {"limit": MOST_MB}


class RemoveForm(CaseForm):
    """Why a document goes."""

    why = long_text(
        _("Why it is removed"),
        rows=2,
        most=500,
        hint=_("What it was and why it went stays in the file; its content does not."),
    )

    @classmethod
    def initial_of(cls, row: Any) -> dict[str, Any]:
        return {"why": ""}


class TaskForm(CaseForm):
    """Something to do."""

    what = long_text(_("What is to be done"), rows=2, most=500)
    worker = NamedChoice(Account.objects.none(), label=_("Who does it"))
    due = day_field(_("Until when"))

    def first(self) -> dict[str, Any]:
        return {"worker": self.by.pk}

    @classmethod
    def initial_of(cls, row: Any) -> dict[str, Any]:
        return super().initial_of(row) | {"worker": row.worker_id}

    def prepare(self) -> None:
        near = accounts_with(Permission.VIEW_FAMILIES, [self.family.neighbourhood or self.family.authority])
        workers = Account.objects.filter(pk__in=near.values("pk"))
        if self.row is not None:
            workers = workers | Account.objects.filter(pk=self.row.worker_id)
        self.chooser("worker").queryset = workers.distinct()
