"""Whose record a viewer sees: that something happened in an authority, without the rows themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from maarag.database.rows import RowScope
from maarag.database.rows.scope import current, visible

from .withheld import authorities_in_full

View = Callable[..., HttpResponseBase]


def auditor_scope(viewer: Any) -> RowScope:
    """The scope in force, with the entries about people of the authorities whose record the viewer reads in
    full: of others PostgreSQL gives none.
    """
    return replace(current(), account=viewer.pk, audited=authorities_in_full(viewer))


def for_auditors(view: View) -> View:
    """A view for whoever may see the audit somewhere, in a transaction that shows them those entries."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        viewer: Any = request.user
        if not viewer.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not viewer.may_somewhere("view_audit"):
            raise PermissionDenied
        with visible(auditor_scope(viewer)):
            return view(request, *args, **kwargs)

    return guarded
