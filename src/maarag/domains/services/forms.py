"""Forms of the directory."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer
from maarag.kernel.people.models import Organisation
from maarag.kernel.places.models import Place
from maarag.kernel.sources.models import Source
from maarag.kernel.taxonomy.models import Term, Vocabulary
from maarag.ui.choices import NamedChoice
from maarag.ui.figures import name_in_language

from .models import CapacityUnit, Location, Service, Verdict
from .scope import reach_of
from .words import DAYS, LANGUAGES


class NamedChoices(forms.ModelMultipleChoiceField):
    """Several of them; terms are indented by their level."""

    widget = forms.SelectMultiple(attrs={"size": 8})

    def label_from_instance(self, row: Any) -> str:
        level = row.level - 1 if isinstance(row, Term) else 0
        return "\u2003" * max(level, 0) + (name_in_language(row) or str(row))


class ServiceForm(forms.ModelForm):
    """The facts of a service; what it may be set to is what the editor may write."""

    organisation = NamedChoice(Organisation.objects.none(), to_field_name="code", label=_("Organisation"))
    responses = NamedChoices(
        Term.objects.none(), to_field_name="code", required=False, label=_("Responses that it gives")
    )
    situations = NamedChoices(
        Term.objects.none(), to_field_name="code", required=False, label=_("Situations that it is for")
    )
    areas = NamedChoices(
        Place.objects.none(),
        to_field_name="code",
        required=False,
        label=_("Places whose people it is for"),
        help_text=_("Without any, it is for whoever can reach it."),
    )
    locations = NamedChoices(
        Location.objects.none(), to_field_name="code", required=False, label=_("Locations where it is given")
    )
    languages = forms.MultipleChoiceField(
        choices=list(LANGUAGES.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Languages in which it is given"),
    )
    source = NamedChoice(Source.objects.all(), to_field_name="code", label=_("Source of these facts"))

    class Meta:
        model = Service
        fields = [
            "name_he",
            "name_ar",
            "name_en",
            "organisation",
            "description_he",
            "description_ar",
            "description_en",
            "status",
            "responses",
            "situations",
            "eligibility",
            "minimum_age",
            "maximum_age",
            "areas",
            "locations",
            "languages",
            "application_process",
            "fees",
            "website",
            "email",
            "source",
            "as_of",
        ]
        widgets = {
            name: forms.Textarea(attrs={"rows": 3})
            for name in (
                "description_he",
                "description_ar",
                "description_en",
                "eligibility",
                "application_process",
                "fees",
            )
        } | {"as_of": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, by: Viewer, service: Service | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        reach = reach_of(by, Permission.EDIT_SERVICES)
        self._offer("responses", _terms(Vocabulary.RESPONSE, service))
        self._offer("situations", _terms(Vocabulary.SITUATION, service))
        organisations = Q(pk__in=reach.organisations) | Q(place__in=reach.places)
        areas = Q(pk__in=reach.places)
        locations = Q(place__in=reach.places) | Q(organisation__in=reach.organisations)
        if reach.everything:
            organisations = areas = locations = Q()
        elif service is not None:
            organisations |= Q(pk=service.organisation_id)
            areas |= Q(service_areas__service=service)
            locations |= Q(at_services__service=service)
        self._offer("organisation", Organisation.objects.filter(organisations).distinct())
        self._offer("areas", Place.objects.filter(areas).distinct())
        self._offer("locations", Location.objects.filter(locations).distinct())

    def _offer(self, name: str, rows: QuerySet[Any]) -> None:
        chooser = self.fields[name]
        assert isinstance(chooser, forms.ModelChoiceField)
        chooser.queryset = rows


def _terms(vocabulary: Vocabulary, service: Service | None) -> QuerySet[Term]:
    offered = Q(is_current=True)
    if service is not None:
        offered |= Q(service_terms__service=service)
    return Term.objects.filter(offered, vocabulary=vocabulary, parent__isnull=False).distinct()


class PhoneForm(forms.Form):
    number = forms.CharField(
        max_length=40, label=_("Telephone"), widget=forms.TextInput(attrs={"dir": "ltr"})
    )
    extension = forms.CharField(max_length=10, required=False, label=_("Extension"))
    kind = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)
    description = forms.CharField(max_length=200, required=False, label=_("What it is for"))


class ScheduleForm(forms.Form):
    days = forms.MultipleChoiceField(
        choices=list(DAYS.items()), widget=forms.CheckboxSelectMultiple, label=_("Days")
    )
    opens_at = forms.TimeField(
        required=False, label=_("Opens"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    closes_at = forms.TimeField(
        required=False, label=_("Closes"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    valid_from = forms.DateField(required=False, widget=forms.HiddenInput)
    valid_to = forms.DateField(required=False, widget=forms.HiddenInput)
    description = forms.CharField(max_length=300, required=False, label=_("Note"))


class CapacityForm(forms.Form):
    unit = forms.ChoiceField(choices=CapacityUnit.choices, initial=CapacityUnit.PEOPLE, label=_("Unit"))
    maximum = forms.IntegerField(min_value=0, max_value=10_000_000, label=_("Places"))
    available = forms.IntegerField(min_value=0, max_value=10_000_000, required=False, label=_("Free places"))
    is_estimate = forms.BooleanField(required=False, label=_("An estimate: nobody published it"))
    location = forms.CharField(required=False, widget=forms.HiddenInput)
    as_of = forms.DateField(required=False, widget=forms.HiddenInput)


def _rows(form: type[forms.Form]) -> Any:
    return forms.formset_factory(form, extra=1, can_delete=True, max_num=60, validate_max=True)


ROWS = {"phones": _rows(PhoneForm), "schedules": _rows(ScheduleForm), "capacities": _rows(CapacityForm)}
ROW_TITLES = {"phones": _("Phones"), "schedules": _("Hours"), "capacities": _("Capacity")}


class VerdictForm(forms.Form):
    """What a person says of two services that look alike."""

    verdict = forms.ChoiceField(choices=Verdict.choices, label=_("Verdict"), widget=forms.RadioSelect)
    reason = forms.CharField(
        required=False, max_length=1000, label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2})
    )
