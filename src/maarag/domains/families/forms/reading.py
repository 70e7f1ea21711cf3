"""Forms beside the readers of a file: somebody of the family, a hold, an erasure, a verdict."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from maarag.kernel.retention.models import ErasureReason
from maarag.ui.choices import day_field

from ..models import Family
from ..reading_models import ReadingVerdict


class HolderForm(forms.Form):
    """An account of somebody of the family."""

    email = forms.EmailField(
        label=_("E-mail of a resident's account"),
        help_text=_("They see who read the file and when, and nothing else of it."),
    )


class HoldForm(forms.Form):
    """Why a file must not be erased, and until when."""

    reason = forms.CharField(
        label=_("Why it must not be erased"),
        max_length=300,
        help_text=_("For example: proceedings in court."),
    )
    until = day_field(_("Until"))


class ErasureForm(forms.Form):
    """The reason, and the file number typed again."""

    reason = forms.ChoiceField(label=_("Why"), choices=ErasureReason.choices, widget=forms.RadioSelect)
    number = forms.IntegerField(
        label=_("File number"), help_text=_("Type the number of the file, so that no other one is erased.")
    )

    def __init__(self, *args: Any, family: Family, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.family = family

    def clean_number(self) -> int:
        number: int = self.cleaned_data["number"]
        if number != self.family.number:
            raise forms.ValidationError(_g("This is not the number of the file."))
        return number


class VerdictForm(forms.Form):
    """Whether a day of reading is in order."""

    verdict = forms.ChoiceField(
        label=_("Verdict"), choices=ReadingVerdict.Verdict.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("Note"), max_length=500, required=False, help_text=_("Without the names of families.")
    )
