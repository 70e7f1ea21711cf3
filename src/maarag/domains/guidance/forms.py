"""Forms of sessions of guidance and of targets."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from maarag.domains.programmes.models import Programme
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, places_permitted
from maarag.kernel.places.models import Place, PlaceKind
from maarag.ui.choices import NamedChoice, day_field
from maarag.ui.figures import name_in_language

from .models import MOST_DAYS, MOST_PRESENT, Measure, Session
from .queries import programmes_to_guide

NO_NAMES = _("No family is named here: others than its own worker read it.")


class NamedChoices(forms.ModelMultipleChoiceField):
    """Several rows, by their names in the language of the page."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, row: Any) -> str:
        return name_in_language(row)


class SessionForm(forms.Form):
    """Where, of which programmes, when, on what, who guides. The place is asked for a new session only."""

    authority = NamedChoice(Place.objects.none(), to_field_name="code", label=_("Local authority"))
    programmes = NamedChoices(
        Programme.objects.none(),
        to_field_name="code",
        label=_("Programmes"),
        help_text=_("Of several programmes, the session is shared by their teams."),
    )
    day = day_field(_("Day"))
    minutes = forms.IntegerField(label=_("Minutes"), min_value=10, max_value=600, initial=90, localize=False)
    topic = forms.CharField(label=_("What it is about"), max_length=200, help_text=NO_NAMES)
    guide = forms.CharField(label=_("Who guides"), max_length=120)

    def __init__(self, *args: Any, viewer: Viewer, session: Session | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session = session
        field: Any = self.fields["programmes"]
        field.queryset = programmes_to_guide()
        if session is not None:
            del self.fields["authority"]
            field.queryset = field.queryset | Programme.objects.filter(guidance_sessions=session)
            field.queryset = field.queryset.distinct()
            return
        where: Any = self.fields["authority"]
        where.queryset = (
            places_permitted(viewer, Permission.GUIDE_PROGRAMMES)
            .filter(kind=PlaceKind.AUTHORITY)
            .defer("outline")
            .order_by("name_he", "code")
        )


class HoldForm(forms.Form):
    """That a session took place: how many came, what was agreed, when the next one is."""

    present = forms.IntegerField(
        label=_("People present"), min_value=1, max_value=MOST_PRESENT, localize=False
    )
    agreed = forms.CharField(
        label=_("What was learned and agreed"),
        required=False,
        max_length=4000,
        help_text=NO_NAMES,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    next_on = day_field(
        _("Next session"),
        required=False,
        help_text=_("Planned at once, for the same programmes and with the same guide."),
    )

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session = session

    def clean_next_on(self) -> date | None:
        day: date | None = self.cleaned_data["next_on"]
        if day is not None and day <= max(self.session.day, timezone.localdate()):
            raise forms.ValidationError(_g("The next session lies ahead: choose a later day."))
        return day


class CancelForm(forms.Form):
    """Why a session does not take place."""

    why = forms.CharField(label=_("Why it does not take place"), max_length=300)


class TargetForm(forms.Form):
    """What a place aims at, in a programme or in all together."""

    place = NamedChoice(Place.objects.none(), to_field_name="code", label=_("Place"))
    programme = NamedChoice(
        Programme.objects.none(),
        to_field_name="code",
        required=False,
        label=_("Programme"),
        empty_label=_("All programmes together"),
    )
    measure = forms.ChoiceField(label=_("Measure"), choices=Measure.choices)
    value = forms.IntegerField(
        label=_("Target"),
        min_value=1,
        max_value=MOST_DAYS,
        localize=False,
        help_text=_("Days, for the measure of days; else hundredths: 80 for 80%."),
    )
    why = forms.CharField(label=_("Why"), max_length=300)

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place: Any = self.fields["place"]
        place.queryset = (
            places_permitted(viewer, Permission.GUIDE_PROGRAMMES)
            .exclude(kind=PlaceKind.NEIGHBOURHOOD)
            .defer("outline")
            .order_by("kind", "name_he", "code")
        )
        programme: Any = self.fields["programme"]
        programme.queryset = programmes_to_guide()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("measure") != Measure.FIRST_RESPONSE and (given.get("value") or 0) > 100:
            self.add_error("value", _g("A share is of a hundred at most."))
        return given
