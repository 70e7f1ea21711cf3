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

from ..asked import MOST_FLOORS, MOST_OF_A_GROUP, WAITING, WITHOUT_PLACE, FloorAsked
from ..groups import Group, GroupsOf
from .families import long_text


class _ProgrammesChoice(forms.ModelMultipleChoiceField):
    label_from_instance = NamedChoice.label_from_instance


class RunForm(forms.Form):
    """What is matched, and the floors for groups: two fields for each, a share or a number of families."""

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
                name = f"{part.label}: {group.label}"
                fields[part.field(group)] = _floor_field(name, _g("At least, in percent"), 100)
                most = group.families if isinstance(group.families, int) else MOST_OF_A_GROUP
                fields[part.number_field(group)] = _floor_field(
                    name, _g("At least, families"), MOST_OF_A_GROUP, group_has=most
                )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for part in self.groups:
            for group in part.groups:
                if given.get(part.field(group)) and given.get(part.number_field(group)):
                    self.add_error(
                        part.number_field(group), _g("A floor is either a share or a number of families.")
                    )
        if len(self.floors()) > MOST_FLOORS:
            self.add_error(None, _g("That is too many floors for one run."))
        return given

    def floors(self) -> list[FloorAsked]:
        """The floors that were typed."""
        typed = [
            FloorAsked(
                part.attribute,
                group.value,
                percent=self.cleaned_data.get(part.field(group)),
                number=self.cleaned_data.get(part.number_field(group)),
            )
            for part in self.groups
            for group in part.groups
        ]
        return [floor for floor in typed if floor.percent or floor.number]

    def parts(self) -> list[dict[str, Any]]:
        """The groups with their fields, for the page."""
        return [
            {
                "label": part.label,
                "id": f"floors-{part.attribute}",
                "rows": [
                    {"label": group.label, "families": group.families, "fields": self._fields_of(part, group)}
                    for group in part.groups
                ],
                "open": any(
                    field.value() or field.errors
                    for group in part.groups
                    for _label, field in self._fields_of(part, group)
                ),
            }
            for part in self.groups
            if part.groups
        ]

    def _fields_of(self, part: GroupsOf, group: Group) -> list[tuple[str, forms.BoundField]]:
        return [
            (_g("At least, in percent"), self[part.field(group)]),
            (_g("At least, families"), self[part.number_field(group)]),
        ]


def _floor_field(name: str, unit: str, most: int, group_has: int | None = None) -> forms.IntegerField:
    """A floor of a group in a table, whose column says the unit; it can ask for no more than there are."""
    label = f"{name} – {unit}"
    attributes = {"class": "input", "inputmode": "numeric", "aria-label": label}
    field = forms.IntegerField(
        label=label,
        required=False,
        min_value=1,
        max_value=most if group_has is None else min(most, max(1, group_has)),
        widget=forms.NumberInput(attrs=attributes),
    )
    if group_has is not None:
        field.error_messages["max_value"] = _g(
            "A floor asks for no more families than the group has: %(limit_value)s."
        )
    return field


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
