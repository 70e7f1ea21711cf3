"""The form that closes a period."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.places.models import Place
from maarag.ui.choices import NamedChoice, day_field

from .scope import authorities_of, sees_nation


class ClosingForm(forms.Form):
    """Which days, of whom, and by which decision."""

    starts = day_field(_("First day"))
    ends = day_field(_("Last day"))
    authority = NamedChoice(
        queryset=Place.objects.none(),
        to_field_name="code",
        label=_("Of whom"),
        empty_label=_("The whole ledger"),
        required=False,
    )
    what = forms.CharField(label=_("What was decided"), max_length=200)
    document = forms.CharField(
        label=_("Document"),
        max_length=300,
        required=False,
        help_text=_("Where it is written: a number or an address."),
    )

    def __init__(self, *args: Any, viewer: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["authority"]
        field.queryset = (
            authorities_of(viewer, Permission.MANAGE_BUDGETS).defer("outline").order_by("name_he")
        )
        if not sees_nation(viewer, Permission.MANAGE_BUDGETS):
            field.required, field.empty_label = True, None

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        starts, ends = given.get("starts"), given.get("ends")
        if starts and ends and ends < starts:
            self.add_error("ends", ValidationError(_("The last day lies before the first.")))
        elif ends and ends > timezone.localdate():
            self.add_error("ends", ValidationError(_("A day that has not come yet cannot be closed.")))
        return given
