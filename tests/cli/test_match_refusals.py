"""`maarag match`: what would have to change is said only where it would do."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("in_english")
GIVEN = {
    "families": "id\nf1\nf2\n",
    "places": "id,capacity,worker,caseload\np1,2,dana,0\n",
    "fit": "family,place,fit\nf1,p1,9\nf2,p1,-3\n",
}


def test_no_fit_is_asked_for_where_none_would_do_and_nothing_suits_is_a_reason(run: Any) -> None:
    result = run("--format", "json")
    assert result.exit_code == 0, result.output
    first, second = json.loads(result.stdout)["families_explained"]
    (refused,) = first["why_not"]
    assert [one["kind"] for one in refused["codes"]["would_change"]] == ["load"]
    assert "dana" in refused["would_change"][0]
    assert "caseload" in refused["would_change"][0]
    assert (second["why_not"], len(second["against"])) == ([], 1)
