"""The form of a new token."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import holds_somewhere
from maarag.kernel.access.words import PERMISSIONS
from maarag.ui.choices import day_field

from .models import TokenAccess

USUAL = timedelta(days=90)


class TokenForm(forms.Form):
    """What a token is for, how far it reaches and until when."""

    name = forms.CharField(
        label=_("What is it for"),
        max_length=80,
        help_text=_("The program that will use it, and where it runs."),
    )
    access = forms.ChoiceField(
        label=_("What may it do"), choices=TokenAccess.choices, widget=forms.RadioSelect
    )
    permissions = forms.MultipleChoiceField(
        label=_("Only these permissions"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose as few as the program needs. Without a choice: all that your account holds."),
    )
    until = day_field(_("Last day"), help_text=_("At most a year away."))

    def __init__(self, *args: Any, by: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        held = [one for one in Permission if holds_somewhere(by, one)]
        fields["permissions"].choices = [(one.value, PERMISSIONS.get(one, one.value)) for one in held]
        fields["access"].initial = TokenAccess.READ
        fields["until"].initial = timezone.localdate() + USUAL
        if not held:
            del self.fields["permissions"]
