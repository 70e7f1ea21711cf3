"""What the endpoints take, and a document of them for other programs."""

from __future__ import annotations

from typing import Any

VERSION = "3.1"
PROFILE = "https://docs.openreferral.org/en/3.1/hsds/"
SCHEMAS = "https://raw.githubusercontent.com/openreferral/specification/3.1/schema/"
_PAGED = ("search", "page", "per_page", "format")
_PLACED = ("postcode", "proximity", "latitude", "longitude")
_CLASSED = ("taxonomy_term_id", "taxonomy_id")
LISTS: dict[str, tuple[str, ...]] = {
    "services": (*_PAGED, *_CLASSED, "organization_id", "modified_after", "minimal", "full", *_PLACED),
    "organizations": (*_PAGED, *_CLASSED, "full", "full_service"),
    "service_at_locations": (*_PAGED, *_CLASSED, "organization_id", "modified_after", "full", *_PLACED),
    "taxonomies": _PAGED,
    "taxonomy_terms": (*_PAGED, "taxonomy_id", "top_only", "parent_id"),
}
_SCHEMAS = {
    "services": ("compiled/service_list.json", "compiled/service.json"),
    "organizations": ("compiled/organization_list.json", "compiled/organization.json"),
    "service_at_locations": (
        "compiled/service_at_location_list.json",
        "compiled/service_at_location.json",
    ),
    "taxonomies": ("taxonomy.json", "taxonomy.json"),
    "taxonomy_terms": ("taxonomy_term.json", "taxonomy_term.json"),
}
_KINDS = {
    "page": "integer",
    "per_page": "integer",
    "minimal": "boolean",
    "full": "boolean",
    "full_service": "boolean",
    "top_only": "boolean",
    "proximity": "number",
    "latitude": "number",
    "longitude": "number",
}
_WORDS = {
    "search": "Words to find, in Hebrew, Arabic or English; the best come first.",
    "page": "Number of the page, from 1.",
    "per_page": "How many to a page: at most 1000, of whole objects 200.",
    "format": "json, or ndjson: everything, one object a line.",
    "taxonomy_term_id": "UUID or code of a term; a term stands for those below it.",
    "taxonomy_id": "UUID of a taxonomy.",
    "organization_id": "UUID or code of an organization.",
    "modified_after": "Only what was modified at this date and time or after it.",
    "minimal": "Only ids and dates of modification, all on one page.",
    "full": "Whole objects.",
    "full_service": "With whole services.",
    "postcode": "Not supported: there is no open list of postcodes. Answered with 400.",
    "proximity": "Metres from the point of latitude and longitude.",
    "latitude": "An addition to HSDS: degrees (WGS 84).",
    "longitude": "An addition to HSDS: degrees (WGS 84).",
    "top_only": "Only terms without a parent.",
    "parent_id": "UUID or code of the parent.",
}
_SUMMARIES = {
    "about": "The version of HSDS",
    **{
        f"{method}_{name}": f"HSDS: {name.replace('_', ' ')}"
        for name in LISTS
        for method in ("get", "post", "get_one_of")
    },
}
_PAGE = {
    "total_items": "integer",
    "total_pages": "integer",
    "page_number": "integer",
    "size": "integer",
    "first_page": "boolean",
    "last_page": "boolean",
    "empty": "boolean",
}


def _parameter(name: str) -> dict[str, Any]:
    kind = {"type": _KINDS.get(name, "string")}
    return {"name": name, "in": "query", "required": False, "description": _WORDS[name], "schema": kind}


_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string"}, "parameter": {"type": "string"}},
}


def _refusal(words: str) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": _ERROR}}}


def _answers(schema: dict[str, Any], *, missing: bool = False, lines: bool = False) -> dict[str, Any]:
    content: dict[str, Any] = {"application/json": {"schema": schema}}
    if lines:
        content["application/x-ndjson"] = {"schema": {"type": "string"}}
    found: dict[str, Any] = {
        "200": {"description": "Found.", "content": content},
        "400": _refusal("A parameter that cannot be understood, in words."),
    }
    return found | ({"404": _refusal("Not found.")} if missing else {})


def operations(prefix: str = "", *, by_reference: bool = False) -> dict[str, Any]:
    """The paths of the endpoints below a prefix.

    `by_reference`: the objects are described by the published schemas of HSDS; otherwise only as far as every
    object of the standard goes, so that the document stands alone.
    """
    about = {name: {"type": "string"} for name in ("version", "profile", "openapi_url")}
    paths: dict[str, Any] = {
        f"{prefix}/": {
            "get": _operation("about", [], _answers({"type": "object", "properties": about})),
        }
    }
    for name, taken in LISTS.items():
        listed, one = (_object(f"{SCHEMAS}{schema}", by_reference) for schema in _SCHEMAS[name])
        contents = {"contents": {"type": "array", "items": listed}}
        page = {
            "type": "object",
            "required": [*_PAGE, "contents"],
            "properties": {n: {"type": k} for n, k in _PAGE.items()} | contents,
        }
        parameters = [_parameter(each) for each in taken]
        paths[f"{prefix}/{name}"] = {
            method: _operation(f"{method}_{name}", parameters, _answers(page, lines=True))
            for method in ("get", "post")
        }
        identifier = {
            "name": "id",
            "in": "path",
            "required": True,
            "schema": {"type": "string", "minLength": 1, "maxLength": 200},
        }
        extra = [_parameter("full_service")] if name == "organizations" else []
        paths[f"{prefix}/{name}/{{id}}"] = {
            "get": _operation(f"get_one_of_{name}", [identifier, *extra], _answers(one, missing=True))
        }
    return paths


def _object(schema: str, by_reference: bool) -> dict[str, Any]:
    if by_reference:
        return {"$ref": schema}
    return {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "string"}},
        "externalDocs": {"url": schema},
    }


def _operation(name: str, parameters: list[Any], responses: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": f"hsds_{name}",
        "tags": ["hsds"],
        "summary": _SUMMARIES[name],
        "parameters": parameters,
        "responses": responses,
    }


def document(server: str) -> dict[str, Any]:
    """The OpenAPI document of the endpoints at `server`."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Maarag: directory of social services (HSDS 3.1)",
            "version": VERSION,
            "license": {"name": "As each source of the directory says"},
        },
        "servers": [{"url": server}],
        "paths": operations(by_reference=True),
    }
