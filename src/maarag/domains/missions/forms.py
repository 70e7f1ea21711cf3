"""Forms of missions."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.queries import accounts_with
from maarag.kernel.access.scope import permits, places_permitted
from maarag.kernel.places.models import Place
from maarag.kernel.taxonomy.models import Topic
from maarag.ui.choices import NamedChoice, asked_text, day_field

from .models import Mission, MissionOrigin, MissionStatus


class MissionForm(forms.Form):
    """What is to be done, where, by whom, until when. The place is asked for a new mission only."""

    title = forms.CharField(label=_("What is to be done"), max_length=200)
    place = NamedChoice(Place.objects.none(), to_field_name="code", label=_("Place"))
    topic = NamedChoice(
        Topic.objects.all(), to_field_name="code", required=False, label=_("Topic"), empty_label=_("No topic")
    )
    owner = NamedChoice(
        Account.objects.none(),
        label=_("Owner"),
        help_text=_("Who answers for it; whoever may open missions there."),
    )
    due = day_field(_("Due"))
    details = forms.CharField(label=_("Details"), required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, by: Account, mission: Mission | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.mission = mission
        allowed = places_permitted(by, Permission.OPEN_MISSIONS).defer("outline")
        if mission is not None:
            del self.fields["place"]
            near: list[Place] | QuerySet[Place] = [mission.place]
        else:
            self._field("place").queryset = allowed
            chosen = Place.objects.filter(code=asked_text({"place": self["place"].value()}, "place")).first()
            near = [chosen] if chosen and permits(by, Permission.OPEN_MISSIONS, place=chosen) else allowed
        owners = accounts_with(Permission.OPEN_MISSIONS, near)
        if mission is not None:
            owners = owners | Account.objects.filter(pk=mission.owner_id)
        self._field("owner").queryset = owners

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def clean_due(self) -> date:
        due: date = self.cleaned_data["due"]
        if due < timezone.localdate() and (self.mission is None or due != self.mission.due):
            raise forms.ValidationError(_g("This day has passed; choose today or a later day."))
        return due

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        place = self.mission.place if self.mission else given.get("place")
        owner = given.get("owner")
        kept = self.mission is not None and owner is not None and owner.pk == self.mission.owner_id
        if place and owner and not kept and not permits(owner, Permission.OPEN_MISSIONS, place=place):
            self.add_error(
                "owner", _g("%(owner)s works elsewhere; choose an owner for this place.") % {"owner": owner}
            )
        return given


class FindingForm(forms.Form):
    """The finding that a mission is opened from; carried in hidden fields."""

    origin = forms.ChoiceField(choices=MissionOrigin.choices, required=False, widget=forms.HiddenInput)
    key = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)


class ClosingForm(forms.Form):
    """How a mission ended and what came of it."""

    status = forms.ChoiceField(
        label=_("How it ended"),
        choices=[
            (MissionStatus.DONE, MissionStatus.DONE.label),
            (MissionStatus.CANCELLED, MissionStatus.CANCELLED.label),
        ],
        widget=forms.RadioSelect,
    )
    outcome = forms.CharField(
        label=_("What came of it"),
        help_text=_(
            "What was achieved, or why it was given up; whoever meets the same finding will read it."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
