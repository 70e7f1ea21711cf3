"""Forms of access: accounts and the roles given to them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from maarag.kernel.people.models import Organisation
from maarag.kernel.places.models import Place
from maarag.ui.choices import NamedChoice, day_field

from .models import Account
from .permissions import Permission, Role
from .scope import grants_of, places_permitted


class AccountForm(forms.Form):
    """Somebody new: they set their password themselves, by “Forgotten password” on the sign-in page."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), max_length=254)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if Account.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError(_g("There is an account with this address already; give it a role."))
        return email


class GrantForm(forms.Form):
    """A role for a place with all inside it, or for an organisation, for a period."""

    email = forms.EmailField(label=_("E-mail of the account"))
    role = forms.ChoiceField(label=_("Role"), choices=[("", "---------"), *Role.choices])
    place = NamedChoice(
        Place.objects.none(),
        to_field_name="code",
        required=False,
        label=_("Place"),
        help_text=_("The role holds for the place and everything inside it."),
    )
    organisation = NamedChoice(
        Organisation.objects.none(),
        to_field_name="code",
        required=False,
        label=_("Organisation"),
        help_text=_("Instead of a place, for whoever keeps the services of one organisation."),
    )
    starts = day_field(_("From"))
    ends = day_field(_("Until"), required=False, help_text=_("Without it, until it is ended."))

    def __init__(self, *args: Any, by: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["place"].queryset = places_permitted(by, Permission.MANAGE_ACCESS).defer("outline")
        own = grants_of(by, Permission.MANAGE_ACCESS).exclude(organisation=None)
        fields["organisation"].queryset = Organisation.objects.filter(pk__in=own.values("organisation"))
        if not fields["organisation"].queryset.exists():
            del self.fields["organisation"]
            fields["place"].required = True

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        account = Account.objects.filter(email__iexact=email, is_system=False).first()
        if account is None:
            raise forms.ValidationError(_g("No account has this address. Open an account for it first."))
        self.cleaned_data["account"] = account
        return email

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "organisation" in self.fields and bool(given.get("place")) == bool(given.get("organisation")):
            self.add_error("place", _g("Choose a place or an organisation: one of the two."))
        starts, ends = given.get("starts"), given.get("ends")
        if starts and ends and ends < starts:
            self.add_error("ends", _g("The last day is before the first; correct one of them."))
        elif ends and ends < timezone.localdate():
            self.add_error("ends", _g("This period has passed already; choose a later last day."))
        return given


class InvitationForm(GrantForm):
    """Whom to invite, to which role, for which place or organisation, and in which language."""

    language = forms.ChoiceField(label=_("Language of the letter"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, by: Account, **kwargs: Any) -> None:
        super().__init__(*args, by=by, **kwargs)
        del self.fields["starts"], self.fields["ends"]
        self.fields["email"].label = _("E-mail")
        self.fields["email"].help_text = _(
            "A letter with a link of one use goes there; it holds for seven days."
        )

    def clean_email(self) -> str:
        """The same answer whether or not the address has an account."""
        email: str = self.cleaned_data["email"].lower()
        return email


class AcceptForm(forms.Form):
    """The name and password of somebody who was invited."""

    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=512,
        help_text=_("At least 12 characters. A few words that do not belong together are easy to remember."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The password again"),
        strip=False,
        max_length=512,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("password") and given.get("again") and given["password"] != given["again"]:
            self.add_error("again", _g("The two passwords differ."))
        return given


class ReasonForm(forms.Form):
    """Why a second factor should be taken away."""

    reason = forms.CharField(
        label=_("How do you know that the person asks for it?"),
        max_length=300,
        help_text=_("For example: spoke with them face to face. No e-mail or message alone is proof."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
