"""What docs/programmes.md says of the fit is what the fit does: its example, and its weights."""

from __future__ import annotations

from pathlib import Path

from maarag.domains.programmes import fit
from maarag.domains.programmes.fit import FamilyFacts, MethodModel, ProgrammeModel, RuleModel, judge
from maarag.domains.programmes.fit_facts import LOW_INCOME

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "programmes.md").read_text()
ONE_PARENT = "human_situations:household:families:single_parent"


def test_the_example():
    visits = MethodModel("visits", "home", 6, 24, {LOW_INCOME: 3, ONE_PARENT: 2}, {}, {})
    rights = MethodModel("rights", "community", 3, 12, {LOW_INCOME: 3}, {}, {})
    model = ProgrammeModel(
        "one", (rights, visits), (RuleModel("poverty", most=3),), frozenset({LOW_INCOME, ONE_PARENT})
    )
    facts = FamilyFacts(
        children=(4, 9), single_parent=True, situations={LOW_INCOME: 1.0, ONE_PARENT: 1.0}, poverty=2.0
    )
    found = judge(model, facts)
    points = {reason.code: reason.points for reason in found.pro if reason.code != "answered"}
    assert (round(found.fit, 1), found.certainty) == (85.4, 100.0)
    assert round(points["intensity"], 1) == 7.1
    for told in ("58.3", "7.1", "85.4", "certainty 100"):
        assert told in PAGE


def test_the_weights():
    for name, weight in (
        ("needs", fit.NEEDS),
        ("intensity", fit.INTENSITY),
        ("conditions", fit.RULES),
        ("room", fit.ROOM),
    ):
        assert f"| {name} | {weight:.0f} |" in PAGE
    assert f"÷ {fit.FULL_HOURS} (half a day a" in PAGE
    assert f"Below {fit.WORTH_PROPOSING:.0f} points" in PAGE
    assert fit.NEEDS + fit.INTENSITY + fit.RULES + fit.ROOM == 100
