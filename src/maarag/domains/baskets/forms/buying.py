"""The form of what baskets of a programme may buy."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maarag.kernel.taxonomy.models import Term, Vocabulary
from maarag.kernel.taxonomy.queries import current_terms
from maarag.ui.choices import NamedChoice
from maarag.ui.figures import name_in_language

from ..amounts import AmountField, typed_amount
from ..models import AllowedResponse


class BranchChoice(NamedChoice):
    """A response, indented by its level."""

    def label_from_instance(self, row: Any) -> str:
        return "\u2003" * max(row.level - 1, 0) + name_in_language(row)


class AllowedForm(forms.Form):
    """A kind of response, up to how much, and why."""

    response = BranchChoice(
        Term.objects.none(),
        to_field_name="code",
        label=_("Response"),
        empty_label=_("Choose a response"),
        help_text=_("A branch counts with all below it."),
    )
    most_of_request = AmountField(
        label=_("Most of one request, in shekels"),
        required=False,
        help_text=_("Left empty: as much as the basket holds."),
    )
    most_of_family = AmountField(
        label=_("Most of one family in all, in shekels"),
        required=False,
        help_text=_("Left empty: as much as the basket holds."),
    )
    note_he = forms.CharField(
        label=_("note in Hebrew"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"dir": "rtl"}),
        help_text=_("Why, or what is meant. Everybody may read it."),
    )
    note_ar = forms.CharField(
        label=_("note in Arabic"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"dir": "rtl"}),
    )
    note_en = forms.CharField(
        label=_("note in English"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )

    def __init__(self, *args: Any, row: AllowedResponse | None = None, **kwargs: Any) -> None:
        if row is not None:
            kwargs["initial"] = {
                "response": row.response.code,
                "most_of_request": typed_amount(row.most_of_request),
                "most_of_family": typed_amount(row.most_of_family),
                **{name: getattr(row, name) for name in ("note_he", "note_ar", "note_en")},
            }
        super().__init__(*args, **kwargs)
        field: Any = self.fields["response"]
        field.queryset = current_terms(Vocabulary.RESPONSE).filter(parent__isnull=False).order_by("code")
