"""Forms of programmes: what each is, its methods and conditions, its quotas, its workers, the toolbox."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maarag.domains.funding.forms import DecisionForm, MoneyInput
from maarag.domains.funding.models import BudgetLine
from maarag.domains.services.models import Programme as Listing
from maarag.kernel.access.models import Account
from maarag.kernel.people.models import Organisation
from maarag.kernel.places.models import Place, PlaceKind
from maarag.kernel.taxonomy.models import Term, Vocabulary
from maarag.ui.choices import NamedChoice, day_field
from maarag.ui.figures import name_in_language

from .actions.programmes import RESERVED
from .models import Effect, EligibilityRule, Method, Programme, ProgrammeWorker, Setting, What
from .scope import people_of


def _texts(model: Any, *fields: str) -> dict[str, forms.Field]:
    """The fields of these names in three languages, as the model has them."""
    wanted = [f"{field}_{language}" for field in fields for language in ("he", "ar", "en")]
    made = forms.fields_for_model(model, fields=wanted)
    for name, field in made.items():
        if isinstance(field.widget, forms.Textarea):
            field.widget.attrs["rows"] = 3
        field.widget.attrs["dir"] = "ltr" if name.endswith("_en") else "rtl"
    return made


class TermChoice(NamedChoice):
    """A choice among terms, indented by their level."""

    def label_from_instance(self, row: Any) -> str:
        return "\u2003" * max(row.level - 1, 0) + name_in_language(row)


def situations() -> Any:
    """The situations in use; the vocabulary itself is none."""
    return Term.objects.filter(vocabulary=Vocabulary.SITUATION, is_current=True, parent__isnull=False)


class CodedForm(forms.Form):
    """What has a code that is chosen once, and names in three languages."""

    taken_by: Any = None
    code = forms.SlugField(
        label=_("Code"),
        max_length=80,
        help_text=_(
            "Latin letters, digits and hyphens. It stands in addresses and files, and never changes."
        ),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if code in RESERVED or self.taken_by.objects.filter(code=code).exists():
            raise forms.ValidationError(_g("This code is taken: choose another."))
        return code


class ProgrammeForm(CodedForm):
    """What a programme is, for whom, and who runs it."""

    taken_by = Programme
    organisation = NamedChoice(
        Organisation.objects.all(), to_field_name="code", label=_("Organisation that runs it")
    )
    listing = NamedChoice(
        Listing.objects.none(),
        to_field_name="code",
        required=False,
        label=_("Entry in the directory of services"),
        empty_label=pgettext_lazy("entry in the directory", "None"),
    )
    is_active = forms.BooleanField(label=_("It runs"), required=False, initial=True)

    def __init__(self, *args: Any, programme: Programme | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["listing"].queryset = Listing.objects.filter(family_programme=None) | Listing.objects.filter(
            family_programme=programme
        )
        if programme is not None:
            del fields["code"]
        fields.update(_texts(Programme, "name", "description", "for_whom"))
        self.order_fields(["code", *(name for name in fields if name.startswith("name"))])


class MethodForm(CodedForm):
    """What a method of intervention is: where, how much of it, and for how long."""

    taken_by = Method
    setting = forms.ChoiceField(label=_("Where it is carried out"), choices=Setting.choices)
    hours_a_month = forms.IntegerField(
        label=_("Hours a month with a family"), min_value=0, max_value=744, required=False
    )
    months = forms.IntegerField(label=_("Length in months"), min_value=1, max_value=120, required=False)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, method: Method | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if method is not None:
            del fields["code"]
        fields.update(_texts(Method, "name", "description"))
        self.order_fields(["code", *(name for name in fields if name.startswith("name"))])


TAKE_AWAY = "none"


class SituationForm(forms.Form):
    """What one situation says of a method; said again, it changes."""

    term = TermChoice(Term.objects.none(), to_field_name="code", label=_("Situation"))
    effect = forms.ChoiceField(
        label=_("What it says of the method"),
        choices=[
            *Effect.choices,
            (TAKE_AWAY, pgettext_lazy("effect of a situation", "Nothing: take it off")),
        ],
    )
    strength = forms.TypedChoiceField(
        label=_("How strongly"),
        coerce=int,
        choices=[
            (1, pgettext_lazy("strength", "1 – a little")),
            (2, pgettext_lazy("strength", "2 – clearly")),
            (3, pgettext_lazy("strength", "3 – this is what it is for")),
        ],
        initial=2,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["term"]
        field.queryset = situations()


class MethodChoices(forms.ModelMultipleChoiceField):
    """Methods, each with what it is."""

    def label_from_instance(self, row: Any) -> str:
        described = name_in_language(row, "description")
        return f"{name_in_language(row)} – {described}" if described else name_in_language(row)


class MethodsForm(forms.Form):
    """The methods that a programme works by."""

    methods = MethodChoices(
        Method.objects.none(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Methods of intervention"),
        help_text=_("What they suit and exclude is written once, on the page of each method."),
    )

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["methods"]
        used = programme.methods.values("method")
        field.queryset = Method.objects.filter(is_active=True) | Method.objects.filter(pk__in=used)


class RuleForm(forms.Form):
    """A condition for having a place."""

    what = forms.ChoiceField(label=_("About"), choices=What.choices)
    least = forms.DecimalField(
        label=_("At least"),
        required=False,
        min_value=0,
        max_digits=5,
        decimal_places=2,
        localize=False,
        help_text=_(
            "For ages in years, for numbers of people, and for levels of a rubric (1 hardest, 4 best)."
        ),
    )
    most = forms.DecimalField(
        label=_("At most"), required=False, min_value=0, max_digits=5, decimal_places=2, localize=False
    )
    term = TermChoice(
        Term.objects.none(),
        to_field_name="code",
        required=False,
        label=_("Situation or language"),
        help_text=_("For a condition on a situation or a language."),
    )
    place = NamedChoice(
        Place.objects.none(),
        to_field_name="code",
        required=False,
        label=_("Place"),
        help_text=_("For a condition on the place of living."),
    )
    is_hard = forms.BooleanField(
        label=_("Whoever does not meet it cannot have a place"),
        required=False,
        initial=True,
        help_text=_("Otherwise it is told and weighed. What is not known of a family never excludes it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["term"].queryset = situations()
        fields["place"].queryset = Place.objects.exclude(kind=PlaceKind.NATION).defer("outline")
        fields.update(_texts(EligibilityRule, "note"))


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


class PersonChoice(forms.ModelChoiceField):
    """Somebody who works in the department."""

    def label_from_instance(self, row: Any) -> str:
        return str(row.account.name if isinstance(row, ProgrammeWorker) else row.name)


class WorkerForm(forms.Form):
    """Who works in a programme, with how many families at most."""

    account = PersonChoice(Account.objects.none(), label=_("Social worker"))
    most = forms.IntegerField(
        label=_("Families at most"),
        min_value=1,
        max_value=500,
        localize=False,
        help_text=_("No family is proposed beyond it. Families that are harder weigh more."),
    )
    starts = day_field(_("From"), required=False, help_text=_("Left empty: today."))

    def __init__(self, *args: Any, authority: Place, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["account"]
        field.queryset = people_of(authority)


class EndForm(forms.Form):
    """Who no longer works in a programme."""

    worker = PersonChoice(ProgrammeWorker.objects.none(), label=_("Social worker"))
    ends = day_field(_("Last day"), required=False, help_text=_("Left empty: today."))

    def __init__(self, *args: Any, workers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["worker"]
        field.queryset = workers


class SwitchForm(forms.Form):
    """From when on a department works by one toolbox, and why."""

    starts = day_field(_("From"))
    why = forms.CharField(label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class BackForm(forms.Form):
    """That a department goes back to programmes, and why."""

    why = forms.CharField(label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
