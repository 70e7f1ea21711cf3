"""The rubrics of poverty and of children's risk: complete in three languages, and taken in once."""

from __future__ import annotations

import pytest

from maarag.domains.casework.queries.assessments import RUBRICS
from maarag.domains.casework.rubrics import DATA, load_rubrics
from maarag.kernel.rubrics.drafts import read_rubric
from maarag.kernel.rubrics.models import Level
from tests.domains.families.conftest import Towns


@pytest.mark.parametrize(("code", "dimensions"), [("family-poverty", 8), ("child-risk", 6)])
def test_every_level_is_described_in_three_languages(code: str, dimensions: int):
    draft = read_rubric((DATA / f"{code}.json").read_bytes())
    assert len(draft.dimensions) == dimensions
    texts = [draft.name, draft.about]
    for dimension in draft.dimensions:
        assert len(dimension.levels) in (4, 5)
        texts += [dimension.name, dimension.about]
        for level in dimension.levels:
            texts += [level.name, level.about]
    for text in texts:
        for language in ("he", "ar", "en"):
            assert getattr(text, language).strip(), text
    names = [level.about.he for dimension in draft.dimensions for level in dimension.levels]
    assert len(set(names)) == len(names), "two levels have one description"


def test_they_are_taken_in_once(towns: Towns):
    first = load_rubrics(by=towns.world.system)
    assert [saved.rubric.code for saved in first] == list(RUBRICS)
    again = load_rubrics(by=towns.world.system)
    assert {saved.outcome for saved in again} == {"same"}
    assert Level.objects.count() == (8 + 6) * 4
