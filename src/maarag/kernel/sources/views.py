"""The page of sources and licences, open to everyone."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .models import Source
from .queries import standing_on

OPEN_ELIGIBILITY = "https://github.com/auntbertha/openeligibility"
LICENCES = {
    "CC BY-SA 3": "https://creativecommons.org/licenses/by-sa/3.0/",
    "CC BY-SA 4": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC BY 4": "https://creativecommons.org/licenses/by/4.0/",
    "CC0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "AGPL-3.0": "https://www.gnu.org/licenses/agpl-3.0.html",
}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every source with its publisher, date, licence and method, and how much stands on it."""
    standing = standing_on()
    sources: list[dict[str, Any]] = [
        {
            "source": source,
            "standing": standing.get(source.pk, []),
            "licence_url": _licence_url(source),
        }
        for source in Source.objects.order_by("is_fictional", "name_he")
    ]
    context = {
        "real": [row for row in sources if not row["source"].is_fictional],
        "fictional": [row for row in sources if row["source"].is_fictional],
        "open_eligibility": OPEN_ELIGIBILITY,
        "by_sa": LICENCES["CC BY-SA 3"],
        "unknown": _("not stated"),
    }
    return render(request, "sources/index.html", context)


def _licence_url(source: Source) -> str:
    """Where a licence that everybody knows by its name is written."""
    licence = source.licence.in_language("en")
    return next((url for name, url in LICENCES.items() if licence.startswith(name)), "")
