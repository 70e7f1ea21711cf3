"""Forms of prices and of limits of approval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from maarag.domains.programmes.models import Programme
from maarag.domains.services.models import Service
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.places.models import Place
from maarag.kernel.taxonomy.models import Term
from maarag.ui.choices import NamedChoice, day_field

from ..amounts import AmountField
from ..limits import LADDER
from ..models import Unit
from ..scope import may_set_price
from .baskets import responses_given


class PriceForm(forms.Form):
    """What one unit of a response costs at a service from a day on."""

    service = forms.CharField(
        label=_("Service"),
        max_length=80,
        help_text=_("Its code in the directory; type a part of the name to choose from the list."),
        widget=forms.TextInput(attrs={"list": "services-known", "dir": "ltr", "autocomplete": "off"}),
    )
    response = NamedChoice(Term.objects.none(), to_field_name="code", label=_("Response"))
    unit = forms.ChoiceField(label=_("Counted by"), choices=Unit.choices)
    amount = AmountField(label=_("Price of one, in shekels"))
    starts = day_field(_("From"), required=False, help_text=_("Left empty: today."))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, by: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        field: Any = self.fields["response"]
        field.queryset = responses_given()

    def clean_service(self) -> Service:
        text = self.cleaned_data["service"].strip()
        service = Service.objects.filter(code=text).select_related("organisation__place").first()
        if service is None or not may_set_price(self.by, service):
            raise forms.ValidationError(
                _g("You write the price of no service with the code %(code)s.") % {"code": text}
            )
        return service


class ProgrammeLimitForm(forms.Form):
    """Up to how much a role approves in one programme."""

    role = forms.ChoiceField(label=_("Role"), choices=[(role.value, role.label) for role in LADDER])
    amount = AmountField(label=_("Up to, in shekels"))


class LimitForm(forms.Form):
    """Up to how much a role approves."""

    role = forms.ChoiceField(label=_("Role"), choices=())
    authority = NamedChoice(Place.objects.none(), to_field_name="code", label=_("Local authority"))
    programme = NamedChoice(
        Programme.objects.none(),
        to_field_name="code",
        required=False,
        label=_("Programme"),
        empty_label=_("Every programme"),
    )
    amount = AmountField(label=_("Up to, in shekels"))

    def __init__(
        self, *args: Any, authorities: Any, roles: Sequence[Role] = LADDER[:-1], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["role"].choices = [(role.value, role.label) for role in roles]
        fields["authority"].queryset = authorities
        fields["programme"].queryset = Programme.objects.filter(is_active=True)
