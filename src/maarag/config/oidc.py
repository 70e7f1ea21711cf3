"""Sign-in through an organisation's own identity provider (OpenID Connect), named by the environment.

MAARAG_OIDC_ISSUER   https://login.example.org/realms/city  (none: this way of signing in is off)
MAARAG_OIDC_CLIENT   the client's id
MAARAG_OIDC_SECRET   the client's secret
MAARAG_OIDC_NAME     what the button says; the issuer's host by default
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

PROVIDER_ID = "organisation"


def oidc_providers(environment: Mapping[str, str]) -> dict[str, Any]:
    """The setting SOCIALACCOUNT_PROVIDERS; raises KeyError for an issuer without client or secret."""
    issuer = environment.get("MAARAG_OIDC_ISSUER", "").rstrip("/")
    provider: dict[str, Any] = {"provider_class": "maarag.kernel.access.oidc.Provider", "APPS": []}
    if issuer:
        provider["APPS"].append(
            {
                "provider_id": PROVIDER_ID,
                "name": environment.get("MAARAG_OIDC_NAME") or urlsplit(issuer).hostname,
                "client_id": environment["MAARAG_OIDC_CLIENT"],
                "secret": environment["MAARAG_OIDC_SECRET"],
                "settings": {"server_url": issuer, "issuer": issuer, "oauth_pkce_enabled": True},
            }
        )
    return {"openid_connect": provider}


def oidc_origins(environment: Mapping[str, str]) -> list[str]:
    """Where a form of ours may lead: the issuer's origin, and others that MAARAG_OIDC_ORIGINS names."""
    issuer = urlsplit(environment.get("MAARAG_OIDC_ISSUER", ""))
    own = [f"{issuer.scheme}://{issuer.netloc}"] if issuer.netloc else []
    return own + [origin for origin in environment.get("MAARAG_OIDC_ORIGINS", "").split(",") if origin]
