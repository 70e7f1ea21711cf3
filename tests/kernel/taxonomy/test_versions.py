"""Versions of the taxonomy: renames are followed, what is gone is retired, nothing is lost."""

from __future__ import annotations

import pytest
from django.test import Client

from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.taxonomy.actions import TermRow, save_version
from maarag.kernel.taxonomy.models import Term, Vocabulary
from maarag.kernel.taxonomy.queries import current_terms, term_by_code, topics_of_terms, with_children
from tests.factories.picture import Nation, make_nation
from tests.factories.services import TERMS

R, S = Vocabulary.RESPONSE, Vocabulary.SITUATION


@pytest.fixture
def nation(db: None) -> Nation:
    return make_nation()


def rows(**changes: str | None) -> list[TermRow]:
    """The terms of the world with some codes' endings changed or (None) left out."""
    kept = []
    for vocabulary, code, name, english in TERMS:
        parts = [changes.get(part, part) for part in code.split(":")]
        if None not in parts:
            kept.append(TermRow(vocabulary, ":".join(str(part) for part in parts), name, english))
    return kept


def test_a_rename_is_followed_from_the_old_code(nation: Nation) -> None:
    meals = nation.world.term("meals")
    old = "human_services:food:meals"
    new = "human_services:food:hot_meals"
    changes = save_version(
        by=nation.world.system, version="2", rows=rows(meals="hot_meals"), renames={old: new}
    )
    assert (changes.renamed, changes.added, changes.retired) == (1, 0, 0)
    found = term_by_code(old)
    assert found == meals
    assert found.code == new
    assert term_by_code(new) == meals


def test_a_rename_of_a_parent_takes_its_children(nation: Nation) -> None:
    renames = {
        "human_services:food": "human_services:nutrition",
        "human_services:food:meals": "human_services:nutrition:meals",
        "human_services:food:parcels": "human_services:nutrition:parcels",
    }
    save_version(by=nation.world.system, version="2", rows=rows(food="nutrition"), renames=renames)
    food = nation.world.term("food")
    food.refresh_from_db()
    assert {term.code for term in with_children([food])} == set(renames.values())
    assert topics_of_terms()[nation.world.term("meals").pk] == {nation.food.pk}
    parcels = term_by_code("human_services:food:parcels")
    assert parcels is not None
    assert parcels.parent == food


def test_a_rename_is_known_by_the_stable_key(nation: Nation) -> None:
    by = nation.world.system
    keyed = [TermRow(R, "human_services", "שירותים", key="1"), TermRow(R, "human_services:a", "א", key="2")]
    save_version(by=by, version="2", rows=keyed)
    first = Term.objects.get(key="2")
    moved = [TermRow(R, "human_services", "שירותים", key="1"), TermRow(R, "human_services:b", "ב", key="2")]
    save_version(by=by, version="3", rows=moved)
    assert term_by_code("human_services:a") == first
    again = [keyed[0], TermRow(R, "human_services:c", "ג", key="2")]
    save_version(by=by, version="4", rows=again)
    assert {term_by_code(f"human_services:{name}") for name in "abc"} == {first}


def test_what_a_version_no_longer_has_is_retired_and_comes_back(nation: Nation) -> None:
    by = nation.world.system
    assert save_version(by=by, version="2", rows=rows(parcels=None)).retired == 1
    parcels = term_by_code("human_services:food:parcels")
    assert parcels is not None
    assert not parcels.is_current
    assert not current_terms(R).filter(pk=parcels.pk).exists()
    save_version(by=by, version="3", rows=rows())
    parcels.refresh_from_db()
    assert parcels.is_current


def test_the_same_version_again_changes_nothing(nation: Nation) -> None:
    before = AuditEvent.objects.count()
    changes = save_version(by=nation.world.system, version="2", rows=rows())
    assert (changes.added, changes.changed, changes.renamed, changes.retired) == (0, 0, 0, 0)
    assert AuditEvent.objects.count() == before


def test_the_nearest_named_ancestor_gives_the_topic(nation: Nation) -> None:
    topics = topics_of_terms()
    assert topics[nation.world.term("meals").pk] == {nation.food.pk}
    assert topics[nation.world.term("day_centre").pk] == {nation.care.pk}
    assert topics[nation.world.terms["human_services"].pk] == frozenset()


def test_the_api_tells_terms_and_topics(nation: Nation, client: Client) -> None:
    renames = {"human_services:food:meals": "human_services:food:hot"}
    save_version(by=nation.world.system, version="2", rows=rows(meals="hot", parcels=None), renames=renames)
    one = client.get("/api/taxonomy/terms/human_services:food:meals").json()
    assert one["code"] == "human_services:food:hot"
    assert one["former_codes"] == ["human_services:food:meals"]
    assert one["parent"]["code"] == "human_services:food"
    under = client.get("/api/taxonomy/terms", {"under": "human_services:food"}).json()
    assert [item["code"] for item in under["items"]] == ["human_services:food", "human_services:food:hot"]
    every = client.get("/api/taxonomy/terms", {"under": "human_services:food", "retired": True}).json()
    assert every["total"] == 3
    assert client.get("/api/taxonomy/terms", {"q": "מזון", "vocabulary": "response"}).json()["total"] == 1
    topics = client.get("/api/taxonomy/topics").json()
    assert {topic["code"] for topic in topics} == {"food-security", "older-people"}
    assert client.get("/api/taxonomy/terms/none").status_code == 404
    assert client.get("/api/taxonomy/terms", {"under": "none"}).status_code == 422
    assert client.get("/api/taxonomy/terms", {"vocabulary": "none"}).status_code == 422
