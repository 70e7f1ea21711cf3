"""Forms that name a passkey; the library's own leave the name of the field in English."""

from __future__ import annotations

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


class NewPasskey(AddWebAuthnForm):
    """The name that a new passkey is to have; the device fills in the rest."""

    name = forms.CharField(label=_("Name of the passkey"), required=False)


class PasskeyName(EditWebAuthnForm):
    """Another name for a passkey."""

    name = forms.CharField(label=_("Name of the passkey"))
