"""Every address of the site; each room of the house keeps its own below its own prefix."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("maarag.desks.home.urls")),
    path("accounts/", include("maarag.kernel.access.sign_in_urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("picture/", include("maarag.desks.picture.urls")),
    path("services/", include("maarag.domains.services.urls")),
    path("needs/", include("maarag.domains.needs.urls")),
    path("families/", include("maarag.domains.families.urls")),
    path("casework/", include("maarag.domains.casework.urls")),
    path("referrals/", include("maarag.domains.referrals.urls")),
    path("funding/", include("maarag.domains.funding.urls")),
    path("programmes/", include("maarag.domains.programmes.urls")),
    path("guidance/", include("maarag.domains.guidance.urls")),
    path("array/", include("maarag.desks.array.urls")),
    path("morning/", include("maarag.desks.morning.urls")),
    path("baskets/", include("maarag.domains.baskets.urls")),
    path("placements/", include("maarag.domains.placements.urls")),
    path("missions/", include("maarag.domains.missions.urls")),
    path("imports/", include("maarag.kernel.imports.urls")),
    path("access/", include("maarag.kernel.access.urls")),
    path("audit/", include("maarag.kernel.audit.urls")),
    path("jobs/", include("maarag.desks.jobs.urls")),
    path("retention/", include("maarag.kernel.retention.urls")),
    path("ledger/", include("maarag.kernel.ledger.urls")),
    path("rubrics/", include("maarag.kernel.rubrics.urls")),
    path("sources/", include("maarag.kernel.sources.urls")),
    path("gallery/", include("maarag.ui.urls")),
    path("hsds/", include("maarag.standards.hsds.urls")),
    path("api/", include("maarag.api.urls")),
    path("", include("maarag.desks.health.urls")),
]

handler400 = "maarag.ui.views.bad_request"
handler403 = "maarag.ui.views.forbidden"
handler404 = "maarag.ui.views.not_found"
handler500 = "maarag.ui.views.server_error"
