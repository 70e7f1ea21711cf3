"""A small identity provider on loopback, honest or not: authorize, token, person, keys."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "maarag", "the secret of the client"


@dataclass
class Provider:
    """What it says, and how it lies: `claims`, `person` and `document` go over what is true."""

    address: str = ""
    email: str = "worker@city.example"
    verified: Any = True
    claims: dict[str, Any] = field(default_factory=dict)
    person: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    asked: dict[str, str] = field(default_factory=dict)
    """The last request to authorize."""
    key: Any = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    signing_key: Any = None
    """Another key than the published one."""
    sent_on: str = ""
    """Where it sends whoever asks for its document."""

    def environment(self) -> dict[str, str]:
        return {
            "MAARAG_OIDC_ISSUER": self.address,
            "MAARAG_OIDC_CLIENT": CLIENT,
            "MAARAG_OIDC_SECRET": SECRET,
            "MAARAG_OIDC_NAME": "העירייה",
        }

    def authorize(self, url: str) -> dict[str, str]:
        """What a browser does at the provider: the address to come back to, as its path and query."""
        self.asked = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
        return {"code": "the-code", "state": self.asked["state"]}

    def answer(self, path: str, form: dict[str, str], token: str) -> tuple[int, Any]:
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "userinfo_endpoint": f"{self.address}/person",
                "jwks_uri": f"{self.address}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            } | self.document
        if path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return 200, {"keys": [public | {"kid": "one", "alg": "RS256", "use": "sig"}]}
        if path == "/token":
            return self.token(form)
        if path == "/person" and token == "Bearer the-token":
            return 200, {
                "sub": "person-7",
                "email": self.email,
                "email_verified": self.verified,
                "name": "עובדת העירייה",
            } | self.person
        return 404, {}

    def token(self, form: dict[str, str]) -> tuple[int, Any]:
        proof = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proved = base64.urlsafe_b64encode(proof).rstrip(b"=").decode() == self.asked.get("code_challenge")
        known = form.get("client_id") == CLIENT and form.get("client_secret") == SECRET
        if not (proved and known and form.get("code") == "the-code"):
            return 400, {"error": "invalid_grant"}
        claims = {
            "iss": self.address,
            "sub": "person-7",
            "aud": CLIENT,
            "iat": int(time.time()),
            "exp": int(time.time()) + 300,
            "nonce": self.asked.get("nonce"),
        } | self.claims
        key = None if self.algorithm == "none" else self.signing_key or self.key
        if self.algorithm == "HS256":
            key = SECRET
        told = jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": "one"})
        return 200, {"access_token": "the-token", "token_type": "Bearer", "id_token": told}


@contextmanager
def running() -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say({key: values[0] for key, values in parse_qs(body).items()})

        def _say(self, form: dict[str, str]) -> None:
            status, body = provider.answer(
                urlsplit(self.path).path, form, self.headers.get("Authorization", "")
            )
            text = json.dumps(body).encode()
            self.send_response(302 if provider.sent_on else status)
            if provider.sent_on:
                self.send_header("Location", provider.sent_on)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def query(values: dict[str, str]) -> str:
    return urlencode(values)
