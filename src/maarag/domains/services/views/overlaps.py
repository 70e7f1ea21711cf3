"""Services that may duplicate each other, with the evidence, side by side; and what people say of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from maarag.engines.overlap import DEFAULT_WEIGHTS
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import needs_permission
from maarag.kernel.places.models import Place
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from ..actions import judge_overlap
from ..evidence import evidence_in_words, weight_in_words
from ..forms import VerdictForm
from ..models import OverlapRun, Service, Verdict
from ..queries import Finding, latest_run, with_facts
from ..queries import overlaps as findings_of
from ..scope import Reach, reach_of, require_judge
from ..words import age_in_words, language_in_words
from .directory import place_choices, service_or_404

PER_PAGE = 10
TONES = {"duplicate": "critical", "complementary": "ok", "unclear": "unknown", None: "attention"}


@require_safe
def overlaps(request: HttpRequest) -> HttpResponse:
    """The findings, likeliest first, by place and by verdict."""
    faults = []
    place = None
    if code := request.GET.get("place", "").strip():
        place = Place.objects.filter(code=code).first()
        if place is None:
            faults.append(_("No place has the code %(code)s; it was left out.") % {"code": code})
    verdict = request.GET.get("verdict", "")
    verdict = verdict if verdict in (*Verdict.values, "open") else ""
    pages = Paginator(findings_of(place, verdict=verdict or None), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    run = latest_run()
    context = {
        "crumbs": [(_("Services"), reverse("services:index")), (_("Overlaps"), "")],
        "page": page,
        "pairs": pairs_for(request, list(page.object_list)),
        "place": place,
        "places": place_choices(place),
        "verdict": verdict,
        "verdicts": [("", _("Every verdict")), ("open", _("Not judged yet")), *Verdict.choices],
        "faults": faults,
        "run": run,
        "weights": _weights(run) if run else None,
    }
    return render(request, "services/overlaps.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def judge(request: HttpRequest, first: str, second: str) -> HttpResponseBase:
    """One finding on a page of its own; POST gives a verdict on it."""
    one, two = service_or_404(first), service_or_404(second)
    pair = Q(first=one, second=two) | Q(first=two, second=one)
    finding = findings_of(min_score=0).filter(pair).first()
    if finding is None:
        raise Http404
    if request.method == "POST":
        return _judge(request, finding)
    return _finding_page(request, finding)


@needs_permission(Permission.JUDGE_OVERLAPS)
def _judge(request: HttpRequest, finding: Finding) -> HttpResponse:
    require_judge(request.user, finding.first, finding.second)
    form = VerdictForm(request.POST, prefix=f"f{finding.pk}")
    if not form.is_valid():
        return _finding_page(request, finding, form, status=422)
    assert isinstance(request.user, Account)
    judge_overlap(by=request.user, first=finding.first, second=finding.second, **form.cleaned_data)
    if request.htmx:  # type: ignore[attr-defined]
        finding = findings_of(min_score=0).get(pk=finding.pk)
        return render(request, "services/_pair.html", {"pair": pairs_for(request, [finding], saved=True)[0]})
    messages.success(request, _("Your verdict was kept; the next search for overlaps learns from it."))
    return redirect("services:judge", finding.first.code, finding.second.code)


def _finding_page(
    request: HttpRequest, finding: Finding, form: VerdictForm | None = None, status: int = 200
) -> HttpResponse:
    pair = pairs_for(request, [finding], form=form)[0]
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "services/_pair.html", {"pair": pair}, status=200)
    crumbs = [
        (_("Services"), reverse("services:index")),
        (_("Overlaps"), reverse("services:overlaps")),
        (_("Two services"), ""),
    ]
    return render(request, "services/pair.html", {"pair": pair, "crumbs": crumbs}, status=status)


def pairs_for(
    request: HttpRequest,
    findings: list[Finding],
    *,
    form: VerdictForm | None = None,
    saved: bool = False,
) -> list[dict[str, Any]]:
    """What the template shows of each finding; the same number of queries however many there are."""
    keys = {key for finding in findings for key in (finding.first_id, finding.second_id)}
    services = with_facts(Service.objects.all()).in_bulk(keys)
    reach = Reach(everything=False)
    if request.user.is_authenticated:
        reach = reach_of(request.user, Permission.JUDGE_OVERLAPS)
    shown = []
    for finding in findings:
        both = [services[finding.first_id], services[finding.second_id]]
        may = any(reach.covers(service.organisation_id, _places(service)) for service in both)
        initial = {"verdict": finding.verdict, "reason": finding.reason}
        reasons = evidence_in_words(finding.evidence)
        shown.append(
            {
                "finding": finding,
                "first": both[0],
                "second": both[1],
                "rows": _side_by_side(both),
                "speaks_for": [reason for reason in reasons if reason.speaks == "for"],
                "speaks_against": [reason for reason in reasons if reason.speaks == "against"],
                "besides": [reason for reason in reasons if not reason.speaks],
                "verdict": Verdict(finding.verdict).label if finding.verdict else _("Not judged yet"),
                "tone": TONES[finding.verdict],
                "form": (form or VerdictForm(initial=initial, prefix=f"f{finding.pk}")) if may else None,
                "saved": saved,
            }
        )
    return shown


def _places(service: Service) -> Iterable[int]:
    found = [area.place_id for area in service.areas.all()]
    found += [at.location.place_id for at in service.at_locations.all()]
    return found or [key for key in [service.organisation.place_id] if key]


def _side_by_side(services: list[Service]) -> list[dict[str, Any]]:
    """Rows of (what, first, second), and whether the two say the same."""

    def names(rows: Iterable[Any]) -> str:
        return ", ".join(dict.fromkeys(name_in_language(row) for row in rows))

    rows = [
        (_("Organisation"), [names([s.organisation]) for s in services]),
        (_("Description"), [names([s.description]) if s.description else "" for s in services]),
        (_("Terms"), [names(link.term for link in s.service_terms.all()) for s in services]),
        (_("For people of"), [names(area.place for area in s.areas.all()) for s in services]),
        (_("Given in"), [names(at.location.place for at in s.at_locations.all()) for s in services]),
        (_("Who it is for"), [s.eligibility for s in services]),
        (_("Ages"), [age_in_words(s.minimum_age, s.maximum_age) for s in services]),
        (
            _("Languages"),
            [", ".join(language_in_words(row.code) for row in s.languages.all()) for s in services],
        ),
        (_("Fees"), [s.fees for s in services]),
        (_("Source"), [names([s.source]) for s in services]),
    ]
    return [
        {"what": what, "first": one, "second": two, "same": one == two}
        for what, (one, two) in rows
        if one or two
    ]


def _weights(run: OverlapRun) -> Table:
    rows = [
        {"name": weight_in_words(name), "first": DEFAULT_WEIGHTS.get(name), "now": weight}
        for name, weight in sorted(run.weights.items(), key=lambda item: -abs(item[1]))
    ]
    return Table(
        columns=[
            Column("name", _("Reason"), heading=True),
            Column("first", _("Weight at first"), "decimal"),
            Column("now", _("Weight now"), "decimal"),
        ],
        rows=rows,
        caption=_("How much each reason weighs"),
        dense=True,
    )
