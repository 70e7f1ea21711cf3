"""Forms of runs: their settings, a decision otherwise, an answer to a difference between groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maarag.domains.programmes.fit import WORTH_PROPOSING
from maarag.domains.programmes.models import Programme
from maarag.kernel.places.models import Place
from maarag.ui.choices import NamedChoice

from ..asked import MOST_FLOORS, WAITING, WITHOUT_PLACE, FloorAsked
from ..groups import GroupsOf
from .families import long_text


class _ProgrammesChoice(forms.ModelMultipleChoiceField):
    label_from_instance = NamedChoice.label_from_instance


class RunForm(forms.Form):
    """What is matched, and the floors for groups: a field for each group, named `floor-attribute-value`."""

    place = NamedChoice(
        Place.objects.none(), to_field_name="code", label=_("For the place"), empty_label=None
    )
    who = forms.ChoiceField(
        label=_("Which families"),
        choices=[
            (WITHOUT_PLACE, pgettext_lazy("families of a run", "All open files without a place")),
            (WAITING, pgettext_lazy("families of a run", "Only those that wait for a programme")),
        ],
        initial=WITHOUT_PLACE,
        widget=forms.RadioSelect,
    )
    programmes = _ProgrammesChoice(
        Programme.objects.none(),
        to_field_name="code",
        required=False,
        label=_("Only places of these programmes"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all of them."),
    )
    least_fit = forms.IntegerField(
        label=_("Propose nothing below a fit of"),
        min_value=0,
        max_value=100,
        initial=int(WORTH_PROPOSING),
        help_text=_("Out of a hundred."),
    )
    keep = forms.BooleanField(
        label=_("Keep what was decided"),
        required=False,
        initial=True,
        help_text=_("Accepted, swapped and overridden proposals stay as they are; the rest is matched anew."),
    )

    def __init__(
        self,
        *args: Any,
        places: Any,
        programmes: Any,
        groups: Sequence[GroupsOf],
        again: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["place"].queryset = places
        fields["programmes"].queryset = programmes
        if not again:
            del fields["keep"]
        self.groups = groups
        for part in groups:
            for group in part.groups:
                fields[part.field(group)] = forms.IntegerField(
                    label=f"{part.label}: {group.label}",
                    required=False,
                    min_value=1,
                    max_value=100,
                    widget=forms.NumberInput(
                        attrs={
                            "class": "input",
                            "inputmode": "numeric",
                            "aria-label": f"{part.label}: {group.label}",
                        }
                    ),
                )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if len(self.floors()) > MOST_FLOORS:
            self.add_error(None, _g("That is too many floors for one run."))
        return given

    def floors(self) -> list[FloorAsked]:
        """The floors that were typed."""
        return [
            FloorAsked(part.attribute, group.value, percent=percent)
            for part in self.groups
            for group in part.groups
            if (percent := self.cleaned_data.get(part.field(group)))
        ]

    def parts(self) -> list[dict[str, Any]]:
        """The groups with their fields, for the page."""
        return [
            {
                "label": part.label,
                "id": f"floors-{part.attribute}",
                "rows": [
                    {"label": group.label, "families": group.families, "field": self[part.field(group)]}
                    for group in part.groups
                ],
                "open": any(
                    self[part.field(group)].value() or self[part.field(group)].errors for group in part.groups
                ),
            }
            for part in self.groups
            if part.groups
        ]


class OverrideForm(forms.Form):
    """Another place, or none, and why."""

    to = forms.ChoiceField(label=_("What is decided"), widget=forms.RadioSelect)
    reason = long_text(_("Why"), required=True)

    def __init__(self, *args: Any, choices: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["to"]
        field.choices = choices


class RemarkForm(forms.Form):
    """What explains a difference between groups."""

    text = forms.CharField(
        label=_("What explains it"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Nothing about a single family: everybody who sees the run's figures reads it."),
    )
