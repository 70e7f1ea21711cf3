"""The OpenAPI document as people read it: operations by subject, what each takes and answers, an example."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .contract import Document, operations

_DEEPEST = 4
_BODIES = ("post", "put", "patch")
SUBJECTS = {
    "picture": gettext_lazy("The picture"),
    "services": gettext_lazy("Services"),
    "needs": gettext_lazy("Needs"),
    "families": gettext_lazy("Families"),
    "casework": gettext_lazy("Casework"),
    "baskets": gettext_lazy("Baskets of responses"),
    "missions": gettext_lazy("Missions"),
    "places": gettext_lazy("Places"),
    "taxonomy": gettext_lazy("Taxonomy"),
    "imports": gettext_lazy("Loading data"),
    "access": gettext_lazy("Access"),
    "audit": gettext_lazy("Audit"),
    "retention": gettext_lazy("Retention"),
    "ledger": gettext_lazy("Ledger"),
    "rubrics": gettext_lazy("Rubrics"),
    "drafts": gettext_lazy("Drafts"),
    "jobs": gettext_lazy("Jobs"),
    "hsds": gettext_lazy("Directory in the HSDS standard"),
}


def described(document: Document, address: str) -> dict[str, Any]:
    """What the page shows; `address` is that of the site, for the examples."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, method, operation in operations(document):
        tag = operation.get("tags", ["other"])[0]
        groups.setdefault(tag, []).append(_operation(document, address, path, method, operation))
    return {
        "version": document["info"]["version"],
        "groups": [
            {"id": f"of-{tag}", "title": SUBJECTS.get(tag, tag), "operations": group}
            for tag, group in groups.items()
        ],
        "count": sum(len(group) for group in groups.values()),
    }


def _operation(
    document: Document, address: str, path: str, method: str, operation: dict[str, Any]
) -> dict[str, Any]:
    parameters = operation.get("parameters", [])
    body = _body(document, operation) if method in _BODIES else None
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "is_open": not operation.get("security"),
        "parameters": [_parameter(document, one) for one in parameters],
        "body": json.dumps(body[1], ensure_ascii=False, indent=2) if body else "",
        "answers": [
            (status, answer["description"], ", ".join(answer.get("content", {})))
            for status, answer in operation["responses"].items()
        ],
        "curl": _curl(address, path, method, operation, body),
    }


def _parameter(document: Document, parameter: dict[str, Any]) -> dict[str, Any]:
    schema = _resolved(document, parameter["schema"])
    where = {"path": _("in the address"), "query": _("in the query"), "header": _("in the header")}
    return {
        "name": parameter["name"],
        "where": where.get(parameter["in"], parameter["in"]),
        "required": parameter.get("required", False),
        "kind": _kind(document, schema),
        "description": parameter.get("description", ""),
    }


def _kind(document: Document, schema: dict[str, Any]) -> str:
    """The type of a value with its bounds, in the notation of JSON Schema."""
    schema = _resolved(document, schema)
    if options := schema.get("anyOf"):
        return " | ".join(_kind(document, one) for one in options if one.get("type") != "null")
    words = schema.get("format") or schema.get("type") or "object"
    if schema.get("enum"):
        words = " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        words = f"array of {_kind(document, schema.get('items', {}))}"
    low = schema.get("minimum", schema.get("minLength"))
    high = schema.get("maximum", schema.get("maxLength"))
    if low is not None or high is not None:
        words += f" ({'' if low is None else low}…{'' if high is None else high})"
    return str(words)


def _body(document: Document, operation: dict[str, Any]) -> tuple[str, Any] | None:
    """(media type, an example) of what is sent."""
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        return media_type, _sample(document, content["schema"], 0)
    return None


def _sample(document: Document, schema: dict[str, Any], depth: int) -> Any:
    schema = _resolved(document, schema)
    for name in ("example", "default", "const"):
        if schema.get(name) is not None:
            return schema[name]
    if schema.get("enum"):
        return schema["enum"][0]
    if options := [one for one in schema.get("anyOf", []) if one.get("type") != "null"]:
        return _sample(document, options[0], depth)
    if "properties" in schema and depth < _DEEPEST:
        return {name: _sample(document, one, depth + 1) for name, one in schema["properties"].items()}
    if schema.get("type") == "array":
        return [_sample(document, schema.get("items", {}), depth + 1)] if depth < _DEEPEST else []
    return {
        "date": "2026-06-01",
        "date-time": "2026-06-01T09:00:00Z",
        "uuid": "00000000-0000-4000-8000-000000000000",
        "email": "name@example.org",
        "binary": "@file.xlsx",
        "integer": schema.get("minimum", 1),
        "number": schema.get("minimum", 1.5),
        "boolean": True,
        "string": "…",
        "object": {},
    }.get(str(schema.get("format") or schema.get("type") or "object"), "…")


def _curl(
    address: str, path: str, method: str, operation: dict[str, Any], body: tuple[str, Any] | None
) -> str:
    query = [
        f"{one['name']}=…"
        for one in operation.get("parameters", [])
        if one["in"] == "query" and one.get("required")
    ]
    lines = [f"curl '{address}{path}{'?' + '&'.join(query) if query else ''}'"]
    if method != "get":
        lines.append(f"-X {method.upper()}")
    if operation.get("security"):
        lines.append('-H "Authorization: Bearer $MAARAG_TOKEN"')
        if method != "get":
            lines.append('-H "Idempotency-Key: $(uuidgen)"')
    if body and body[0] == "application/json":
        lines.append("-H 'Content-Type: application/json'")
        lines.append(f"-d '{json.dumps(body[1], ensure_ascii=False)}'")
    elif body:
        lines += [f"-F '{name}={value}'" for name, value in body[1].items()]
    return " \\\n  ".join(lines)


def _resolved(document: Document, schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema
