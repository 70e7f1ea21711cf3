"""Forms for files that resemble each other: why they are two families, and who is who in the two."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from ..merging import Plan
from ..merging_models import DistinctReason

NOBODY = "nobody"


class ApartForm(forms.Form):
    """Why two files that resemble each other are of two families."""

    reason = forms.ChoiceField(
        label=_("Why these are two families"), choices=DistinctReason.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("In a few words"),
        max_length=500,
        required=False,
        help_text=_("Asked for where another reason is chosen. Kept encrypted."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("reason") == DistinctReason.OTHER and not given.get("note", "").strip():
            self.add_error("note", _("Say in a few words why these are two families."))
        return given


class SameForm(forms.Form):
    """For each person of the file that is merged away: who of the other file they are, or nobody."""

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one.pk), str(one)) for one in plan.kept.members.all()]
        for step in plan.people:
            self.fields[f"same-{step.person.pk}"] = forms.ChoiceField(
                label=str(step.person),
                choices=[(NOBODY, _("Somebody else: added to the people of the file")), *choices],
                initial=str(step.same.pk) if step.same else NOBODY,
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        chosen = [value for value in given.values() if value != NOBODY]
        for name, value in list(given.items()):
            if chosen.count(value) > 1:
                self.add_error(name, _("Two people cannot be the same one."))
        return given

    def same(self) -> dict[UUID, UUID]:
        """Who is who, for the action."""
        return {
            UUID(name.removeprefix("same-")): UUID(value)
            for name, value in self.cleaned_data.items()
            if value != NOBODY
        }
