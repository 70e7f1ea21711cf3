"""How the endpoints answer: public JSON for every origin, with an entity tag; pages; one object a line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from .parameters import Refused

View = Callable[..., HttpResponseBase]


def as_json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def answer(request: HttpRequest, data: Any, status: int = 200) -> HttpResponse:
    """JSON with a tag of its content; nothing but the tag where the asker has the same already."""
    body = as_json(data)
    response = HttpResponse(body, content_type="application/json; charset=utf-8", status=status)
    if status != 200:
        return response
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response["ETag"] = tag
    if request.method in ("GET", "HEAD"):
        found = get_conditional_response(request, etag=tag, response=response)
        return found if isinstance(found, HttpResponse) else response
    return response


def lines(items: Iterable[Any]) -> StreamingHttpResponse:
    """One object a line, sent as it is made."""

    def sent() -> Iterator[bytes]:
        for item in items:
            yield as_json(item) + b"\n"

    return StreamingHttpResponse(sent(), content_type="application/x-ndjson; charset=utf-8")


def page(contents: list[Any], *, total: int, number: int, per_page: int) -> dict[str, Any]:
    """The page of HSDS. Beyond the last page there is an empty one."""
    pages = -(-total // per_page)
    return {
        "total_items": total,
        "total_pages": pages,
        "page_number": number,
        "size": len(contents),
        "first_page": number == 1,
        "last_page": number >= pages,
        "empty": not contents,
        "contents": contents,
    }


def public(*methods: str) -> Callable[[View], View]:
    """An endpoint that anybody may read from anywhere; refusals and what is not found are told in JSON."""
    allowed = ("GET", "HEAD", *methods, "OPTIONS")

    def wrap(view: View) -> View:
        @csrf_exempt  # POST only reads, as the standard has it
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            response: HttpResponseBase
            if request.method == "OPTIONS":
                response = HttpResponse(status=204)
                response["Access-Control-Max-Age"] = "86400"
            elif request.method not in allowed:
                response = answer(request, {"error": _("This address can only be read.")}, 405)
            else:
                try:
                    response = view(request, *args, **kwargs)
                except Refused as refused:
                    response = answer(request, {"error": str(refused), "parameter": refused.name}, 400)
                except Http404 as missing:
                    response = answer(request, {"error": str(missing)}, 404)
            response["Allow"] = ", ".join(allowed)
            response["Access-Control-Allow-Origin"] = "*"
            response["Access-Control-Allow-Methods"] = ", ".join(allowed)
            response["Access-Control-Allow-Headers"] = "Accept, Content-Type, If-None-Match"
            response["Access-Control-Expose-Headers"] = "ETag"
            return response

        return guarded

    return wrap
