"""The addresses of rubrics, which are open to everyone, and of drafts, of which everybody sees their own."""

from __future__ import annotations

from typing import Any

from tests.factories.rubrics import rubric

from .conftest import Estate
from .rules import Public, Rule, SignedIn


def one(estate: Estate) -> dict[str, Any]:
    return {"code": rubric(estate.nation.world.system).code}


RUBRICS: dict[str, Rule] = {
    "rubrics:index": Public(),
    "rubrics:detail": Public(one),
    "rubrics:version": Public(lambda estate: {**one(estate), "version": 1}),
    "api:rubrics": Public(),
    "api:rubric": Public(one),
    "api:drafts": SignedIn(statuses=(422,)),  # no form was named
    "api:draft_keep": SignedIn(statuses=(422,), method="put"),
    "api:draft_throw_away": SignedIn(statuses=(422,), method="delete"),
}
