"""The rubrics as anybody may read them. What was rated by them is shown in the rooms that rate."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from maarag.ui import figures
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from .links import links_of
from .models import Rubric
from .queries import rubric_of, rubrics


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every rubric in use."""
    table = Table(
        columns=[
            Column("name", _("Rubric"), heading=True, link="url"),
            Column("dimensions", _("Dimensions"), "number"),
            Column("version", pgettext("of a rubric", "Version"), "number"),
            Column("source", _("Source")),
        ],
        rows=[
            {
                "name": name_in_language(rubric),
                "url": reverse("rubrics:detail", args=[rubric.code]),
                "dimensions": rubric.dimensions.count(),
                "version": rubric.version,
                "source": rubric.source,
            }
            for rubric in rubrics().prefetch_related("dimensions")
        ],
        caption=_("Rubrics"),
        caption_hidden=True,
        empty=_("No rubric was taken in yet. Whoever runs the site does it: maarag rubrics load FILE."),
    )
    return render(request, "rubrics/index.html", {"table": table})


@require_safe
def detail(request: HttpRequest, code: str, version: int | None = None) -> HttpResponse:
    """One rubric: its dimensions and every level of them; the version in use, or another."""
    rubric = rubric_of(code, version)
    if rubric is None:
        raise Http404
    facts = [
        (_("Source"), rubric.source),
        (_("Taken in"), figures.day(timezone.localdate(rubric.taken_in_at))),
        (
            _("Which level is the better one"),
            _("The highest") if rubric.higher_is_better else _("The lowest"),
        ),
        (_("All versions"), ", ".join(map(str, _versions(code)))),
    ]
    name = name_in_language(rubric)
    context = {
        "rubric": rubric,
        "facts": [fact for fact in facts if fact[1]],
        "links": links_of(rubric, request.user),
        "crumbs": [(_("Rubrics"), reverse("rubrics:index")), (name, "")],
    }
    return render(request, "rubrics/detail.html", context)


def _versions(code: str) -> list[int]:
    return list(Rubric.objects.filter(code=code).order_by("version").values_list("version", flat=True))
