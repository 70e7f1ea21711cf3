"""Forms that ask for a code of an app: each code is taken once, for as long as its steps are taken at all."""

from __future__ import annotations

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.utils.crypto import salted_hmac


def take(form: AuthenticateForm | ReauthenticateForm, code: str) -> str:
    """Note that the code was used. The library forgets it after one step but takes neighbouring ones."""
    steps = 2 * app_settings.TOTP_TOLERANCE + 2
    used = salted_hmac("maarag.access.codes", normalize_user_code(code), algorithm="sha256").hexdigest()
    key = f"access.code:{form.user.pk}:{used}"
    if form.authenticator.type == Authenticator.Type.TOTP and not cache.add(
        key, 1, steps * app_settings.TOTP_PERIOD
    ):
        raise get_adapter().validation_error("incorrect_code")
    return code


class SignInCode(AuthenticateForm):
    """The second factor at sign-in."""

    def clean_code(self) -> str:
        return take(self, super().clean_code())


class ProofCode(ReauthenticateForm):
    """The second factor before a grave step."""

    def clean_code(self) -> str:
        return take(self, super().clean_code())
