"""One OpenAPI document, assembled from the domains."""

from __future__ import annotations

from typing import Any

from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.security import HttpBearer, SessionAuth

from maarag import __version__
from maarag.desks.array.api import router as array
from maarag.desks.jobs.api import router as jobs
from maarag.desks.morning.api import router as morning
from maarag.desks.picture.api import router as picture
from maarag.domains.baskets.api import router as baskets
from maarag.domains.casework.api import router as casework
from maarag.domains.families.api import router as families
from maarag.domains.families.api.reading import router as reading
from maarag.domains.funding.api import router as funding
from maarag.domains.guidance.api import router as guidance
from maarag.domains.missions.api import router as missions
from maarag.domains.needs.api import router as needs
from maarag.domains.placements.api import router as placements
from maarag.domains.programmes.api import router as programmes
from maarag.domains.referrals.api import router as referrals
from maarag.domains.services.api import router as services
from maarag.kernel.access.api import router as access
from maarag.kernel.audit.api import router as audit
from maarag.kernel.drafts.api import router as drafts
from maarag.kernel.imports.api import router as imports
from maarag.kernel.ledger.api import router as ledger
from maarag.kernel.places.api import router as places
from maarag.kernel.retention.api import router as retention
from maarag.kernel.rubrics.api import router as rubrics
from maarag.kernel.taxonomy.api import router as taxonomy
from maarag.standards.hsds.openapi import operations as hsds_operations

from .contract import complete
from .problems import in_words


class Token(HttpBearer):
    """A token of an account, as the middleware found it."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return request.user if getattr(request, "api_token", None) is not None else None


class Api(NinjaAPI):
    """The API with what holds for all of its operations said in its document."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._documents: dict[str, OpenAPISchema] = {}

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """Made once a process, for it takes a second or so; whoever gets it only reads."""
        asked = repr(sorted(kwargs.items()))
        if asked not in self._documents:
            document = super().get_openapi_schema(**kwargs)
            document["paths"] |= hsds_operations("/hsds")
            complete(document)
            self._documents[asked] = document
        return self._documents[asked]


api = Api(
    title="Maarag",
    version=__version__,
    description=(
        "Needs, responses, gaps and duplicates of social services. Reading public facts needs no account; "
        "everything else is as the signed-in account may: with a token of the account, or with its session "
        "and CSRF token."
    ),
    auth=[Token(), SessionAuth()],
    docs_url=None,  # a page of our own
    urls_namespace="api",
)
api.add_router("/picture", picture)
api.add_router("/services", services)
api.add_router("/needs", needs)
api.add_router("/families", families)
api.add_router("/families", reading)
api.add_router("/casework", casework)
api.add_router("/funding", funding)
api.add_router("/programmes", programmes)
api.add_router("/guidance", guidance)
api.add_router("/array", array)
api.add_router("/referrals", referrals)
api.add_router("/baskets", baskets)
api.add_router("/placements", placements)
api.add_router("/morning", morning)
api.add_router("/missions", missions)
api.add_router("/places", places)
api.add_router("/taxonomy", taxonomy)
api.add_router("/imports", imports)
api.add_router("/access", access)
api.add_router("/audit", audit)
api.add_router("/jobs", jobs)
api.add_router("/retention", retention)
api.add_router("/ledger", ledger)
api.add_router("/rubrics", rubrics)
api.add_router("/drafts", drafts)


@api.exception_handler(DataError)
def refuse_what_cannot_be_kept(request: HttpRequest, error: DataError) -> HttpResponse:
    """Text that PostgreSQL cannot hold (a NUL character), or a number beyond its range."""
    return api.create_response(request, {"detail": _("A value is out of range or not text.")}, status=422)


@api.exception_handler(Http404)
def nothing_there(request: HttpRequest, error: Http404) -> HttpResponse:
    """Words of ours, and never the name of a model."""
    return api.create_response(request, {"detail": in_words(404)}, status=404)
