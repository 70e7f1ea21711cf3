"""Forms of the steps of a request: opinion, decision, delivery, payment, taking back, the family's word."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from maarag.ui.choices import day_field

from ..amounts import AmountField
from ..models import MOST_OF_A_THING, Delivered, Helped, Stance


class OpinionForm(forms.Form):
    stance = forms.ChoiceField(label=_("Your opinion"), choices=Stance.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Your reasons"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Kept encrypted."),
    )


class DecisionForm(forms.Form):
    """The button says what is decided; a reason is needed unless it is plainly approved."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "Needed to decline, to send back, and to approve against the opinion or what baskets may buy by"
            " now. Kept encrypted."
        ),
    )


class AboveForm(forms.Form):
    """What whoever manages the budget is told besides the figures."""

    why = forms.CharField(
        label=_("Why it is needed"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Without names: whoever decides sees the figures, and no family."),
    )


class DeliveryForm(forms.Form):
    """`came`: how much had come when the page was read; so a form sent twice writes once."""

    outcome = forms.ChoiceField(label=_("Did it come?"), choices=Delivered.choices, widget=forms.RadioSelect)
    quantity = forms.IntegerField(
        label=_("How many, if in part"),
        min_value=1,
        max_value=MOST_OF_A_THING,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    day = day_field(_("On which day"), required=False, help_text=_("Left empty: today."))
    note = forms.CharField(label=_("Note"), max_length=1000, required=False, help_text=_("Kept encrypted."))
    came = forms.IntegerField(min_value=0, widget=forms.HiddenInput(attrs={"data-draft-skip": ""}))


class CorrectionForm(forms.Form):
    """What was written of what came, taken back in all or in part."""

    quantity = forms.IntegerField(
        label=_("How many came in all"),
        min_value=0,
        max_value=MOST_OF_A_THING,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    note = forms.CharField(label=_("Why"), max_length=500, help_text=_("Kept encrypted."))
    came = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class PayForm(forms.Form):
    """One request's invoice; `key` lets the same form pay once, however often it is sent."""

    invoice = forms.CharField(
        label=_("Invoice number"), max_length=40, widget=forms.TextInput(attrs={"dir": "ltr"})
    )
    amount = AmountField(label=_("Amount in shekels"))
    day = day_field(_("Paid on"), required=False, help_text=_("Left empty: today."))
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept encrypted."),
    )


class HelpedForm(forms.Form):
    helped = forms.ChoiceField(
        label=_("What the family says it gave"), choices=Helped.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("In its own words"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept encrypted."),
    )
