"""Settings that every way of running shares."""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from maarag.database.configuration import databases
from maarag.database.layout import default_home

from ..logging import configuration
from ..oidc import oidc_origins, oidc_providers

PACKAGE = Path(__file__).resolve().parent.parent.parent
HOME = default_home(os.environ)

DEBUG = False
SECRET_KEY = ""  # each way of running sets its own
ALLOWED_HOSTS: list[str] = []

INSTALLED_APPS = [
    "maarag.ui",  # first, so that its templates stand in for those of allauth
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "ninja",
    "procrastinate.contrib.django",
    "maarag.kernel.jobs",
    "maarag.kernel.audit",
    "maarag.kernel.sources",
    "maarag.kernel.places",
    "maarag.kernel.taxonomy",
    "maarag.kernel.people",
    "maarag.kernel.access",
    "maarag.kernel.retention",
    "maarag.kernel.ledger",
    "maarag.kernel.rubrics",
    "maarag.kernel.drafts",
    "maarag.kernel.matches",
    "maarag.kernel.imports",
    "maarag.domains.services",
    "maarag.domains.needs",
    "maarag.domains.funding",
    "maarag.domains.programmes",
    "maarag.domains.guidance",
    "maarag.domains.families",
    "maarag.domains.casework",
    "maarag.domains.referrals",
    "maarag.domains.baskets",
    "maarag.domains.placements",
    "maarag.domains.missions",
    "maarag.standards.hsds",
    "maarag.desks.home",
    "maarag.desks.picture",
    "maarag.desks.morning",
    "maarag.desks.array",
    "maarag.desks.jobs",
    "maarag.desks.health",
    "maarag.api",
    "maarag.demo",
]

MIDDLEWARE = [
    "maarag.desks.health.observing.observe",  # the outermost: numbers, counts and times every request
    "django.middleware.security.SecurityMiddleware",
    "maarag.kernel.access.headers.guard_pages",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # after the static files, which are compressed beforehand
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "maarag.api.middleware.tell_problems",
    "maarag.api.middleware.refuse_without_tls",
    "maarag.ui.requests.refuse_nul",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "maarag.api.middleware.bearer_tokens",  # right after it, for all that asks whose request it is
    "django.contrib.messages.middleware.MessageMiddleware",
    "maarag.kernel.access.sessions.end_old_sessions",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "maarag.kernel.access.second_factor.second_factor_first",
    "maarag.kernel.access.rows.RowScopeMiddleware",
    "maarag.domains.families.merged.FollowMerged",
    "maarag.api.idempotency.Once",  # the innermost: within the transaction of the request
]

FORM_RENDERER = "maarag.ui.forms.Renderer"
ROOT_URLCONF = "maarag.config.urls"
WSGI_APPLICATION = "maarag.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "maarag.ui.context.interface",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "maarag.ui.templatetags.ui",
            ],
        },
    }
]

DATABASES = databases(home=HOME)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "access.Account"

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "maarag.kernel.access.passwords.NotOnlyWordsOfTheHouse"},
    {"NAME": "maarag.kernel.access.passwords.NotBreached"},
]
# Passwords known from breaches: see kernel/access/passwords.py
BREACHED_PASSWORDS_FILE = os.environ.get("MAARAG_BREACHED_PASSWORDS", "")
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_ADAPTER = "maarag.kernel.access.sign_in.InvitedAccountsOnly"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # this session goes on, all others end
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
# Each further window makes whoever guesses wait longer: minutes, then an hour, then a day.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,100/h/ip,5/5m/key,10/h/key,20/d/key",
    "reset_password": "20/h/ip,3/h/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
    "invitation": "20/m/ip",
}
MFA_ADAPTER = "maarag.kernel.access.second_factor.Factors"
MFA_FORMS = {
    "authenticate": "maarag.kernel.access.codes.SignInCode",
    "reauthenticate": "maarag.kernel.access.codes.ProofCode",
    "add_webauthn": "maarag.kernel.access.passkeys.NewPasskey",
    "edit_webauthn": "maarag.kernel.access.passkeys.PasskeyName",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an invitation or a new password proves the address
MFA_TOTP_ISSUER = "Maarag"
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODE_DIGITS = 12
MFA_RECOVERY_CODES_SHOW_ONCE = True
PASSWORD_RESET_TIMEOUT = 3600
STAFF_NEED_SECOND_FACTOR = True
SESSION_IDLE_SECONDS = 30 * 60
SESSION_LONGEST_SECONDS = 12 * 3600
RECENT_SIGN_IN_SECONDS = 10 * 60
SOCIALACCOUNT_ADAPTER = "maarag.kernel.access.oidc.KnownPeopleOnly"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = oidc_providers(os.environ)
# Whoever stands before the site and adds X-Forwarded-For; without one, the address of the connection counts.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("MAARAG_PROXIES", "0"))
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home:index"
LOGOUT_REDIRECT_URL = "home:index"

# Letters name the site by this address, never by what a browser claims.
SITE_ADDRESS = os.environ.get("MAARAG_ADDRESS", f"http://localhost:{os.environ.get('PORT', '8000')}")
DEFAULT_FROM_EMAIL = os.environ.get("MAARAG_LETTERS_FROM", "maarag@localhost")

LANGUAGE_CODE = "he"
LANGUAGES = [("he", _("Hebrew")), ("ar", _("Arabic")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_NAME = "maarag_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Jerusalem"
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["maarag.config.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = HOME / "media"
# Larger uploads are streamed to disk by the import pages, which set their own limit.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None
IMPORT_MAX_BYTES = 200 * 1024 * 1024

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *oidc_origins(os.environ)],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = SESSION_LONGEST_SECONDS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "maarag.ui.views.stale_form"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"

# What was due while no worker ran is made up for within six hours, once.
PROCRASTINATE_PERIODIC_DEFAULTS = {"max_delay": 6 * 3600}

NINJA_PAGINATION_MAX_LIMIT = 500
API_LIMITS = {"token": 600, "wrong_tokens": 20}  # requests a minute: of one token, of one address

# Days for which rows are kept, by the code of their rule; the others have their defaults.
RETENTION_DAYS: dict[str, int] = {}

# The default holds what all processes must share: attempts to sign in, codes used. The rest stays in memory.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "access_attempts",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    },
    # Of each process its own; nothing in it is of one person. See maarag.kernel.access.kept.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "TIMEOUT": 300,
        "OPTIONS": {"MAX_ENTRIES": 300},
    },
    "memory": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

LOGGING = configuration(structured=False)
