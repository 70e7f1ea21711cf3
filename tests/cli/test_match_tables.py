"""`maarag match` on a person's own tables: what is read, what is refused, what is said."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from maarag.cli.main import main

FAMILIES = "id,name,sector,load\nf1,Levi,jewish,1\nf2,Haddad,arab,1\nf3,Mizrahi,jewish,2\nf4,Cohen,jewish,1\n"
PLACES = (
    "id,name,capacity,funder,cost,worker,caseload\n"
    "p1,Home visits,1,state,100,dana,3\np2,Group,2,city,40,dana,\n"
)
FIT = (
    "family,place,fit,eligible,for,against\n"
    "f1,p1,9,yes,young children,\nf1,p2,4,,,far\nf2,p1,7,,,\nf2,p2,3,,,\n"
    "f3,p1,8,no,,no vacancy for babies\nf3,p2,5,,,\n"
)
BUDGETS = "funder,budget\nstate,100\ncity,80\n"
FLOORS = "column,value,least\nsector,arab,100%\n"
GIVEN = {"families": FAMILIES, "places": PLACES, "fit": FIT, "budgets": BUDGETS, "floors": FLOORS}


@pytest.fixture
def run(tmp_path: Path) -> Any:
    def call(*options: str, **files: str | None) -> Result:
        arguments = []
        for name, text in (GIVEN | files).items():
            if text is not None:
                path = tmp_path / f"{name}.csv"
                path.write_text(text)
                arguments += [f"--{name}", str(path)]
        return CliRunner().invoke(main, ["match", *arguments, *options])

    return call


def answer(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    data: dict[str, Any] = json.loads(result.stdout)
    return data


def test_families_are_placed_within_everything_and_told_why(run: Any) -> None:
    data = answer(run("--format", "json"))
    families = {item["id"]: item for item in data["families_explained"]}
    # dana carries three cases: f1 at p1 and f3 (two cases) would leave none for f2, whom the floor asks for.
    assert families["f2"]["place"] is not None
    assert data["value"] == 12
    assert data["exact"]
    assert {i: families[i]["place"] for i in families} == {"f1": "p1", "f2": "p2", "f3": None, "f4": None}
    assert families["f1"]["for"][0] == "no place fits better"
    assert "young children" in families["f1"]["for"]
    (refused,) = families["f2"]["why_not"]
    assert refused["place"] == "p1"
    assert "Home visits (p1), fit 7: full (one place)" in refused["words"]
    assert "family f1 would have to go to Group (p2)" in refused["words"]
    assert "the budget of state has 0 left of the 100 needed" in refused["words"]
    assert "It would take one more place there and 100 more in the budget of state or" in refused["words"]
    words = [item["words"] for item in families["f3"]["why_not"]]
    assert any("the caseload of dana has 1 left of the 2 needed" in text for text in words)
    assert "Home visits (p1): not eligible, no vacancy for babies" in words
    assert families["f4"]["against"] == ["it may have no place at all"]
    assert data["floors"][0]["floor"] == "sector = arab"
    assert data["floors_cost"] == pytest.approx(2)
    assert {group["value"] for group in data["fairness"]["sector"]} == {"arab", "jewish"}
    assert [place["taken"] for place in data["places"]] == [1, 1]


def test_csv_and_table_and_a_file(run: Any, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("--format", "csv").stdout)))
    assert [(row["family"], row["place"]) for row in rows][:2] == [("f1", "p1"), ("f2", "p2")]
    table = run().stdout
    assert "2 of 4 families placed; fit 12 (the best there is)." in table
    assert "sector = arab: 1 placed, at least 1: kept" in table
    output = tmp_path / "out.csv"
    assert run("--format", "csv", "--output", str(output)).exit_code == 0
    assert output.read_bytes().startswith(b"\xef\xbb\xbffamily,")


def test_without_budgets_and_floors(run: Any) -> None:
    data = answer(run("--format", "json", budgets=None, floors=None))
    assert data["value"] == 14
    assert "floors_cost" not in data


def test_hebrew_columns(run: Any) -> None:
    data = answer(
        run(
            "--format", "json", budgets=None, floors="עמודה,ערך,לפחות\nשפה,ערבית,50%\n",
            families="מזהה,שם,שפה\n1,לוי,עברית\n2,חדאד,ערבית\n", places="מזהה,שם,קיבולת\nא,מרכז,1\n",
            fit="משפחה,מקום,התאמה\n1,א,8\n2,א,6\n",
        )
    )  # fmt: skip
    assert [item["place"] for item in data["families_explained"]] == [None, "א"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"families": "id\na\n\na\n"}, "families.csv, line 4: the id a already stands in line 2"),
        (
            {"families": "name\na\n"},
            "families.csv: no column for id (for example id, code, מזהה, קוד). Columns found: name",
        ),
        ({"families": ""}, "families.csv: the file is empty"),
        (
            {"places": "id,capacity\np1,1.5\np2,1\n"},
            "places.csv, line 2: the capacity 1.5 is not a whole number",
        ),
        ({"places": "id,capacity\np1,\np2,-1\n"}, "places.csv, line 3: the capacity -1 is negative"),
        ({"fit": "family,place,fit\nf9,p1,3\n"}, "fit.csv, line 2: the family f9 is not in families.csv"),
        ({"fit": "family,place,fit\nf1,p1,good\n"}, "fit.csv, line 2: the fit 'good' is not a plain number"),
        (
            {"fit": "family,place,fit\nf1,p1,1\nf1,p1,2\n"},
            "fit.csv, line 3: this family and place already stand",
        ),
        ({"fit": "family,place,fit,eligible\nf1,p1,1,maybe\n"}, "line 2: eligible is 'maybe'"),
        (
            {"budgets": "funder,budget\nstate,1\n"},
            "places.csv, line 3: the funder city is not in budgets.csv",
        ),
        ({"budgets": "funder,budget\nstate,1\nstate,2\ncity,1\n"}, "line 3: the funder state stands twice"),
        ({"floors": "column,value,least\narea,x,1\n"}, "floors.csv, line 2: families.csv has no column area"),
        ({"floors": "column,value,least\nsector,x,1\n"}, "line 2: no family has x in column sector"),
        ({"floors": "column,value,least\nsector,arab,many\n"}, "line 2: least is 'many'"),
        ({"places": PLACES.replace("dana,\n", "dana,5\n")}, "worker dana has two different caseloads"),
    ],
)
def test_every_doubt_is_named_with_its_line(run: Any, files: dict[str, str], message: str) -> None:
    result = run("--format", "json", **files)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.output


def test_options_that_do_not_go_together(run: Any, tmp_path: Path) -> None:
    assert "Give all three" in run(fit=None).stderr
    instance = tmp_path / "x"
    instance.write_text("1 1\n1\n1\n1\n")
    assert "either --instance" in run("--instance", str(instance)).stderr
    output = run("--output", str(tmp_path / "absent" / "x.json"))
    assert output.exit_code == 2


def test_a_floor_beyond_its_group_is_a_warning(run: Any) -> None:
    data = answer(run("--format", "json", floors="column,value,least\nsector,arab,3\n"))
    assert data["warnings"] == ["floors.csv, line 2: asks for 3 of only 1 families"]
    assert not data["floors"][0]["kept"]
