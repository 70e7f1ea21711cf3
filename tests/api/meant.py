"""What operations are meant for: each line of the table of addresses as a case, with whoever may send it.

Chance alone never finds a place, an account and a day that belong together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote

from django.core.files.base import ContentFile
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse

from maarag.kernel.access.permissions import ROLE_PERMISSIONS, Role
from tests.access.conftest import Estate
from tests.access.rules import Guarded, Rule, SignedIn, SignIn
from tests.access.table import TABLE

from .further import further
from .meaning import Meant

_FOR_ALL = {
    "PUT /api/drafts/": {"key": "families:open", "writer": "tests-of-the-api", "fields": []},
    **{
        f"POST /hsds/{name}": {}
        for name in ("services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms")
    },
}
"""What anybody may send where the table of addresses sends nothing."""
_BY_JSON_OR_FORM = {"json": "POST", "post": "POST"}


def meant(estate: Estate, operations: list[Any]) -> dict[str, Meant]:
    """What is meant by each operation's label; rows are made once, for all of them."""
    found = {label: Meant({}, {}, body, tuple(Role)) for label, body in _FOR_ALL.items()}
    for url, query, rule in list(_addresses(estate)):
        method = getattr(rule, "method", "get")
        operation, parameters = _at(operations, _BY_JSON_OR_FORM.get(method, method.upper()), url)
        if operation is not None and operation.label not in _FOR_ALL:
            body = _body(estate, rule)
            found[operation.label] = Meant(parameters, query, body, _roles(rule))
    return found | further(estate, found)


def _addresses(estate: Estate) -> Iterator[tuple[str, dict[str, str], Rule]]:
    lines = {name: rule for name, rule in sorted(TABLE.items()) if name.startswith(("api:", "hsds:"))}
    makers = {rule.arguments for rule in lines.values()}
    made = {maker: maker(estate) for maker in sorted(makers, key=lambda maker: maker.__qualname__)}
    for name, rule in lines.items():
        query = dict(parse_qsl(getattr(rule, "query", "").removeprefix("?")))
        yield reverse(name.partition(" ")[0], kwargs=made[rule.arguments]), query, rule


def _at(operations: list[Any], method: str, url: str) -> tuple[Any, dict[str, str]]:
    """The operation at an address, the one whose own words are in it before one with a parameter there."""
    for operation in sorted(operations, key=lambda operation: operation.path.count("{")):
        shape = re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", operation.path)
        match = re.fullmatch(shape, url)
        if match and operation.method.upper() == method:
            return operation, {name: unquote(value) for name, value in match.groupdict().items()}
    return None, {}


def _body(estate: Estate, rule: Rule) -> Any:
    if not isinstance(rule, (Guarded, SignedIn)):
        return {}
    data = rule.data(estate)
    files = {name: value.read() for name, value in data.items() if isinstance(value, ContentFile)}
    rest = {name: value for name, value in data.items() if name not in files}
    return {**json.loads(json.dumps(rest, cls=DjangoJSONEncoder)), **files}


def _roles(rule: Rule) -> tuple[Role, ...]:
    if not isinstance(rule, Guarded):
        return () if isinstance(rule, SignIn) else tuple(Role)
    if rule.of_its_owner:
        return (rule.owner,)
    return tuple(role for role in Role if rule.permission in ROLE_PERMISSIONS[role])
