"""The endpoints of HSDS 3.1: the directory for other programs, open to all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from maarag.domains.services.models import Service, ServiceAtLocation
from maarag.kernel.people.models import Organisation

from . import listing, own_fields, queries
from .answers import answer, lines, page, public
from .ids import codes_of, is_uuid
from .openapi import LISTS, PROFILE, VERSION, document
from .parameters import (
    MOST_PER_PAGE,
    MOST_WHOLE_PER_PAGE,
    PER_PAGE,
    Parameters,
    organisation_of,
    service_code,
    term_of,
)
from .writing import taxonomies
from .writing.organizations import organization_short
from .writing.services import at_location_short, service_minimal, service_short

Objects = Callable[[list[int]], list[Any]]


def _listed(
    request: HttpRequest,
    parameters: Parameters,
    keys: Sequence[Any],
    make: Objects,
    *,
    most: int = MOST_PER_PAGE,
) -> HttpResponseBase:
    """A page of the objects of these keys, or all of them one a line."""
    if parameters.ndjson():
        return lines(_all(keys, make))
    number = parameters.whole_number("page", 1, 10**9)
    per_page = parameters.whole_number("per_page", min(PER_PAGE, most), most)
    start = (number - 1) * per_page
    contents = make(list(keys[start : start + per_page]))
    return answer(request, page(contents, total=len(keys), number=number, per_page=per_page))


def _all(keys: Sequence[Any], make: Objects) -> Iterator[Any]:
    for batch in queries.in_batches(keys):
        yield from make(batch)


def _in_order(rows: Iterable[Any], keys: Sequence[int]) -> list[Any]:
    by_key = {row.pk: row for row in rows}
    return [by_key[key] for key in keys if key in by_key]


@public()
def about(request: HttpRequest) -> HttpResponseBase:
    """Which version of HSDS this is, and where it is described."""
    url = request.build_absolute_uri(reverse("hsds:openapi"))
    return answer(request, {"version": VERSION, "profile": PROFILE, "openapi_url": url})


@public()
def openapi(request: HttpRequest) -> HttpResponseBase:
    return answer(request, document(request.build_absolute_uri(reverse("hsds:about")).rstrip("/")))


def _whole_services(keys: list[int]) -> list[Any]:
    return queries.whole_objects(_in_order(queries.whole(Service.objects.filter(pk__in=keys)), keys))


@public("POST")
def services(request: HttpRequest) -> HttpResponseBase:
    """Services: their own fields, or everything about them, or only when they changed."""
    parameters = Parameters(request, LISTS["services"])
    keys = listing.services(parameters)
    if parameters.yes("full"):
        return _listed(request, parameters, keys, _whole_services, most=MOST_WHOLE_PER_PAGE)
    minimal = parameters.yes("minimal")

    def make(wanted: list[int]) -> list[Any]:
        rows = Service.objects.filter(pk__in=wanted)
        if minimal:
            return [service_minimal(row) for row in _in_order(rows.only("code", "modified_at"), wanted)]
        return [service_short(row) for row in _in_order(queries.short(rows), wanted)]

    if minimal and not parameters.text("per_page") and not parameters.ndjson():
        everything = make(keys)  # the standard asks for all of them in one page
        size = max(1, len(keys))
        number = parameters.whole_number("page", 1, 10**9)
        contents = everything if number == 1 else []
        return answer(request, page(contents, total=len(keys), number=number, per_page=size))
    return _listed(request, parameters, keys, make)


@public()
def service(request: HttpRequest, identifier: str) -> HttpResponseBase:
    Parameters(request, ())
    code = service_code(identifier)
    found = queries.whole(Service.objects.filter(code=code)).first() if code else None
    if found is None:
        raise Http404(_("There is no service with the id “%(id)s”.") % {"id": identifier})
    return answer(request, queries.whole_objects([found])[0])


@public("POST")
def organizations(request: HttpRequest) -> HttpResponseBase:
    """Organisations: their own fields, or everything about them with their services."""
    parameters = Parameters(request, LISTS["organizations"])
    keys = listing.organisations(parameters)
    full_service = parameters.yes("full_service")
    if parameters.yes("full") or full_service:

        def make(wanted: list[int]) -> list[Any]:
            rows = queries.whole_organisations(Organisation.objects.filter(pk__in=wanted))
            return queries.organisation_objects(_in_order(rows, wanted), full_service=full_service)

        return _listed(request, parameters, keys, make, most=MOST_WHOLE_PER_PAGE)
    return _listed(
        request,
        parameters,
        keys,
        lambda wanted: [
            organization_short(row)
            for row in _in_order(Organisation.objects.select_related("parent").filter(pk__in=wanted), wanted)
        ],
    )


@public()
def organization(request: HttpRequest, identifier: str) -> HttpResponseBase:
    parameters = Parameters(request, ("full_service",))
    full_service = parameters.yes("full_service")
    if (row := organisation_of(identifier)) is None:
        raise Http404(_("There is no organisation with the id “%(id)s”.") % {"id": identifier})
    found = list(queries.whole_organisations(Organisation.objects.filter(pk=row.pk)))
    return answer(request, queries.organisation_objects(found, full_service=full_service)[0])


@public("POST")
def service_at_locations(request: HttpRequest) -> HttpResponseBase:
    """Services at their locations."""
    parameters = Parameters(request, LISTS["service_at_locations"])
    keys = listing.at_locations(parameters)
    whole = parameters.yes("full")

    def make(wanted: list[int]) -> list[Any]:
        rows = _in_order(queries.at_locations().filter(pk__in=wanted), wanted)
        return queries.at_location_objects(rows) if whole else [at_location_short(row) for row in rows]

    return _listed(request, parameters, keys, make, most=MOST_WHOLE_PER_PAGE if whole else MOST_PER_PAGE)


@public()
def service_at_location(request: HttpRequest, identifier: str) -> HttpResponseBase:
    Parameters(request, ())
    codes = codes_of("service_at_location", identifier) if is_uuid(identifier) else None
    rows: list[ServiceAtLocation] = []
    if codes:
        rows = list(queries.at_locations().filter(service__code=codes[0], location__code=codes[1]))
    if not rows:
        raise Http404(_("There is no service at a location with the id “%(id)s”.") % {"id": identifier})
    return answer(request, queries.at_location_objects(rows)[0])


def _with_words(items: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    words = text.casefold().split()
    fields = ("name", "description", "code")
    return [
        item
        for item in items
        if all(any(word in str(item.get(field, "")).casefold() for field in fields) for word in words)
    ]


def _chosen(items: list[Any]) -> Objects:
    return lambda wanted: [items[key] for key in wanted]


@public("POST")
def taxonomies_list(request: HttpRequest) -> HttpResponseBase:
    parameters = Parameters(request, LISTS["taxonomies"])
    items = _with_words(taxonomies.taxonomies(), parameters.text("search"))
    return _listed(request, parameters, range(len(items)), _chosen(items))


@public()
def taxonomy(request: HttpRequest, identifier: str) -> HttpResponseBase:
    Parameters(request, ())
    for found in taxonomies.taxonomies():
        if found["id"] == identifier.lower():
            return answer(request, found)
    raise Http404(_("There is no taxonomy with the id “%(id)s”.") % {"id": identifier})


@public("POST")
def taxonomy_terms(request: HttpRequest) -> HttpResponseBase:
    """Terms, of one taxonomy if asked, those without a parent or those below one."""
    parameters = Parameters(request, LISTS["taxonomy_terms"])
    items = _with_words(taxonomies.terms(), parameters.text("search"))
    if chosen := parameters.vocabulary(or_own=True):
        mine = own_fields.TAXONOMY_ID if chosen == own_fields.TAXONOMY else taxonomies.taxonomy_id(chosen)
        items = [item for item in items if item["taxonomy_id"] == mine]
    if parameters.yes("top_only"):
        items = [item for item in items if "parent_id" not in item]
    if parent := parameters.text("parent_id"):
        term = term_of(parent)
        above = taxonomies.term_id(term) if term else parent
        items = [item for item in items if item.get("parent_id") == above]
    return _listed(request, parameters, range(len(items)), _chosen(items))


@public()
def taxonomy_term(request: HttpRequest, identifier: str) -> HttpResponseBase:
    Parameters(request, ())
    if found := term_of(identifier):
        return answer(request, taxonomies.term_object(found))
    for field in own_fields.FIELDS:
        if own_fields.term(field)["id"] == identifier.lower():
            return answer(request, own_fields.term(field))
    raise Http404(_("There is no taxonomy term with the id “%(id)s”.") % {"id": identifier})


@public("POST")
def nothing(request: HttpRequest, address: str) -> HttpResponseBase:
    """Any other address below the standard's: refused in its own form."""
    raise Http404(_("There is nothing at this address."))
