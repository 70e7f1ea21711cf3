"""One OpenAPI document, assembled from the domains."""

from __future__ import annotations

from ninja import NinjaAPI
from ninja.security import SessionAuth

from maarag import __version__
from maarag.desks.picture.api import router as picture
from maarag.domains.services.api import router as services

api = NinjaAPI(
    title="Maarag",
    version=__version__,
    description=(
        "Needs, responses, gaps and duplicates of social services. Reading public facts needs no account; "
        "everything else is as the signed-in account may."
    ),
    auth=SessionAuth(),
    urls_namespace="api",
)
api.add_router("/picture", picture)
api.add_router("/services", services)
