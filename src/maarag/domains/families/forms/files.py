"""Forms of a family's file: the household, and one for each of its people."""

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
from maarag.kernel.access.scope import permits
from maarag.kernel.places.models import Place, PlaceKind
from maarag.ui.choices import NamedChoice, day_field
from maarag.values.national_id import is_valid_national_id
from maarag.values.phone import phone_e164

from ..actions import MEMBER_FIELDS, MemberDraft
from ..models import ClosingReason, Family, Gender, Member, Relation
from ..scope import authorities_with

MOST_MEMBERS = 40


class FamilyForm(forms.Form):
    """The household. The authority is asked for a new file only."""

    name = forms.CharField(label=_("Family name"), max_length=120)
    authority = NamedChoice(Place.objects.none(), to_field_name="code", label=_("Local authority"))
    neighbourhood = NamedChoice(
        Place.objects.none(),
        to_field_name="code",
        required=False,
        label=_("Neighbourhood"),
        empty_label=_("Not known"),
    )
    address = forms.CharField(
        label=_("Address"), max_length=200, required=False, help_text=_("Kept encrypted.")
    )
    worker = NamedChoice(Account.objects.none(), label=_("Social worker"))
    review_on = day_field(_("Next review"), required=False)

    def __init__(self, *args: Any, by: Account, family: Family | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.family = family
        authorities: QuerySet[Place] | list[Place]
        if family is not None:
            del self.fields["authority"]
            authorities = [family.authority]
        else:
            authorities = authorities_with(by, Permission.EDIT_FAMILIES).defer("outline")
            self._field("authority").queryset = authorities
        inside = Place.objects.filter(kind=PlaceKind.NEIGHBOURHOOD, contained_in__ancestor__in=authorities)
        self._field("neighbourhood").queryset = inside.defer("outline").distinct()
        workers = accounts_with(Permission.VIEW_FAMILIES, authorities)
        if family is not None:
            workers = workers | Account.objects.filter(pk=family.worker_id)
        self._field("worker").queryset = workers

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        authority = self.family.authority if self.family else given.get("authority")
        place, worker = given.get("neighbourhood"), given.get("worker")
        if authority and place and not place.contained_in.filter(ancestor=authority).exists():
            self.add_error("neighbourhood", _g("This neighbourhood is in another authority."))
        if authority and worker and not permits(worker, Permission.VIEW_FAMILIES, place=place or authority):
            self.add_error("worker", _g("This account does not keep files in the authority."))
        return given


NOT_IN_DRAFTS = {"data-draft-skip": ""}
"""What a draft leaves out: while the connection is lost it stands in the browser's own storage."""


class MemberForm(forms.Form):
    """Somebody of the family."""

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    first_name = forms.CharField(label=_("First name"), max_length=80)
    last_name = forms.CharField(label=_("Last name"), max_length=80)
    relation = forms.ChoiceField(label=_("In the family"), choices=Relation.choices, initial=Relation.PARENT)
    gender = forms.ChoiceField(label=_("Gender"), choices=Gender.choices, initial=Gender.UNKNOWN)
    birth_date = day_field(_("Date of birth"), required=False)
    national_id = forms.CharField(
        label=_("National id"),
        max_length=20,
        required=False,
        help_text=_("Nine digits, or a passport number with its letters. Kept encrypted."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", **NOT_IN_DRAFTS}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr", "type": "tel", "autocomplete": "off", **NOT_IN_DRAFTS}),
    )

    def clean_birth_date(self) -> date | None:
        written: date | None = self.cleaned_data["birth_date"]
        if written and written > timezone.localdate():
            raise forms.ValidationError(_g("A date of birth lies in the future."))
        return written

    def clean_national_id(self) -> str:
        written: str = self.cleaned_data["national_id"].strip()
        is_number = written and not any(character.isalpha() for character in written)
        if is_number and not is_valid_national_id(written):
            raise forms.ValidationError(_g("The check digit of this id does not fit; look for a slip."))
        return written

    def clean_phone(self) -> str:
        written: str = self.cleaned_data["phone"].strip()
        try:
            phone_e164(written)
        except ValueError:
            raise forms.ValidationError(
                _g("This is no phone number; write for example 050-000 0000.")
            ) from None
        return written

    def draft(self) -> MemberDraft:
        """What the form says, for the actions."""
        given = dict(self.cleaned_data)
        named = {name: given.pop(name) for name in ("first_name", "last_name", "relation", "id")}
        return MemberDraft(**named, fields={name: given[name] for name in MEMBER_FIELDS if name in given})


class Members(forms.BaseFormSet):  # type: ignore[type-arg]
    """The people of a family; empty forms count for nothing, at least one must be filled in."""

    def drafts(self) -> list[MemberDraft]:
        return [
            form.draft() for form in self.forms if form.has_changed() and not form.cleaned_data.get("DELETE")
        ]

    def get_deletion_widget(self) -> forms.Widget:
        return forms.CheckboxInput()

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Not of the family any more")


MemberFormSet = forms.formset_factory(
    MemberForm,
    formset=Members,
    extra=1,
    can_delete=True,
    can_delete_extra=False,
    min_num=1,
    validate_min=True,
    max_num=MOST_MEMBERS,
    validate_max=True,
)


def initial_of(members: list[Member]) -> list[dict[str, Any]]:
    """The people as the formset shows them first."""
    return [
        {"id": member.pk, **{name: getattr(member, name) for name in MEMBER_FIELDS}} for member in members
    ]


class ClosingForm(forms.Form):
    """Why a file is closed."""

    reason = forms.ChoiceField(
        label=_("Why the file is closed"), choices=ClosingReason.choices, widget=forms.RadioSelect
    )
