"""Forms of one family: giving it a place, its waiting."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maarag.domains.baskets.amounts import AmountField
from maarag.ui.choices import day_field

from ..models import Ended, Priority, WhyWaits


def long_text(label: object, *, required: bool = False, most: int = 1000, rows: int = 3) -> forms.CharField:
    """Words about people, which are kept encrypted."""
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, max_length=most, widget=area, required=required, help_text=_("Kept encrypted.")
    )


class ChangeWaitingForm(forms.Form):
    """Why the family waits, and how urgently."""

    why = forms.ChoiceField(label=_("Why it waits"), choices=WhyWaits.choices, widget=forms.RadioSelect)
    priority = forms.TypedChoiceField(
        label=_("Priority"),
        choices=Priority.choices,
        coerce=int,
        initial=Priority.USUAL,
        widget=forms.RadioSelect,
        help_text=_("The urgent come first; within one priority, who waits longer."),
    )
    note = long_text(_("Note"))


class WaitForm(ChangeWaitingForm):
    """Also since when."""

    since = day_field(_("Waits since"), required=False, help_text=_("Left empty: today."))
    field_order = ("why", "priority", "since", "note")


class StopWaitingForm(forms.Form):
    """How waiting ended."""

    outcome = forms.ChoiceField(
        label=_("Why it no longer waits"),
        choices=[choice for choice in Ended.choices if choice[0] not in (Ended.PLACED, Ended.FILE_CLOSED)],
        widget=forms.RadioSelect,
    )


class GiveForm(forms.Form):
    """A place given at once, outside of a run."""

    day = day_field(_("From"), required=False, help_text=_("Left empty: today."))
    amount = AmountField(
        label=_("Money of the basket, in shekels"),
        required=False,
        help_text=_("Left empty: as much as the programme pays for one family."),
    )
    why = forms.CharField(
        label=_("Why workers are to carry more than they may"),
        max_length=300,
        required=False,
        help_text=_("Without names: the ledger keeps it with the decision."),
    )
    although_promised = forms.BooleanField(
        label=_("Give it all the same: the decision on the board will be taken back"), required=False
    )

    def __init__(self, *args: Any, above: bool, promised: bool, **kwargs: Any) -> None:
        """`above`: somebody would carry more than they may; `promised`: all that is free is others'."""
        super().__init__(*args, **kwargs)
        if not above:
            del self.fields["why"]
        if not promised:
            del self.fields["although_promised"]
