"""Forms of budgets: what a plan says, and by which decision money is granted or changed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import places_permitted
from maarag.kernel.people.models import Organisation
from maarag.kernel.places.models import Place, PlaceKind
from maarag.kernel.sources.models import Source
from maarag.ui.choices import NamedChoice, day_field
from maarag.values import Money

from .models import MOST_AGOROT, Budget, BudgetLine, Part

LONGEST_AMOUNT = 24
"""Characters of an amount as it is typed."""


class MoneyInput(forms.CharField):
    """An amount of shekels as people write it: 8000, 8,000 or 8,000.50 ₪; gives `Money`."""

    def __init__(self, **options: Any) -> None:
        shape = {"inputmode": "decimal", "dir": "ltr", "maxlength": LONGEST_AMOUNT}
        options.setdefault("widget", forms.TextInput(attrs=shape))
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.shekels:,}" if isinstance(value, Money) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text or not isinstance(text, str):
            return None
        plain = text.replace("₪", "").replace(" ", "").replace("\u00a0", "")
        try:
            if len(plain) > LONGEST_AMOUNT:
                raise ValueError(plain)
            amount = Money.from_shekels(plain)
        except ValueError:
            raise forms.ValidationError(
                _g("“%(text)s” is not an amount of shekels. Write it as 8,000 or 8000.50.")
                % {"text": text[:40]}
            ) from None
        if amount.agorot < 0:
            raise forms.ValidationError(_g("An amount cannot be below zero."))
        if amount.agorot > MOST_AGOROT:
            raise forms.ValidationError(
                _g("This is more than any budget is of: look for a slip of the hand.")
            )
        return amount


class BudgetForm(forms.Form):
    """What a budget is; its code and place are asked for a new one only."""

    code = forms.SlugField(
        label=_("Code"),
        max_length=80,
        help_text=_("Latin letters, digits and hyphens, such as baskets-2027."),
    )
    name_he = forms.CharField(label=_("Name in Hebrew"), max_length=200)
    name_ar = forms.CharField(label=_("Name in Arabic"), max_length=200, required=False)
    name_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    place = NamedChoice(Place.objects.none(), to_field_name="code", label=_("Place"))
    starts = day_field(_("From"))
    ends = day_field(_("Until"))
    source = NamedChoice(
        Source.objects.all(),
        to_field_name="code",
        label=_("Source"),
        help_text=_("The document that the budget is taken from."),
    )
    is_public = forms.BooleanField(label=_("Everyone may see it"), required=False, initial=True)
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, by: Account, budget: Budget | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.budget = budget
        if budget is not None:
            del self.fields["code"]
            del self.fields["place"]
            return
        places: Any = self.fields["place"]
        places.queryset = (
            places_permitted(by, Permission.MANAGE_BUDGETS)
            .exclude(kind=PlaceKind.NEIGHBOURHOOD)
            .defer("outline")
        )

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if Budget.objects.filter(code=code).exists():
            raise forms.ValidationError(_g("Another budget has this code already; choose another."))
        return code

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("starts") and given.get("ends") and given["ends"] < given["starts"]:
            self.add_error("ends", _g("A budget cannot end before it starts."))
        return given


class LineForm(forms.Form):
    """A line of a plan: families and the cost of one, or a sum."""

    code = forms.SlugField(label=_("Code"), max_length=80, help_text=_("Latin letters, digits and hyphens."))
    part = forms.ChoiceField(label=_("Part of the budget"), choices=Part.choices)
    name_he = forms.CharField(label=_("Name in Hebrew"), max_length=200)
    name_ar = forms.CharField(label=_("Name in Arabic"), max_length=200, required=False)
    name_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    families = forms.IntegerField(
        label=_("Families"), min_value=0, max_value=2_000_000, required=False, localize=False
    )
    unit_cost = MoneyInput(label=_("Cost of a family"), required=False)
    fixed_sum = MoneyInput(
        label=_("Sum"), required=False, help_text=_("Where the line is not counted by families.")
    )

    def __init__(self, *args: Any, budget: Budget, line: BudgetLine | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.budget, self.line = budget, line
        if line is not None:
            del self.fields["code"]

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if self.budget.lines.filter(code=code).exists():
            raise forms.ValidationError(_g("Another line of this budget has this code; choose another."))
        return code

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.errors:
            return given
        families, cost, fixed = (given.get(name) for name in ("families", "unit_cost", "fixed_sum"))
        if (families is None) != (cost is None):
            missing = "families" if families is None else "unit_cost"
            self.add_error(missing, _g("A line by families needs both: how many, and what one costs."))
        elif (families is None) == (fixed is None):
            self.add_error("fixed_sum", _g("Give families and the cost of one, or a sum: one of the two."))
        return given


class FunderForm(forms.Form):
    """One funder's share of a part; an empty share takes the funder out."""

    part = forms.ChoiceField(label=_("Part of the budget"), choices=Part.choices)
    organisation = NamedChoice(Organisation.objects.all(), to_field_name="code", label=_("Funder"))
    percent = forms.DecimalField(
        label=_("Share in percent"),
        min_value=0,
        max_value=100,
        decimal_places=2,
        localize=False,
        help_text=_("Such as 12.5. Zero takes the funder out."),
    )


class DecisionForm(forms.Form):
    """Who decides is the account; here is what was decided, why, and where it is written."""

    what = forms.CharField(label=_("What was decided"), max_length=200)
    why = forms.CharField(label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    document = forms.CharField(
        label=_("Document"),
        max_length=300,
        required=False,
        help_text=_("Where the decision is written: its number, date or address."),
    )


class LineChangeForm(DecisionForm):
    """What a granted line should be of from now on, and by which decision."""

    families = forms.IntegerField(label=_("Families"), min_value=0, max_value=2_000_000, localize=False)
    unit_cost = MoneyInput(label=_("Cost of a family"))
    fixed_sum = MoneyInput(label=_("Sum"))
    field_order = ("families", "unit_cost", "fixed_sum", "what", "why", "document")

    def __init__(self, *args: Any, line: BudgetLine, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gone = ("fixed_sum",) if line.families is not None else ("families", "unit_cost")
        for name in gone:
            del self.fields[name]


class ClosingForm(forms.Form):
    """Why a budget is closed."""

    why = forms.CharField(label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
