"""Settings of `make run`: one machine, the embedded database, demonstration accounts."""

from __future__ import annotations

import os

from ..secret_key import stored_secret_key
from .base import *  # noqa: F403
from .base import HOME

DEBUG = os.environ.get("MAARAG_DEBUG") == "1"
SECRET_KEY = stored_secret_key(HOME)
ALLOWED_HOSTS = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    *filter(None, os.environ.get("MAARAG_HOSTS", "").split(",")),
]
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEMONSTRATION = True
# The demonstration's accounts sign in with their known password alone; the pages of the second factor work.
STAFF_NEED_SECOND_FACTOR = not DEMONSTRATION
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # http://localhost
