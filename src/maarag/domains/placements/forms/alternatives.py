"""Forms of weighing the community against leaving home."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from maarag.domains.baskets.amounts import AmountField
from maarag.domains.families.models import Family, Member
from maarag.domains.programmes.models import Method, Programme, Setting
from maarag.kernel.taxonomy.models import Term, Vocabulary
from maarag.kernel.taxonomy.queries import current_terms
from maarag.ui.choices import NamedChoice, day_field
from maarag.ui.figures import name_in_language

from ..models import Alternative, AlternativeOption, Barrier, Choice, Incentive
from .families import long_text


class _MemberChoice(forms.ModelChoiceField):
    def label_from_instance(self, row: Any) -> str:
        return f"{row.first_name} {row.last_name}".strip()


class ConsiderForm(forms.Form):
    """For whom which response out of the home is considered, and why."""

    member = _MemberChoice(
        Member.objects.none(), required=False, label=_("For whom"), empty_label=_("The whole household")
    )
    response = NamedChoice(
        Term.objects.none(),
        to_field_name="code",
        label=_("Response out of the home that is considered"),
        empty_label=_("Choose a response"),
    )
    why = long_text(_("Why it is considered"), required=True, most=2000, rows=4)
    yearly = AmountField(
        label=_("Yearly cost in shekels, if known"), required=False, help_text=_("For example 120,000.")
    )
    day = day_field(_("Considered since"), required=False, help_text=_("Left empty: today."))

    def __init__(self, *args: Any, family: Family, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["member"].queryset = family.members.all()
        fields["response"].queryset = current_terms(Vocabulary.RESPONSE).order_by("name_he")


class OptionForm(forms.Form):
    """Something in the community instead, what is in its way and what speaks for it."""

    what = forms.ChoiceField(
        label=_("Which programme or method"),
        required=False,
        help_text=_("In the community or at home. Left empty where you describe it in words."),
    )
    words = long_text(_("In words"), most=1000, rows=2)
    incentives = forms.MultipleChoiceField(
        label=_("What speaks for it and would help"),
        choices=Incentive.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    incentive_words = long_text(_("More on what speaks for it"), most=2000, rows=2)
    barriers = forms.MultipleChoiceField(
        label=_("What stands in its way"),
        choices=Barrier.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    barrier_words = long_text(_("More on what stands in its way"), most=2000, rows=2)
    yearly = AmountField(label=_("Yearly cost in shekels, if known"), required=False)

    def __init__(self, *args: Any, programmes: Sequence[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        methods = list(Method.objects.filter(is_active=True).exclude(setting=Setting.OUT_OF_HOME))
        self.found: dict[str, Programme | Method] = {f"p{one.pk}": one for one in programmes}
        self.found |= {f"m{one.pk}": one for one in methods}
        field: Any = self.fields["what"]
        field.choices = [
            ("", _g("None of these")),
            (
                _g("Programmes"),
                [(key, name_in_language(one)) for key, one in self.found.items() if key[0] == "p"],
            ),
            (
                _g("Methods"),
                [(key, name_in_language(one)) for key, one in self.found.items() if key[0] == "m"],
            ),
        ]

    @staticmethod
    def initial_of(row: AlternativeOption) -> dict[str, Any]:
        what = f"p{row.programme_id}" if row.programme_id else f"m{row.method_id}" if row.method_id else ""
        names = ("words", "incentives", "incentive_words", "barriers", "barrier_words")
        return {"what": what, **{name: getattr(row, name) for name in names}}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("what") and not given.get("words"):
            self.add_error("what", _g("Choose a programme or a method, or describe it in words."))
        return given


class ChoiceForm(forms.Form):
    """What was decided, and why."""

    choice = forms.ChoiceField(
        label=_("Decision"),
        choices=[choice for choice in Choice.choices if choice[0] != Choice.OPEN],
        widget=forms.RadioSelect,
    )
    chosen = forms.ChoiceField(label=_("Which alternative in the community"), required=False)
    reason = long_text(_("Reason of the decision"), required=True, most=2000)

    def __init__(self, *args: Any, alternative: Alternative, options: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["chosen"]
        self.options = {str(row.pk): row for row, _title in options}
        field.choices = [("", _g("None of these")), *((str(row.pk), title) for row, title in options)]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        community = given.get("choice") in (Choice.COMMUNITY, Choice.BOTH)
        if given.get("chosen") and not community:
            self.add_error("chosen", _g("This decision has no alternative in the community."))
        if self.options and given.get("choice") == Choice.COMMUNITY and not given.get("chosen"):
            self.add_error("chosen", _g("Say which of the alternatives was chosen."))
        return given
