"""The second factor: who needs one, how its secrets are kept, and that it comes before everything else."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from maarag.database.encryption.cipher import decrypt, encrypt

from .models import Account, Grant
from .permissions import Role
from .queries import in_force
from .sessions import withdraw

LABEL = "access.second_factor"
PROVED = "maarag_second_factor"
MAIN = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
NOT_STAFF = (Role.VOLUNTEER, Role.RESIDENT)
# What somebody without a second factor may open: setting one up, and leaving.
OPEN_TO_ALL = ("mfa_", "account_logout", "account_reauthenticate", "account_inactive", "set_language")


def is_staff(account: Account) -> bool:
    """Whether the account holds, today, a role other than volunteer or resident."""
    return Grant.objects.filter(in_force(), account=account).exclude(role__in=NOT_STAFF).exists()


def has_second_factor(account: Account) -> bool:
    """Whether the account has a passkey or an authenticator app; recovery codes alone are none."""
    return Authenticator.objects.filter(user_id=account.pk, type__in=MAIN).exists()


def may_open_for_staff(account: Account, issued_at: datetime) -> bool:
    """Whether what the account was given then, such as a token, may be used: staff had a second factor then
    that is still there, so that what a password alone has issued does not grow with a role.
    """
    if not settings.STAFF_NEED_SECOND_FACTOR or not is_staff(account):
        return True
    factors = Authenticator.objects.filter(user_id=account.pk, type__in=MAIN)
    return factors.filter(created_at__lte=issued_at).exists()


def take_away_factors(account: Account) -> None:
    """Remove every factor with its recovery codes, end sessions and tokens, in the caller's transaction."""
    Authenticator.objects.filter(user_id=account.pk).delete()
    withdraw(account)


def _must_set_one_up(request: HttpRequest) -> bool:
    """Whether the signed-in account lacks a factor; one that is there is remembered with the session."""
    account = request.user
    if not settings.STAFF_NEED_SECOND_FACTOR or not isinstance(account, Account):
        return False
    if request.session.get(PROVED) == account.pk:
        return False
    if has_second_factor(account):
        request.session[PROVED] = account.pk
        return False
    return is_staff(account)


def told_to_set_one_up() -> str:
    return _("Your role needs a second factor: set up a passkey or an authenticator app first.")


def second_factor_first(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Lead staff without a second factor to setting one up; the API answers 403 until it is there."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    def process_view(request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if (
            settings.SESSION_COOKIE_NAME not in request.COOKIES
            or name.startswith(OPEN_TO_ALL)
            or request.path.startswith(settings.STATIC_URL)
            or not request.user.is_authenticated
            or not _must_set_one_up(request)
        ):
            return None
        told = told_to_set_one_up()
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": told}, status=403)
        address = reverse("mfa_index")
        if request.headers.get("HX-Request"):
            answer = HttpResponseRedirect(address, status=200)
            answer["HX-Redirect"] = address
            return answer
        messages.warning(request, told)
        return HttpResponseRedirect(address)

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


class Factors(DefaultMFAAdapter):
    """Secrets encrypted with the keys of the fields; a code drawn without styles; names in our words."""

    def encrypt(self, text: str) -> str:
        return b64encode(encrypt(text, LABEL)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(b64decode(encrypted_text), LABEL)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Staff keep one: another comes first, then the old one may go."""
        account = authenticator.user
        if not settings.STAFF_NEED_SECOND_FACTOR or not is_staff(account):
            return True
        others = Authenticator.objects.filter(user_id=account.pk, type__in=MAIN).exclude(pk=authenticator.pk)
        return others.exists()

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Passkey %(number)s") % {"number": count + 1}

    def build_totp_svg(self, url: str) -> str:
        """The QR code as one path; classes and attributes only, no style."""
        import qrcode

        code = qrcode.QRCode(border=4, error_correction=qrcode.constants.ERROR_CORRECT_M)
        code.add_data(url)
        code.make(fit=True)
        rows = code.get_matrix()
        path = "".join(
            f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
        )
        size = len(rows)
        title = _("QR code for the authenticator app")  # within the f-string it would not be gathered
        return (
            f'<svg class="qr" viewBox="0 0 {size} {size}" width="240" height="240" '
            f'role="img" aria-labelledby="qr-title" shape-rendering="crispEdges">'
            f'<title id="qr-title">{title}</title>'
            f'<rect width="{size}" height="{size}" fill="#fff"/><path d="{path}" fill="#000"/></svg>'
        )
