"""Attempts of strangers: every address and operation × every role × identifiers of the other authority."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import cycle
from typing import Any
from uuid import UUID, uuid4

from django.urls import reverse

from maarag.database.rows.checks import personal_models
from maarag.kernel.access.actions import grant, open_account
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from tests.access.conftest import Estate
from tests.access.table import TABLE

from .canaries import PREFIX, Canaries

METHODS = ("get", "get", "get", "get", "post", "post", "json", "patch", "put", "delete", "head", "options")
ENDS_THE_SESSION = {"account_logout", "usersessions_list", "access:close_account"}
"""Left out: they would end the attempts themselves."""


@dataclass(frozen=True)
class Attempt:
    """One request of somebody."""

    who: str
    account: Account | None
    name: str
    method: str
    url: str
    data: dict[str, Any]

    @property
    def asked(self) -> str:
        """What the asker wrote, which an answer may repeat."""
        return f"{self.url} {json.dumps(self.data, default=str, ensure_ascii=False)}".lower()


def strangers(estate: Estate) -> dict[str, Account | None]:
    """Everybody who has nothing to do with the authority's families: by role and place, and signed out."""
    world = estate.nation.world
    found: dict[str, Account | None] = {"signed out": None}
    found |= {f"{role} of the sister": account for role, account in estate.sister.items()}
    for role in Role:
        for where, place in (("nation", world.nation), ("district", estate.nation.district)):
            account = open_account(by=world.system, email=f"{role}@{where}.example", name=f"{role} {where}")
            grant(by=world.system, account=account, role=role, place=place, starts=date(2020, 1, 1))
            found[f"{role} of the {where}"] = account
    # roles of the own authority that keep no families
    for role, account in estate.own.items():
        if role not in KEEPERS:
            found[f"{role} of the authority"] = account
    return found


KEEPERS = (Role.SOCIAL_WORKER, Role.TEAM_LEADER, Role.DEPARTMENT_HEAD)


class Attempts:
    """Endless attempts, the same for the same share: the part of this number, of so many."""

    def __init__(
        self, canaries: Canaries, people: dict[str, Account | None], share: tuple[int, int] = (0, 1)
    ) -> None:
        self.canaries, self.people, self.share = canaries, people, share
        self.chance = random.Random(share[0])
        self.estate = canaries.estate
        self.uuids = [UUID(pk) for pks in canaries.ids.values() for pk in pks]
        self.phones = [secret for secret in canaries.secrets if secret.isdigit()]
        self.names = [name for name in TABLE if name.partition(" ")[0] not in ENDS_THE_SESSION]
        # before anybody attempts anything, and once for lines that share them: some make a row
        makers = {TABLE[name].arguments for name in self.names}
        self.arguments: dict[Callable[..., Any], dict[str, Any]] = {
            maker: maker(self.estate) for maker in sorted(makers, key=lambda maker: maker.__qualname__)
        }
        apps = {model._meta.app_label for model in personal_models()}
        personal: dict[str, list[str]] = {app: [] for app in sorted(apps)}
        for name in self.names:
            if (app := self.app_of(name)) in personal:
                personal[app].append(name)
        self.turns = cycle([names for names in personal.values() if names])

    def __iter__(self) -> Iterator[Attempt]:
        # the whole product once, by all parts together; between them, anything
        plain = [(who, name) for who in self.people for name in self.names]
        random.Random(0).shuffle(plain)
        part, parts = self.share
        for who, name in plain[part::parts]:
            yield self.attempt(who, name, getattr(TABLE[name], "method", "get"), plain=True)
            yield self.anything()
        while True:
            yield self.anything()

    def anything(self) -> Attempt:
        """Somebody, somewhere, by any method, with other identifiers and filters."""
        who, name = self.chance.choice(list(self.people)), self.chance.choice(self.weighted())
        own = getattr(TABLE[name], "method", "get")
        method = own if self.chance.random() < 0.6 else self.chance.choice(METHODS)
        return self.attempt(who, name, method, plain=False)

    def weighted(self) -> list[str]:
        """Nearly always addresses of personal rows, of every app in turn, however many the others have."""
        return next(self.turns) if self.chance.random() < 0.9 else self.names

    def app_of(self, name: str) -> str:
        """Whose address it is: a page's by its namespace, an operation's by the first word of its path."""
        address = name.partition(" ")[0]
        if not address.startswith("api:"):
            return address.partition(":")[0]
        return reverse(address, kwargs=self.arguments[TABLE[name].arguments]).split("/")[2]

    def attempt(self, who: str, name: str, method: str, *, plain: bool) -> Attempt:
        rule = TABLE[name]
        arguments = dict(self.arguments[rule.arguments])
        if not plain:
            arguments = {key: self.other(value) for key, value in arguments.items()}
        url = reverse(name.partition(" ")[0], kwargs=arguments) + getattr(rule, "query", "")
        if not plain and self.chance.random() < 0.7:
            url += ("&" if "?" in url else "?") + self.query()
        data = rule.data(self.estate) if hasattr(rule, "data") else {}
        if not plain and data:
            data = {key: self.other(value) for key, value in data.items()}
        return Attempt(who, self.people[who], name, method, url, data)

    def other(self, value: Any) -> Any:
        """An identifier of the other authority in the place of another, or something strange."""
        if isinstance(value, UUID):
            return self.chance.choice([value, *self.uuids, uuid4()])
        if isinstance(value, list):
            return [{**item, "id": str(self.chance.choice(self.uuids))} if isinstance(item, dict) else item
                    for item in value]  # fmt: skip
        return value

    def query(self) -> str:
        city = self.estate.nation.world.city
        options = [
            f"q={PREFIX}",
            f"q={self.chance.choice(self.phones)}",
            f"q={self.chance.choice(list(self.canaries.secrets))[:9]}",
            f"place={city.code}",
            f"state=all&place={city.code}&page=1",
            "state=closed&sort=-number",
            "status=all&limit=500",
            f"authority={city.code}",
            f"family={self.chance.choice(self.uuids)}",
            f"id={self.chance.choice(self.uuids)}&pk={self.chance.choice(self.uuids)}",
            "whose=&state=all&sort=worker&page=2",
            "format=json&include=members",
            f"next=/families/{self.chance.choice(self.uuids)}/",
            "q=%25&search=_&name__contains=z",
            "limit=500&offset=0&mine=false",
        ]
        return self.chance.choice(options)
