"""An API that does not keep its word: the tests of the operations must find each fault in it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from ninja import Router, Schema
from ninja.errors import HttpError

from maarag.api.document import Api
from maarag.kernel.places.models import Containment

router = Router(tags=["wrong"], auth=None)


class Told(Schema):
    number: int


@router.get("/right", response=Told)
def right(request: HttpRequest) -> dict[str, Any]:
    return {"number": 1}


@router.get("/status", response=Told)
def another_status(request: HttpRequest) -> dict[str, Any]:
    raise HttpError(418, "not in the document")


@router.get("/kind", response=Told)
def another_kind(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<p>1</p>", content_type="text/html")


@router.get("/form", response=Told)
def another_form(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"number": "one"})


@router.get("/error", response=Told)
def error(request: HttpRequest) -> dict[str, Any]:
    return {"number": 1 // 0}


@router.get("/key", response=Told)
def key_to_nothing(request: HttpRequest) -> dict[str, Any]:
    Containment.objects.create(ancestor_id=10**9, descendant_id=10**9, depth=1)
    return {"number": 1}


@router.get("/after", response=Told)
def fails_after_the_commit(request: HttpRequest) -> dict[str, Any]:
    transaction.on_commit(lambda: 1 // 0)
    return {"number": 1}


class WrongApi(Api):
    """Without the operations of the standard, which are served elsewhere."""

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        document = super().get_openapi_schema(**kwargs)
        document["paths"] = {at: item for at, item in document["paths"].items() if "/wrong/" in at}
        return document


api = WrongApi(title="Wrong", urls_namespace="wrong")
api.add_router("/wrong", router)
urlpatterns = [path("api/", api.urls)]
