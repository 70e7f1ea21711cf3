"""Settings of a real installation; everything secret comes from the environment."""

from __future__ import annotations

import os

from maarag.database.configuration import databases

from ..logging import configuration
from .base import *  # noqa: F403
from .base import HOME

DATABASES = databases(home=HOME, pool=True)
for _database in DATABASES.values():
    # A pooler in transaction mode gives the next statement another connection, where no cursor is open.
    _database["DISABLE_SERVER_SIDE_CURSORS"] = os.environ.get("MAARAG_POOLER") == "1"
SECRET_KEY = os.environ["MAARAG_SECRET_KEY"]
ALLOWED_HOSTS = os.environ["MAARAG_HOSTS"].split(",")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
# Whoever watches the installation asks on this machine itself, without a proxy: no TLS, and no name.
ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"]
# The API is not sent on either: it refuses (api/middleware.py).
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$", r"^api/(?!docs|tokens/)"]
METRICS_TOKEN = os.environ.get("MAARAG_METRICS_TOKEN", "")
LOGGING = configuration(structured=True)
STRUCTURED_LOGS = True
DEFAULT_EXCEPTION_REPORTER_FILTER = "maarag.config.logging.NothingPersonal"
DEFAULT_EXCEPTION_REPORTER = "maarag.config.logging.ShortReporter"
SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-maarag_session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-maarag_csrf"
LANGUAGE_COOKIE_SECURE = True
LANGUAGE_COOKIE_NAME = "__Host-maarag_language"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
SITE_ADDRESS = os.environ.get("MAARAG_ADDRESS", f"https://{ALLOWED_HOSTS[0]}")
DEFAULT_FROM_EMAIL = os.environ.get("MAARAG_LETTERS_FROM", f"maarag@{ALLOWED_HOSTS[0]}")
EMAIL_HOST = os.environ.get("MAARAG_SMTP_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("MAARAG_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("MAARAG_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("MAARAG_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("MAARAG_SMTP_TLS", "0") == "1"
EMAIL_TIMEOUT = 20
DEMONSTRATION = False
