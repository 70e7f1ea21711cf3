"""How far the raters of a department agree on a rubric: for whoever leads them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maarag.engines.agreement import ENOUGH, RELIABLE, TENTATIVE, Reading
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.rubrics.models import Rubric
from maarag.kernel.rubrics.queries import rubric_of
from maarag.kernel.rubrics.words import agreement_table, pairs_table
from maarag.ui import figures
from maarag.ui.choices import asked_number, asked_text
from maarag.ui.figures import name_in_language

from ..queries.agreement import Agreed, agreed_in, departments_led, years_assessed
from ..queries.assessments import RUBRICS

LOW = (Reading.UNRELIABLE, Reading.TENTATIVE)


@require_safe
@needs_permission(Permission.REVIEW_READING)
def agreement(request: HttpRequest, code: str) -> HttpResponse:
    """Dimension by dimension, over the closed assessments of the families of one department."""
    account = account_of(request)
    rubric = rubric_of(code, asked_number(request.GET, "version", 5))
    if rubric is None or code not in RUBRICS:
        raise Http404
    places = list(departments_led(account))
    wanted = asked_text(request.GET, "place")
    place = next((one for one in places if one.code == wanted), places[0] if places else None)
    years = years_assessed(account, place, rubric) if place else []
    year = next((one for one in years if str(one) == asked_text(request.GET, "year", 4)), None)
    found = agreed_in(account, place, rubric, year) if place else None
    name = name_in_language(rubric)
    context: dict[str, Any] = {
        "rubric": rubric,
        "name": name,
        "found": found,
        "place": place,
        "places": [(one.code, name_in_language(one)) for one in places],
        "years": [("", _("All years")), *((str(one), str(one)) for one in years)],
        "year": str(year or ""),
        "versions": _versions(code),
        "version": str(rubric.version),
        "fictional": bool(place and place.is_fictional),
        "crumbs": [
            (_("Rubrics"), reverse("rubrics:index")),
            (name, reverse("rubrics:detail", args=[rubric.code])),
            (_("How far raters agree"), ""),
        ],
    }
    if found:
        context |= _shown(found)
    return render(request, "casework/agreement.html", context)


def _shown(found: Agreed) -> dict[str, Any]:
    return {
        "table": agreement_table(found.dimensions),
        "pairs": pairs_table(found.pairs),
        "low": [name_in_language(one.dimension) for one in found.dimensions if one.reading in LOW],
        "enough": any(one.reading != Reading.TOO_FEW for one in found.dimensions),
        "least": ENOUGH,
        "reliable": figures.number(RELIABLE, 1),
        "tentative": figures.number(TENTATIVE, 3),
    }


def _versions(code: str) -> list[tuple[str, str]]:
    numbers = Rubric.objects.filter(code=code).order_by("-version").values_list("version", flat=True)
    return [(str(one), str(one)) for one in numbers]
