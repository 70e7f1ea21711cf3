"""Pages beside the API: what it can do, and the tokens of one's own account."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from maarag.kernel.access.scope import account_of
from maarag.kernel.access.words import PERMISSIONS
from maarag.ui.tables import Column, Status, Table

from .actions import issue_token, revoke_token
from .described import described
from .document import api
from .forms import TokenForm
from .models import ApiToken


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """What the API can do, drawn from its own document."""
    document = api.get_openapi_schema()
    address = request.build_absolute_uri("/").rstrip("/")
    return render(request, "api/docs.html", described(document, address))


@require_safe
@login_required
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """My tokens, those that ended too."""
    now = timezone.now()
    tokens = account_of(request).api_tokens.all()
    table = Table(
        columns=[
            Column("name", _("What it is for"), "name", heading=True),
            Column("prefix", _("Begins with"), "name"),
            Column("access", _("Reach")),
            Column("created_at", _("Issued"), "moment"),
            Column("expires_at", _("Valid until"), "moment"),
            Column("last_used_at", _("Last used"), "moment"),
            Column("status", _("State"), "status"),
            Column("actions", _("Actions"), "actions"),
        ],
        rows=[_line(token, now) for token in tokens],
        caption=_("My API tokens"),
        caption_hidden=True,
        empty=_("You have no token. A program that works for you needs one."),
    )
    return render(request, "api/tokens.html", {"table": table})


def _line(token: ApiToken, now: Any) -> dict[str, Any]:
    if token.revoked_at is not None:
        state = Status(_("Revoked"), "neutral")
    elif token.expires_at <= now:
        state = Status(_("Ran out"), "neutral")
    else:
        state = Status(_("In force"), "ok")
    reach = [str(token.get_access_display())]  # type: ignore[attr-defined]
    reach += [str(PERMISSIONS.get(one, one)) for one in token.permissions]
    actions = format_html(
        '<a class="button button--small" href="{}">{}<span class="for-readers"> {}</span></a>',
        reverse("tokens:revoke", args=[token.pk]),
        _("Revoke"),
        token.name,
    )
    return {
        **{name: getattr(token, name) for name in ("name", "created_at", "expires_at", "last_used_at")},
        "prefix": f"{token.prefix}…",
        "access": " · ".join(reach),
        "status": state,
        "actions": actions if state.tone == "ok" else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def issue(request: HttpRequest) -> HttpResponse:
    """A new token, after a recent sign-in; its text is shown once, in the answer to the form."""
    if not did_recently_reauthenticate(request):
        raise ReauthenticationRequired
    account = account_of(request)
    form = TokenForm(request.POST or None, by=account)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            token, text = issue_token(
                by=account,
                name=given["name"],
                access=given["access"],
                until=given["until"],
                permissions=given.get("permissions", ()),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return render(request, "api/issued.html", {"token": token, "text": text, "crumbs": _crumbs()})
    return render(request, "api/issue.html", {"form": form, "crumbs": _crumbs()})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a token of mine at once."""
    account = account_of(request)
    token = account.api_tokens.filter(pk=pk).first() if pk < 2**63 else None
    if token is None:
        raise Http404
    if request.method == "POST":
        revoke_token(by=account, token=token)
        messages.success(request, _("The token is revoked."))
        return redirect("tokens:index")
    facts = [(_("What it is for"), token.name), (_("Begins with"), f"{token.prefix}…")]
    return render(request, "api/revoke.html", {"token": token, "facts": facts, "crumbs": _crumbs()})


def _crumbs() -> list[tuple[str, str]]:
    return [(_("API tokens"), reverse("tokens:index"))]
