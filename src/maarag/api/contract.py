"""What holds for every operation alike, added to the document in one place: refusals, keys, links, limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .idempotency import HEADER
from .problems import PREFIX

WRITING = ("post", "put", "patch", "delete")
METHODS = ("get", *WRITING)
_PROBLEM = {"$ref": "#/components/schemas/Problem"}
PROBLEM = {
    "title": "Problem",
    "description": "Why a request was refused: words for people, or the list of what is wrong in it.",
    "type": "object",
    "required": ["detail"],
    "properties": {
        "detail": {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["type", "loc", "msg"],
                        "properties": {
                            "type": {"type": "string"},
                            "loc": {"type": "array", "items": {"type": ["string", "integer"]}},
                            "msg": {"type": "string"},
                        },
                    },
                },
            ]
        }
    },
}
_REFUSALS = {
    "400": "The address or the body cannot be understood at all.",
    "401": "Nobody is signed in, or the token is not valid.",
    "403": "The account, or its token, may not do this.",
    "404": "There is no such thing, or none that the account may see.",
    "409": "It was changed, done, begun or merged meanwhile, or is not done yet; read it again.",
    "413": "What was sent is too large.",
    "422": "A value is wrong, missing or out of range; or a key was sent with another request.",
    "429": "Too many requests; wait as many seconds as Retry-After says.",
}
_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": (
        "A key of the sender's own, such as a UUID for each write. Sent again within a week, the write is "
        "not done again and gets the same answer (with Idempotent-Replayed: true)."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]{1,128}$"},
}
_LINKED = ("id", "code")
"""Fields of an answer by which an item is found again."""

Document = dict[str, Any]


def operations(document: Document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, method, operation) of each."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def complete(document: Document) -> Document:
    """The document with what holds for all of its operations."""
    document["components"]["schemas"]["Problem"] = PROBLEM
    for path, method, operation in operations(document):
        if not path.startswith(PREFIX):
            continue  # a standard has refusals of its own
        _add_refusals(path, method, operation)
        if method in WRITING:
            operation["parameters"] = [*operation.get("parameters", []), _KEY]
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path":
                _bound(parameter["schema"])
    _add_links(document)
    return document


def _add_refusals(path: str, method: str, operation: dict[str, Any]) -> None:
    wanted = ["400", "422", "429", "401"]  # a wrong token is refused everywhere
    if operation.get("security"):
        wanted += ["403", "404", *(["409"] if "{" in path else [])]
    if "{" in path:
        wanted.append("404")
    if method in WRITING:
        wanted += ["404", "409", "413"]
    responses = {str(status): answer for status, answer in operation["responses"].items()}
    for status in dict.fromkeys(wanted):
        refusal: dict[str, Any] = {
            "description": _REFUSALS[status],
            "content": {"application/json": {"schema": _PROBLEM}},
        }
        if status == "429":
            refusal["headers"] = {"Retry-After": {"required": True, "schema": {"type": "string"}}}
        responses[status] = refusal
    operation["responses"] = dict(sorted(responses.items()))


def _bound(schema: dict[str, Any]) -> None:
    """A text in an address is never empty, and an address ends where a slash stands."""
    if schema.get("type") == "string" and "format" not in schema and "enum" not in schema:
        schema.setdefault("minLength", 1)


def _add_links(document: Document) -> None:
    """From what makes or shows an item to what can be done with it, where one field finds it again."""
    paths = document["paths"]
    for path, method, operation in operations(document):
        for status in ("200", "201"):
            answer = operation["responses"].get(status, {})
            fields = _fields(document, answer)
            links = {}
            for below, name in _items_below(paths, path, method):
                pointer = _pointer(document, fields, name)
                if pointer is None:
                    continue
                for verb in METHODS:
                    if verb in paths[below]:
                        target = paths[below][verb]["operationId"]
                        links[target] = {"operationId": target, "parameters": {name: pointer}}
            if links:
                answer["links"] = links


def _items_below(paths: dict[str, Any], path: str, method: str) -> Iterator[tuple[str, str]]:
    """(path of an item, its one parameter) below a list, or of the item itself."""
    base = path.rstrip("/") + "/"
    for other in paths:
        names = re.findall(r"{(\w+)}", other)
        inside = other.startswith(base) and other[len(base) :].startswith("{")
        itself = other == path and path.endswith("}") and method != "delete"
        if len(names) == 1 and (inside or itself):
            yield other, names[0]


def _fields(document: Document, answer: dict[str, Any]) -> dict[str, Any]:
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return dict(_resolved(document, schema).get("properties", {}))


def _resolved(document: Document, schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _pointer(document: Document, fields: dict[str, Any], name: str) -> str | None:
    """Where the answer has what finds the item: its own field, or that of the first item of a list."""
    wanted = (name, *_LINKED) if name in ("pk", "id", "code", "identifier") else (name,)
    for field in wanted:
        if field in fields:
            return f"$response.body#/{field}"
    for listed, schema in fields.items():
        inner = _resolved(document, _resolved(document, schema).get("items", {})).get("properties", {})
        for field in wanted:
            if field in inner and listed in ("items", "contents", "services", "rows"):
                return f"$response.body#/{listed}/0/{field}"
    return None
