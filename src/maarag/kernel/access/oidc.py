"""Sign-in through an organisation's own identity provider: only people whom this house knows or has invited.

On top of what allauth does (state, code exchange with PKCE): a nonce, the issuer and the signature are
checked always, and nothing that the provider tells about a person is kept but their number there.
"""

from __future__ import annotations

import logging
import secrets
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from requests import RequestException, Session

logger = logging.getLogger("maarag.sign_in")

NONCE = "maarag_oidc_nonce"
ALGORITHMS = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"}


class Adapter(OpenIDConnectOAuth2Adapter):
    """Checks the identity token whole, however it came."""

    @property
    def openid_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().openid_config
        if config.get("issuer", "").rstrip("/") != self.get_provider().app.settings["issuer"]:
            raise OAuth2Error("the issuer is another than the one configured")
        return config

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        told = kwargs["response"].get("id_token")
        nonce = request.session.pop(NONCE, None)
        if not told or not nonce:
            raise OAuth2Error("no identity token, or nobody asked for one")
        claims = self._claims(app, told)
        if not secrets.compare_digest(str(claims.get("nonce", "")), nonce):
            raise OAuth2Error("the nonce is not the one that was sent")
        person = self._fetch_user_info(token.token)
        if person.get("sub") != claims.get("sub"):
            raise OAuth2Error("the token and the person are not the same")
        return self.get_provider().sociallogin_from_response(request, {"userinfo": {**claims, **person}})

    def _claims(self, app: SocialApp, told: str) -> dict[str, Any]:
        try:
            import jwt

            algorithm = jwt.get_unverified_header(told).get("alg")
        except jwt.PyJWTError as error:
            raise OAuth2Error("not a token") from error
        if algorithm not in ALGORITHMS:
            raise OAuth2Error("a signature of this kind is not taken")
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=told,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        return claims


class Provider(OpenIDConnectProvider):
    """Sends a nonce of one use; keeps nothing of what is told about the person."""

    oauth2_adapter_class = Adapter

    def redirect(self, request: HttpRequest, process: Any, **kwargs: Any) -> HttpResponseBase:
        nonce = request.session[NONCE] = secrets.token_urlsafe(32)
        kwargs["auth_params"] = {"nonce": nonce}
        kwargs["scope"] = ["openid", "email", "profile"]
        answer: HttpResponseBase = super().redirect(request, process, **kwargs)
        return answer

    def extract_extra_data(self, data: Any) -> dict[str, Any]:
        return {}


class KnownPeopleOnly(DefaultSocialAccountAdapter):
    """An account that is linked already, or one whose verified e-mail is the same; or an open invitation."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """From the environment alone: a row in the database opens no door."""
        from allauth.socialaccount.adapter import _build_apps_from_settings

        apps = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for found in apps.values() for app in found]

    def get_requests_session(self) -> Session:
        """The provider answers at the addresses of its document; nobody is sent on from there."""
        session: Session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> Any:
        user = super().populate_user(request, sociallogin, data)
        user.name = str(data.get("name") or "")[:120]
        return user

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        from .actions import account_for_verified_email

        if sociallogin.state.get("process") not in (None, "login"):
            raise ImmediateHttpResponse(refused(request))
        if sociallogin.is_existing:
            return
        address = next((told for told in sociallogin.email_addresses if told.verified is True), None)
        account = (
            account_for_verified_email(email=address.email, name=sociallogin.user.name) if address else None
        )
        if account is None:
            raise ImmediateHttpResponse(refused(request))
        sociallogin.connect(request, account)


def refused(request: HttpRequest) -> HttpResponseBase:
    """One answer for all who may not come in: it does not tell whether an account exists."""
    return render(request, "socialaccount/authentication_error.html", status=403)


def login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    return _view(OAuth2LoginView, request, provider_id)


def callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    return _view(OAuth2CallbackView, request, provider_id)


def _view(kind: Any, request: HttpRequest, provider_id: str) -> HttpResponseBase:
    try:
        answer: HttpResponseBase = kind.adapter_view(Adapter(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except (OAuth2Error, RequestException) as error:
        logger.warning("the identity provider cannot be used: %s", type(error).__name__)
        return refused(request)
    return answer
