"""Every address of the site with every role: in the own authority, in its sister, and signed out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import ROLE_PERMISSIONS, Role

from .conftest import Estate
from .table import TABLE, Guarded, Public, SignedIn, SignIn

BACKEND = "django.contrib.auth.backends.ModelBackend"


def names(resolver: Any = None, prefix: str = "") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield prefix + (pattern.name or str(pattern.pattern))
        elif isinstance(pattern, URLResolver):
            yield from names(pattern, prefix + (f"{pattern.namespace}:" if pattern.namespace else ""))


def test_every_address_has_its_line():
    assert set(names()) == {line.partition(" ")[0] for line in TABLE}


GROUPS = [list(Role)[first::5] for first in range(5)]
"""Roles that are tried in one estate, for making it takes long."""
OPENED, REFUSED, OPEN_TO_ALL = 3, 10, 7
"""Of the roles that an address opens to, and of those it refuses, one in so many tries it each time, and at
least one; at the next address others. Fewer still where it asks for no permission. All of them do with the
long proofs. Which role holds which permission is tried in full in tests/kernel/access/test_grants.py.
"""


def addresses(estate: Estate) -> dict[str, str]:
    """Each line of the table with an address that has something to show; its rows are made once."""
    makers = {rule.arguments for rule in TABLE.values()}
    made = {maker: maker(estate) for maker in sorted(makers, key=lambda maker: maker.__qualname__)}
    return {
        name: reverse(name.partition(" ")[0], kwargs=made[rule.arguments]) + getattr(rule, "query", "")
        for name, rule in sorted(TABLE.items())
    }


def ask(url: str, rule: Any, estate: Estate, cookies: str) -> int:
    client = Client(raise_request_exception=True)
    client.cookies.load(cookies)
    method = getattr(rule, "method", "get")
    data = rule.data(estate) if isinstance(rule, (Guarded, SignedIn)) else {}
    if method == "get":
        return client.get(url).status_code
    if method == "post":
        return client.post(url, data).status_code
    send = client.post if method == "json" else getattr(client, method)
    return send(url, data or None, content_type="application/json").status_code


def wrong_answers(
    estate: Estate, urls: Mapping[str, str], who: str, account: Account | None, wanted: Any
) -> dict[str, Any]:
    """The addresses that answer otherwise than wanted; each is asked for on untouched rows.

    The account signs in once: what a request does to its session is undone with the rest.
    """
    wrong = {}
    client = Client()
    if account:
        client.force_login(account, backend=BACKEND)
        client.get(reverse("sources:index"))  # the clock of the session starts with a write
    cookies = client.cookies.output(attrs=[], header="", sep=";")
    for name, url in urls.items():
        rule = TABLE[name]
        with transaction.atomic():
            status = ask(url, rule, estate, cookies)
            transaction.set_rollback(True)
        right = wanted(rule, name.startswith("api:"))
        if status not in right:
            wrong[f"{who}: {name}"] = f"{status} instead of {right}"
    return wrong


def tried(estate: Estate, roles: list[Role], *, everything: bool) -> dict[str, Any]:
    """The wrong answers to each of the roles, in the own authority and in the sister authority."""
    urls, wrong = addresses(estate), {}
    # what is open to everybody, or names no row, answers the sister's account as the own one
    of_rows = {name: url for name, url in urls.items() if getattr(TABLE[name], "of_a_row", False)}
    for role in roles:
        for where, account, asked in (
            ("own", estate.own[role], urls),
            ("sister", estate.sister[role], of_rows),
        ):
            mine = {
                name: url
                for number, (name, url) in enumerate(asked.items(), where == "sister")
                if everything or is_in_sample(number, TABLE[name], role)
            }
            wrong |= wrong_answers(
                estate,
                mine,
                f"{role} {where}",
                account,
                lambda rule, api, role=role, where=where: expected(rule, role, where, api),
            )
    return wrong


def is_in_sample(number: int, rule: Any, role: Role) -> bool:
    """Whether the role tries the address of this number each time; at least one of its kind does."""
    refused = is_refused(rule, role)
    alike = [other for other in Role if is_refused(rule, other) == refused]
    one_in = REFUSED if refused else OPENED if isinstance(rule, Guarded) else OPEN_TO_ALL
    return (alike.index(role) - number) % min(one_in, len(alike)) == 0


def is_refused(rule: Any, role: Role) -> bool:
    return isinstance(rule, Guarded) and rule.permission not in ROLE_PERMISSIONS[role]


@pytest.mark.parametrize("roles", GROUPS, ids=lambda roles: "+".join(roles))
def test_every_role(roles: list[Role], estate: Estate):
    """In the own authority, and in the sister authority, whose rows do not exist for the other."""
    assert tried(estate, roles, everything=False) == {}


@pytest.mark.proof
@pytest.mark.parametrize("roles", GROUPS, ids=lambda roles: "+".join(roles))
def test_every_role_at_every_address(roles: list[Role], estate: Estate):
    assert tried(estate, roles, everything=True) == {}


def test_signed_out(estate: Estate):
    assert wrong_answers(estate, addresses(estate), "signed out", None, expected_signed_out) == {}


def expected(rule: Any, role: Role, where: str, api: bool) -> tuple[int, ...]:
    if isinstance(rule, SignIn):
        return (200, 302, 403, 404, 405)
    if isinstance(rule, (Public, SignedIn)):
        return rule.statuses
    if rule.permission not in ROLE_PERMISSIONS[role]:
        return (403, 404) if api or rule.of_a_row else (403,)
    if rule.of_its_owner and (role, where) != (rule.owner, "own"):
        return (404,)
    return rule.refusals if rule.of_a_row and where == "sister" else rule.statuses


def expected_signed_out(rule: Any, api: bool) -> tuple[int, ...]:
    if isinstance(rule, (Guarded, SignedIn)):
        return (401,) if api else (302,)
    return (200, 302, 403, 404, 405) if isinstance(rule, SignIn) else rule.statuses
