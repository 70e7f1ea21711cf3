"""Pages kept as drawn until anything changes, apart for every set of rights.

Only for pages that hold no personal rows and whose every change leaves its trace in the audit. What is kept
are the blocks of a page, drawn without the request's account, tokens or messages; the frame round them
(menu, account, messages) is drawn anew each time.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Hashable
from types import SimpleNamespace
from typing import Any

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from maarag.kernel.audit.queries import newest_change
from maarag.ui.context import frame

from .models import Account, Grant
from .queries import in_force
from .scope import Viewer

BLOCKS = ("title", "banner", "crumbs", "over", "heading", "subheading", "actions", "content")
LONGEST_QUERY = 400
"""Characters of a query beyond which a page is not worth keeping."""
# Stands between the blocks of a page while it is drawn; nobody outside the process can know it.
_between = f"<!--{secrets.token_hex(16)}-->"


def rights(viewer: Viewer) -> tuple[Hashable, ...]:
    """All that decides what somebody may see and do: viewers with the same rights see the same page.

    Role, place and organisation of every grant in force today, and what a limited key leaves of them; who
    has none is told apart from who is signed out.
    """
    if not isinstance(viewer, Account) or not viewer.is_active:
        return ("signed out",)
    grants = Grant.objects.filter(in_force(), account=viewer).order_by()
    held = sorted(set(grants.values_list("role", "place_id", "organisation_id")), key=repr)
    limits = None if viewer.limited_to is None else tuple(sorted(viewer.limited_to))
    return ("system" if viewer.is_system else "account", limits, *held)


def kept_page(
    request: HttpRequest, template: str, context: Callable[[], dict[str, Any]], *, also: Hashable = ()
) -> HttpResponse:
    """The page of a template that begins `{% extends layout|default:"ui/base.html" %}`.

    `context` is called where the page is not kept yet; what it gives may depend on nothing but the database,
    the address, the language, the day, the account's rights, and `also`. The template sees of the request its
    `GET` and `path` alone.
    """
    version = newest_change()
    key = _key(request, template, version, also)
    parts: dict[str, str] | None = None
    # Without any event nothing tells a change.
    keeps = bool(version) and len(request.META.get("QUERY_STRING", "")) <= LONGEST_QUERY
    if keeps:
        parts = caches["pages"].get(key)
    if parts is None:
        parts = _draw(request, template, context())
        if keeps:
            caches["pages"].set(key, parts)
    return render(
        request, "ui/kept/page.html", {"kept": {name: mark_safe(text) for name, text in parts.items()}}
    )


def _key(request: HttpRequest, template: str, version: int, also: Hashable) -> str:
    depends_on = (
        template,
        version,
        timezone.localdate().isoformat(),
        get_language(),
        rights(request.user),
        request.path,
        request.META.get("QUERY_STRING", ""),
        also,
    )
    return hashlib.sha256(repr(depends_on).encode()).hexdigest()


def _draw(request: HttpRequest, template: str, context: dict[str, Any]) -> dict[str, str]:
    """Each block as text; no account, token or message is within the template's reach."""
    seen = {
        **context,
        "layout": "ui/kept/parts.html",
        "between": mark_safe(_between),
        "request": SimpleNamespace(GET=request.GET, path=request.path),
        "interface": frame(),
    }
    texts = render_to_string(template, seen).split(_between)
    return {name: text.strip() for name, text in zip(BLOCKS, texts, strict=True)}
