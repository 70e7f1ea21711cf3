"""What every answer tells the browser, beyond the content security policy of the settings."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

# Our pages need none of these but, for passkeys, the last two.
OFF = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation",
    "gyroscope", "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "serial", "usb",
    "xr-spatial-tracking",
)  # fmt: skip
PERMISSIONS_POLICY = ", ".join(
    [
        *(f"{name}=()" for name in OFF),
        *(f"{n}=(self)" for n in ("publickey-credentials-create", "publickey-credentials-get")),
    ]
)
SIGN_OUT = "account_logout"
HEADERS = {
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
}


def guard_pages(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Headers of every answer; whatever is answered to somebody signed in stays in no cache."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        session = settings.SESSION_COOKIE_NAME
        of_somebody = (
            session in request.COOKIES or session in response.cookies or "Authorization" in request.headers
        )
        if of_somebody and not request.path.startswith(settings.STATIC_URL):
            response["Cache-Control"] = "no-store, private"
        if (
            request.method == "POST"
            and request.resolver_match
            and request.resolver_match.view_name == SIGN_OUT
        ):
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return middleware
