"""`maarag match`: what would have to change is said only where it would do."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner
from django.utils import translation

from maarag.cli.main import main


def test_no_fit_is_asked_for_where_none_would_do_and_nothing_suits_is_a_reason(tmp_path: Path) -> None:
    tables = {
        "families": "id\nf1\nf2\n",
        "places": "id,capacity,worker,caseload\np1,2,dana,0\n",
        "fit": "family,place,fit\nf1,p1,9\nf2,p1,-3\n",
    }
    arguments = ["match", "--format", "json"]
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text)
        arguments += [f"--{name}", str(tmp_path / f"{name}.csv")]
    with translation.override("en"):
        result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    first, second = json.loads(result.stdout)["families_explained"]
    (refused,) = first["why_not"]
    assert [one["kind"] for one in refused["codes"]["would_change"]] == ["load"]
    assert "dana" in refused["would_change"][0]
    assert "caseload" in refused["would_change"][0]
    assert (second["why_not"], len(second["against"])) == ([], 1)
