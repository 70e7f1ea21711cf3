"""The addresses of rubrics, which are open to everyone, and of drafts, of which everybody sees their own."""

from __future__ import annotations

from typing import Any

from tests.factories.rubrics import rubric

from .conftest import Estate
from .rules import Public, Rule, SignedIn


def one(estate: Estate) -> dict[str, Any]:
    return {"code": rubric(estate.nation.world.system).code}


DRAFT = {
    "key": "families:open",
    "writer": "window-0001",
    "fields": [{"name": "name", "value": "אלון"}],
}

RUBRICS: dict[str, Rule] = {
    "rubrics:index": Public(),
    "rubrics:detail": Public(one),
    "rubrics:version": Public(lambda estate: {**one(estate), "version": 1}),
    "api:rubrics": Public(),
    "api:rubric": Public(one),
    "api:drafts": SignedIn(query="?key=families:open"),
    "api:draft_keep": SignedIn(method="put", data=lambda estate: DRAFT),
    "api:draft_throw_away": SignedIn((204,), "delete", query="?key=families:open&writer=window-0001"),
}
