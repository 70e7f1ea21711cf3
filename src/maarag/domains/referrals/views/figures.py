"""Figures of referrals: a page and a workbook from the same numbers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import needs_permission


@require_safe
@needs_permission(Permission.VIEW_STAFF_FIGURES)
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "referrals/figures.html", {})


@require_safe
@needs_permission(Permission.VIEW_STAFF_FIGURES)
def export(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"")
