"""Forms of emergency openings: asking, justifying, judging."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.places.models import Place, PlaceKind
from maarag.ui.choices import NamedChoice

from ..actions.openings import HOURS, MOST_HOURS
from ..models import Verdict
from ..scope import authorities_with


class EmergencyForm(forms.Form):
    """Which file, why, and for how long."""

    authority = NamedChoice(Place.objects.none(), to_field_name="code", label=_("Local authority"))
    text = forms.CharField(
        label=_("File number or national id"),
        max_length=20,
        help_text=_("The number of the file there, or the national id of somebody of the family."),
    )
    reason = forms.CharField(
        label=_("What cannot wait"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The supervisor of that authority reads it at once. Kept encrypted."),
    )
    hours = forms.IntegerField(
        label=_("For how many hours"), min_value=1, max_value=MOST_HOURS, initial=HOURS
    )

    def __init__(self, *args: Any, by: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = authorities_with(by, Permission.VIEW_FAMILIES).values("pk")
        others = Place.objects.filter(kind=PlaceKind.AUTHORITY).exclude(pk__in=own)
        field: Any = self.fields["authority"]
        field.queryset = others.defer("outline").order_by("name_he")


class JustificationForm(forms.Form):
    """Why it was right to open the file."""

    text = forms.CharField(
        label=_("What happened, and what you did"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("The supervisor of that authority reads it and judges. Kept encrypted."),
    )


class VerdictForm(forms.Form):
    """The supervisor's word."""

    verdict = forms.ChoiceField(label=_("Your verdict"), choices=Verdict.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Why"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The worker who opened the file reads it."),
    )
