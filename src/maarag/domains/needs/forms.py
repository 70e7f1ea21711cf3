"""Forms of need estimates."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import places_permitted
from maarag.kernel.places.models import Place
from maarag.kernel.sources.models import Source
from maarag.kernel.taxonomy.models import Term, Topic, Vocabulary
from maarag.ui.choices import NamedChoice, day_field

from .models import Certainty, NeedEstimate, Unit

MOST = 20_000_000
"""More people than the country has: a number above it is a slip of the hand."""
COUNTS = ("number", "lowest", "highest", "note")


class SituationChoice(NamedChoice):
    """Situations, indented by their level."""

    def label_from_instance(self, row: Any) -> str:
        return "\u2003" * max(row.level - 1, 0) + super().label_from_instance(row)


def _situations() -> Any:
    return Term.objects.filter(vocabulary=Vocabulary.SITUATION, is_current=True, parent__isnull=False)


def _count(label: Any, *, required: bool = True, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=0, max_value=MOST, required=required, help_text=help_text, localize=False
    )


class EstimateForm(forms.Form):
    """What an estimate says; what it is of (place, topic, situation …) is asked for a new one only."""

    place = NamedChoice(Place.objects.none(), to_field_name="code", label=_("Place"))
    topic = NamedChoice(Topic.objects.all(), to_field_name="code", label=_("Topic"))
    situation = SituationChoice(Term.objects.none(), to_field_name="code", label=_("Situation"))
    population = SituationChoice(
        Term.objects.none(),
        to_field_name="code",
        required=False,
        label=_("Population group"),
        empty_label=_("All people"),
    )
    unit = forms.ChoiceField(label=_("Counted in"), choices=Unit.choices)
    number = _count(_("Number"), help_text=_("A whole number from zero up."))
    lowest = _count(_("At least"), required=False)
    highest = _count(_("At most"), required=False)
    certainty = forms.ChoiceField(label=_("Certainty"), choices=Certainty.choices)
    as_of = day_field(_("As of"), help_text=_("The day that the number speaks of."))
    source = NamedChoice(
        Source.objects.all(),
        to_field_name="code",
        required=False,
        label=_("Source"),
        help_text=_("Where the number comes from; if it is not in the list, write it below."),
    )
    new_source = forms.CharField(label=_("Another source"), max_length=300, required=False)
    source_row = forms.CharField(label=_("Row or page of the source"), max_length=120, required=False)
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    is_public = forms.BooleanField(label=_("Everyone may see it"), required=False, initial=True)

    def __init__(
        self,
        *args: Any,
        by: Account,
        estimate: NeedEstimate | None = None,
        counts_hidden: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.estimate = estimate
        fields: dict[str, Any] = self.fields
        if estimate is None:
            fields["place"].queryset = places_permitted(by, Permission.EDIT_NEEDS).defer("outline")
            fields["situation"].queryset = fields["population"].queryset = _situations()
            return
        gone = ["place", "topic", "situation", "population", "unit", "as_of", "source", "new_source"]
        for name in (*gone, *(COUNTS if counts_hidden else ())):
            del fields[name]

    def clean_as_of(self) -> date:
        day: date = self.cleaned_data["as_of"]
        if day > timezone.localdate():
            raise forms.ValidationError(
                _g("This day is still to come; an estimate speaks of a day that has been.")
            )
        return day

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        check_range(self, given)
        if self.estimate is None:
            self._check_source(given)
            self._check_new(given)
        return given

    def _check_source(self, given: dict[str, Any]) -> None:
        if bool(given.get("source")) == bool(given.get("new_source")) and "source" not in self.errors:
            self.add_error(
                "source", _g("Choose a source from the list, or write another one: one of the two.")
            )

    def _check_new(self, given: dict[str, Any]) -> None:
        key = ("place", "topic", "situation", "unit", "as_of", "source")
        if not all(given.get(name) for name in key):
            return
        same = NeedEstimate.objects.filter(
            population=given.get("population"), **{name: given[name] for name in key}
        ).first()
        if same is not None:
            self.add_error(
                None,
                format_html(
                    '{} <a href="{}">{}</a>',
                    _g("This source has an estimate of this need on this day already."),
                    same.get_absolute_url(),
                    _g("Correct it there."),
                ),
            )


def check_range(form: forms.Form, given: dict[str, Any]) -> None:
    """The number lies within its range."""
    number, lowest, highest = (given.get(name) for name in ("number", "lowest", "highest"))
    if number is None:
        return
    if lowest is not None and lowest > number:
        form.add_error("lowest", _g("This is more than the number itself (%(number)s).") % {"number": number})
    if highest is not None and highest < number:
        form.add_error(
            "highest", _g("This is less than the number itself (%(number)s).") % {"number": number}
        )


class RemovalForm(forms.Form):
    """Why an estimate is removed."""

    reason = forms.CharField(
        label=_("Why it is removed"),
        max_length=500,
        help_text=_("The audit keeps what the estimate said, and this reason."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
