"""Settings of a real installation; everything secret comes from the environment."""

from __future__ import annotations

import os

from .base import *  # noqa: F403

SECRET_KEY = os.environ["MAARAG_SECRET_KEY"]
ALLOWED_HOSTS = os.environ["MAARAG_HOSTS"].split(",")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
DEMONSTRATION = False
