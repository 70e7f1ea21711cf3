"""The form of sharing a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maarag.kernel.people.models import Organisation
from maarag.ui.choices import NamedChoice, day_field

from ..models import Basis, SharedField


class ShareForm(forms.Form):
    """What is shared, with whom, by what right, until when."""

    organisation = NamedChoice(
        Organisation.objects.all(),
        to_field_name="code",
        label=_("Shared with"),
        help_text=_("The body's workers see only what you choose here, and only while it holds."),
    )
    fields_shared = forms.MultipleChoiceField(
        label=_("What is shared"), choices=SharedField.choices, widget=forms.CheckboxSelectMultiple
    )
    basis = forms.ChoiceField(label=_("By what right"), choices=Basis.choices, widget=forms.RadioSelect)
    basis_details = forms.CharField(
        label=_("Who consented, how and when; or which section of which law"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept encrypted; the body does not see it."),
    )
    starts = day_field(_("From"))
    ends = day_field(_("Until"), help_text=_("The last day, two years from the first at most."))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"starts": timezone.localdate()})
