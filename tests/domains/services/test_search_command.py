"""`maarag search` over the loaded directory: codes, and names in one language."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any

import pytest
from click.testing import CliRunner

from maarag.cli import search as command
from maarag.kernel.people.actions import save_organisation
from tests.factories.services import World


@pytest.fixture
def directory(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(command, "database_in_use", nullcontext)
    save_organisation(
        by=world.system,
        code="line-org",
        sector="civil_society",
        place=world.city,
        name_he="אוזן קשבת",
        name_ar="أذن صاغية",
        name_en="Listening Ear",
    )
    return world


def ask(*arguments: str) -> list[dict[str, Any]]:
    done = CliRunner().invoke(command.search, [*arguments, "--format", "json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    results: list[dict[str, Any]] = json.loads(done.stdout)["results"]
    return results


def test_the_code_and_the_names_of_one_language(directory: World) -> None:
    from maarag.kernel.people.models import Organisation

    ear = Organisation.objects.get(code="line-org")
    names = {"name_ar": "خط مساعدة", "name_en": "Helpline"}
    service = directory.service("line", "קו סיוע", "care", "families", organisation=ear, **names)
    for language, name, organisation in (
        ("he", "קו סיוע", "אוזן קשבת"),
        ("ar", "خط مساعدة", "أذن صاغية"),
        ("en", "Helpline", "Listening Ear"),
    ):
        (found,) = ask("helpline", "--language", language)
        assert (found["id"], found["name"], found["organisation"]) == ("line", name, organisation)
    (found,) = ask("קו סיוע")
    assert found["name"] == "קו סיוע"
    assert found["id"] != str(service.pk)
    table = CliRunner().invoke(command.search, ["helpline"]).output
    assert "קו סיוע" in table
    assert "Helpline" not in table
    assert "|" not in table


def test_a_name_that_is_missing_is_given_in_another_language(directory: World) -> None:
    directory.service("meals", "ארוחות חמות", "meals", "seniors")
    (found,) = ask("ארוחה", "--language", "ar")
    assert found["name"] == "ארוחות חמות"
