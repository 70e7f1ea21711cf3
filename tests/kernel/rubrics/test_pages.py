"""The pages and the API of rubrics, the form of a rater, the pieces of pages that rooms include."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from maarag.kernel.rubrics.actions import MarkDraft, rate
from maarag.kernel.rubrics.engine_data import agreement
from maarag.kernel.rubrics.forms import CANNOT_TELL, RatingForm
from maarag.kernel.rubrics.models import Round, Rubric
from maarag.kernel.rubrics.queries import comparison, history, own_marks
from maarag.kernel.rubrics.words import agreement_table, apart, history_context
from tests.factories.rubrics import content

from .conftest import Rated


def test_rubrics_are_read_by_everybody(rated: Rated, client: Client) -> None:
    assert "מצב הבית" in client.get("/rubrics/").content.decode()
    page = client.get("/rubrics/home/").content.decode()
    assert "דחוקה: מה רואים" in page
    assert client.get("/rubrics/home/1/").status_code == 200
    assert client.get("/rubrics/home/2/").status_code == 404
    assert client.get("/rubrics/nothing/").status_code == 404


def test_through_the_api(rated: Rated, client: Client) -> None:
    assert [one["code"] for one in client.get("/api/rubrics/").json()] == ["home"]
    found = client.get("/api/rubrics/home").json()
    assert [len(one["levels"]) for one in found["dimensions"]] == [3, 4]
    assert client.get("/api/rubrics/home?version=7").status_code == 404


def test_the_form_asks_for_every_dimension_and_takes_parts(rated: Rated) -> None:
    form = RatingForm({"rubric-day": "2026-03-01", "rubric-level-income": "2"}, rubric=rated.rubric)
    assert form.is_valid(), form.errors
    assert form.marks() == [MarkDraft("income", 2)]
    whole = RatingForm(form.data, rubric=rated.rubric, whole=True)
    assert list(whole.errors) == ["level-housing"]
    page = render_to_string("rubrics/_rate.html", {"form": form})
    assert page.count('type="radio"') == 3 + 4 + 2
    checked = re.findall(r'<input type="radio"[^>]*value="(\w+)"[^>]*checked', page)
    assert checked == ["2"]
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_what_is_wrong_in_the_form(rated: Rated) -> None:
    given = {
        "rubric-day": "2999-01-01",
        "rubric-level-income": "9",
        "rubric-evidence-housing": "ביקור בית",
    }
    form = RatingForm(given, rubric=rated.rubric)
    assert set(form.errors) == {"day", "level-income", "level-housing"}
    page = render_to_string("rubrics/_rate.html", {"form": form})
    assert "ביקור בית" in page
    # each error of the summary leads to a control that is there
    for target in re.findall(r'href="#([^"]+)"', page):
        assert f'id="{target}"' in page


def test_a_rater_finds_what_they_said(rated: Rated) -> None:
    row = rated.round()
    marks = [MarkDraft("income", 3, "תלוש"), MarkDraft("housing", None)]
    rate(by=rated.first, round=row, marks=marks)
    form = RatingForm(rubric=rated.rubric, marks=own_marks(row, rated.first))
    chosen = {asked.dimension.code: [c.value for c in asked.choices if c.checked] for asked in form.asked()}
    assert chosen == {"income": ["3"], "housing": [CANNOT_TELL]}
    assert form["evidence-income"].value() == "תלוש"


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_comparison_and_history_are_drawn(rated: Rated, language: str) -> None:
    for month, levels in ((1, (1, 1)), (6, (2, 3))):
        row = rated.round(day=date(2026, month, 1))
        for rater, level in zip((rated.first, rated.second), levels, strict=True):
            evidence = "<b>עדות</b>"
            rate(by=rater, round=row, marks=[MarkDraft("income", level, evidence)])
    found = comparison(row)
    with translation.override(language):
        compared = [(one, apart(one)) for one in found.dimensions]
        page = render_to_string("rubrics/_compare.html", {"comparison": found, "compared": compared})
        assert "&lt;b&gt;" in page
        assert "<b>עדות" not in page
        lines = history([*Round.objects.all()])
        drawn = render_to_string("rubrics/_history.html", history_context(lines, rated.rubric))
        assert drawn.count("<svg") >= 1
        assert "style=" not in drawn + page
        words = [
            str(row["reading"].word)
            for row in agreement_table(agreement(Round.objects.all(), rated.rubric)).rows
        ]
        assert all(words)


def test_words_of_a_comparison(rated: Rated) -> None:
    row = rated.round()
    with translation.override("en"):
        assert str(apart(comparison(row).dimensions[0]).word) == "Not rated yet"
        rate(by=rated.first, round=row, marks=[MarkDraft("income", 1)])
        assert apart(comparison(row).dimensions[0]).tone == "neutral"
        rate(by=rated.second, round=row, marks=[MarkDraft("income", 3)])
        said = apart(comparison(row).dimensions[0])
        assert (str(said.word), said.tone) == ("2 levels apart", "critical")


@pytest.mark.django_db(transaction=False)
def test_a_file_is_taken_in_by_the_command(
    rated: Rated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contextlib import nullcontext

    from maarag.cli import rubrics as command

    monkeypatch.setattr(command, "database_in_use", nullcontext)
    monkeypatch.setattr(command, "require_migrated", lambda: None)
    file = tmp_path / "rubric.json"
    file.write_text(json.dumps(content(code="other")))
    done = CliRunner().invoke(command.rubrics, ["load", str(file)])
    assert done.exit_code == 0, done.output
    assert Rubric.objects.get(code="other").version == 1
    file.write_text("{")
    refused = CliRunner().invoke(command.rubrics, ["load", str(file)])
    assert refused.exit_code == 1
    assert "rubric.json" in refused.output
    listed = CliRunner().invoke(command.rubrics, ["list"])
    assert "other 1" in listed.output
