"""Settings of the tests: a real PostgreSQL of their own, quick hashing, plain static files."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("MAARAG_HOME", str(Path(__file__).resolve().parents[4] / "var" / "test"))

from .base import *  # noqa: F403

SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Tests that sign in by force_login have no second factor; those of the sign-in itself switch this on again.
STAFF_NEED_SECOND_FACTOR = False
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "django.contrib.auth.backends.ModelBackend",
]
DEMONSTRATION = False
# Two runs of the tests at once do not meet.
DATABASES["default"]["TEST"] = {"NAME": f"test_maarag_{os.getpid()}"}  # noqa: F405
