"""Forms of a basket as a whole: opening it, its money, a response on its list."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from maarag.domains.programmes.models import Quota
from maarag.domains.programmes.words import days_words
from maarag.domains.services.queries import offered
from maarag.kernel.taxonomy.models import Term, Vocabulary
from maarag.kernel.taxonomy.queries import current_terms
from maarag.ui.choices import NamedChoice, day_field
from maarag.ui.figures import name_in_language

from ..amounts import AmountField
from ..buying import Buying


class QuotaChoice(forms.ModelChoiceField):
    """A quota by the name of its programme and its days."""

    def label_from_instance(self, row: Any) -> str:
        return f"{name_in_language(row.programme)} · {days_words(row)}"


class OpenForm(forms.Form):
    """Which programme, and how much."""

    quota = QuotaChoice(Quota.objects.none(), label=_("Programme"))
    amount = AmountField(
        label=_("Money of the basket, in shekels"),
        required=False,
        help_text=_("Left empty: as much as the programme pays for one family."),
    )
    day = day_field(_("From"), required=False, help_text=_("Left empty: today."))
    although_promised = forms.BooleanField(
        label=_("Give it all the same: the decision on the board will be taken back"), required=False
    )

    def __init__(self, *args: Any, quotas: Sequence[Quota], promised: bool, **kwargs: Any) -> None:
        """`promised`: of some of them all places that are free are promised to other families."""
        super().__init__(*args, **kwargs)
        if not promised:
            del self.fields["although_promised"]
        field: Any = self.fields["quota"]
        field.queryset = Quota.objects.told_apart().filter(pk__in=[one.pk for one in quotas])
        if len(quotas) == 1:
            field.initial = quotas[0].pk


class MoneyForm(forms.Form):
    """How much a basket holds in all."""

    amount = AmountField(label=_("Money of the basket in all, in shekels"))
    why = forms.CharField(
        label=_("Why"), max_length=300, help_text=_("Without names: the ledger keeps it with the decision.")
    )


def responses_given() -> Any:
    """The responses that some service of the directory gives."""
    given = Term.objects.filter(service_terms__service__in=offered()).values("pk")
    return current_terms(Vocabulary.RESPONSE).filter(pk__in=given).order_by("name_he")


class KindSelect(forms.Select):
    """A choice in which some responses are shown and cannot be chosen."""

    shut: Collection[str] = ()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.shut:
            option["attrs"]["disabled"] = True
        return option


class ResponseForm(forms.Form):
    """A response to put on the list: what the baskets may buy first, the rest shut, with the reason."""

    response = NamedChoice(
        Term.objects.none(),
        to_field_name="code",
        label=_("Response"),
        empty_label=_("Choose a response"),
        widget=KindSelect,
    )

    def __init__(self, *args: Any, buying: Buying, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["response"]
        field.queryset = responses_given()
        if not buying.rows:
            return
        given = list(field.queryset)
        may = [term for term in given if buying.allows(term)]
        rest = [term for term in given if not buying.allows(term)]
        field.choices = [
            ("", _("Choose a response")),
            (_g("Its baskets may buy"), [(term.code, name_in_language(term)) for term in may]),
        ]
        if rest:
            field.choices += [
                (_g("Its baskets may not buy"), [(term.code, name_in_language(term)) for term in rest])
            ]
            field.widget.shut = {term.code for term in rest}
            field.help_text = _g("Baskets of this programme may buy: %(kinds)s.") % {"kinds": buying.kinds}
