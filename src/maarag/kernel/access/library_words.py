"""Texts of the sign-in library and of Django that people read on our pages.

Both bring their own Hebrew and Arabic, in another style. Named here, the texts are gathered into our
catalogues, which come before those of the libraries.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as N_
from django.utils.translation import ngettext_lazy

TEXTS = (
    N_("Email"),
    N_("Email address"),
    N_("Password"),
    N_("Current Password"),
    N_("New Password"),
    N_("New Password (again)"),
    N_("Forgot your password?"),
    N_("You must type the same password each time."),
    N_("The new value must be different from the current one."),
    N_("This account is currently inactive."),
    N_("Invalid or expired key."),
    N_("The password reset token was invalid."),
    N_("Use your password"),
    N_("Use authenticator app or code"),
    N_("Use a security key"),
    N_("Code"),
    N_("Authenticator code"),
    N_("Incorrect code."),
    N_("You cannot deactivate two-factor authentication."),
    N_("You cannot generate recovery codes without having two-factor authentication enabled."),
    N_("Passwordless"),
    N_(
        "Enabling passwordless operation allows you to sign in using just this key, but imposes additional"
        " requirements such as biometrics or PIN protection."
    ),
    N_("Your password can’t be too similar to your other personal information."),
    N_("The password is too similar to the %(verbose_name)s."),
    N_("Your password can’t be a commonly used password."),
    N_("This password is too common."),
    N_("This password is entirely numeric."),
    ngettext_lazy(
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
        "min_length",
    ),
)
