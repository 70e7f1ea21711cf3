"""Forms of quotas: how many families, how much money, by which decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maarag.domains.funding.forms import DecisionForm, MoneyInput
from maarag.domains.funding.models import BudgetLine
from maarag.kernel.places.models import Place, PlaceKind
from maarag.ui.choices import NamedChoice


class QuotaForm(DecisionForm):
    """What an authority's quota should be; zero families and no money take it back."""

    authority = NamedChoice(Place.objects.none(), to_field_name="code", label=_("Local authority"))
    families = forms.IntegerField(
        label=_("Families"),
        min_value=0,
        max_value=2_000_000,
        localize=False,
        help_text=_("Zero takes the quota back."),
    )
    amount = MoneyInput(
        label=_("Amount"),
        required=False,
        help_text=_("Left empty: families × the cost of a family in the budget."),
    )
    field_order = ("authority", "families", "amount", "what", "why", "document")

    def __init__(self, *args: Any, line: BudgetLine, authority: Place | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if authority is not None:
            del self.fields["authority"]
            return
        choices: Any = self.fields["authority"]
        choices.queryset = Place.objects.filter(
            kind=PlaceKind.AUTHORITY, contained_in__ancestor=line.budget.place_id
        ).defer("outline")
