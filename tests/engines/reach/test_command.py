"""`maarag reach` on files as people send them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from access import weights as pysal_weights
from click.testing import CliRunner, Result
from django.utils import translation

from maarag.cli.reach import reach
from tests.engines.reach.reference import pysal

DEMAND = "id,people,lat,lon\np1,1000,32.00,34.80\np2,500,32.10,34.90\np3,700,29.55,34.95\n"
SUPPLY = "id,capacity,lat,lon\ns1,300,32.01,34.81\ns2,900,32.30,34.90\n"
PAIRS = "demand,supply,minutes\np1,s1,5\np1,s2,25\np2,s1,12\np2,s2,31\np3,s2,58\n"


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def files(tmp_path: Path) -> Any:
    """Writes the three files and returns a function that runs the command in their folder."""

    def run(
        *options: str,
        demand: str | bytes = DEMAND,
        supply: str | bytes = SUPPLY,
        pairs: str | bytes | None = None,
    ) -> Result:
        given = {"demand": demand, "supply": supply} | ({} if pairs is None else {"pairs": pairs})
        arguments = []
        for name, content in given.items():
            path = tmp_path / f"{name}.csv"
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            arguments += [f"--{name}", str(path)]
        return CliRunner().invoke(reach, [*arguments, *options])

    return run


def answer(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    data: dict[str, Any] = json.loads(result.stdout)
    return data


@pytest.mark.parametrize(
    ("options", "name", "keywords"),
    [
        (["--method", "2sfca"], "two_stage_fca", {}),
        (["--method", "2sfca", "--max", "12"], "two_stage_fca", {"max_cost": 12}),
        ([], "enhanced_two_stage_fca", {}),
        (["--method", "e2sfca", "--max", "20"], "enhanced_two_stage_fca", {"max_cost": 20}),
        (
            ["--bands", "0-15:1,15-60:0.4"],
            "enhanced_two_stage_fca",
            {"weight_fn": pysal_weights.step_fn({15: 1, 60: 0.4})},
        ),
        (["--decay", "gaussian:9"], "enhanced_two_stage_fca", {"weight_fn": pysal_weights.gaussian(9)}),
        (["--method", "3sfca"], "three_stage_fca", {}),
        (["--method", "3sfca", "--max", "26"], "three_stage_fca", {"max_cost": 26}),
        (["--method", "raam"], "raam", {}),
        (["--method", "raam", "--tau", "15"], "raam", {"tau": 15}),
    ],
)
def test_same_as_pysal_with_pairs(
    files: Any, options: list[str], name: str, keywords: dict[str, Any]
) -> None:
    rows = answer(files(*options, "--format", "json", pairs=PAIRS))["rows"]
    origin, destination, cost = [0, 0, 1, 1, 2], [0, 1, 0, 1, 1], [5, 25, 12, 31, 58]
    theirs = np.nan_to_num(pysal(name, [1000, 500, 700], [300, 900], origin, destination, cost, **keywords))
    assert [row["id"] for row in rows] == ["p1", "p2", "p3"]
    np.testing.assert_allclose([row["access"] for row in rows], theirs, rtol=1e-9)


def test_json_has_what_is_promised(files: Any) -> None:
    data = answer(files("--format", "json", "--unit-cost", "50", "--close", "--explain", "p1"))
    assert data["method"] == "e2sfca"
    assert data["parameters"]["decay"]["bands"] == [[10.0, 1.0], [20.0, 0.68], [30.0, 0.22]]
    for row in data["rows"]:
        assert set(row) == {"id", "people", "reachable_supply", "access", "coverage", "gap", "gap_cost"}
        assert row["gap"] == pytest.approx(row["people"] * (1 - row["coverage"]))
        assert row["gap_cost"] == pytest.approx(row["gap"] * 50)
    assert data["totals"]["gap"] == pytest.approx(sum(row["gap"] for row in data["rows"]))
    assert data["closing"]["total_people"] == pytest.approx(data["totals"]["gap"])
    assert {(a["kind"], a["site"]) for a in data["closing"]["additions"]} == {
        ("existing", "s1"),
        ("new", "p3"),
    }
    assert data["explanation"]["place"] == "p1"
    assert [term["service"] for term in data["explanation"]["terms"]] == ["s1"]
    assert data["warnings"] == ["no capacity within reach of 1 places: p3"]


def test_2sfca_without_a_threshold_says_which_it_took(files: Any) -> None:
    data = answer(files("--method", "2sfca", "--format", "json"))
    assert data["parameters"]["max"] == 30
    assert any("30 km" in warning for warning in data["warnings"])
    assert answer(files("--method", "2sfca", "--format", "json", pairs=PAIRS))["parameters"]["max"] is None


def test_no_limit_may_be_said(files: Any) -> None:
    data = answer(files("--max", "inf", "--format", "json", pairs=PAIRS))
    assert data["parameters"]["max"] is None


def test_csv_and_table(files: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(files("--format", "csv", "--close").stdout)))
    assert [row["id"] for row in rows] == ["p1", "p2", "p3"]
    assert (rows[2]["close_kind"], rows[2]["close_site"], rows[2]["close_people"]) == ("new", "p3", "700.0")
    assert rows[1]["close_kind"] == ""
    table = files("--close").stdout
    assert "To reach coverage 1, add capacity for 1,400.0 people" in table
    assert "30.0%" in table


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1255", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_hebrew_headers_encodings_and_separators(files: Any, encoding: str, separator: str) -> None:
    def text(*rows: tuple[str, ...]) -> bytes:
        return "\r\n".join(separator.join(row) for row in rows).encode(encoding)

    result = files(
        "--format", "json",
        demand=text(("מזהה", "שם", "אנשים", "קו רוחב", "קו אורך"), ("1", "עכו", "10", "32.9", "35.1")),
        supply=text(("קוד שירות", "קיבולת", "קו רוחב", "קו אורך"), ("א", "4", "32.9", "35.1")),
        pairs=text(("מקום", "שירות", "דקות"), ("1", "א", "7")),
    )  # fmt: skip
    row = answer(result)["rows"][0]
    assert (row["id"], row["name"], row["access"]) == ("1", "עכו", 0.4)


@pytest.mark.parametrize(
    "header",
    [
        "demand_id,supply_id,distance_km",
        "Origin ID,Destination ID,Travel minutes",
        "from,to,Time",
        "place,service,road distance (m)",
        "dest,origin,cost",
    ],
)
def test_names_of_columns_are_taken_leniently(files: Any, header: str) -> None:
    values = "s1,p1,5" if header.startswith("dest") else "p1,s1,5"
    data = answer(files("--format", "json", pairs=f"{header}\n{values}\n"))
    assert data["rows"][0]["access"] == pytest.approx(0.3)


def test_two_columns_that_could_be_meant_are_not_guessed(files: Any) -> None:
    result = files(demand="id,population 2019,population 2021,lat,lon\na,1,2,32,35\n")
    assert result.exit_code == 2
    assert "no column for people" in result.stderr
    data = answer(files("--format", "json", demand="id,population_2021,lat,lon\na,2,32,35\n"))
    assert data["rows"][0]["people"] == 2


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"demand": "id,people,lat,lon\na,-5,32,35\n"}, "demand.csv, line 2: people -5 is negative"),
        ({"demand": 'id,people,lat,lon\na,"1,200",32,35\n'}, "line 2: people '1,200' is not a plain number"),
        (
            {"demand": "id,people,lat,lon\na,12 אנשים,32,35\n"},
            "line 2: people '12 אנשים' is not a plain number",
        ),
        ({"demand": "id,people,lat,lon\na,nan,32,35\n"}, "people 'nan' is not a plain number"),
        ({"demand": "id,people,lat,lon\na,1e999,32,35\n"}, "too large"),
        ({"demand": "id,people,lat,lon\na,,32,35\n"}, "people is empty"),
        (
            {"demand": "id,people,lat,lon\na,1,32,35\n\na,2,32,35\n"},
            "line 4: the id a already stands in line 2",
        ),
        ({"demand": "id,people,lat,lon\n,1,32,35\n"}, "line 2: the id is empty"),
        ({"demand": "id,people,lat,lon\na,1,134,35\n"}, "latitude 134 is outside ±90"),
        ({"demand": "id,people,lat,lon\na,1,north,35\n"}, "latitude 'north' is not a number"),
        ({"demand": "id,people\na,1\n"}, "no column for the latitude"),
        ({"demand": "a,1,32,35\n"}, "demand.csv: no column for the id"),
        ({"demand": ""}, "demand.csv: the file is empty"),
        ({"supply": "id,capacity,lat,lon\ns,-1,32,35\n"}, "supply.csv, line 2: capacity -1 is negative"),
        (
            {"pairs": "demand,supply,minutes\np9,s1,4\n"},
            "pairs.csv, line 2: place p9 is not in the demand file",
        ),
        ({"pairs": "demand,supply,minutes\np1,s9,4\n"}, "service s9 is not in the supply file"),
        (
            {"pairs": "demand,supply,minutes\np1,s1,4\np1,s1,5\n"},
            "line 3: place p1 and service s1 already stand",
        ),
        ({"pairs": "demand,supply,minutes\np1,s1,-4\n"}, "minutes -4 is negative"),
        ({"pairs": "demand,supply\np1,s1\n"}, "pairs.csv: no column for the distance or time"),
    ],
)
def test_bad_rows_stop_everything(files: Any, given: dict[str, str], message: str, tmp_path: Path) -> None:
    output = tmp_path / "out.json"
    result = files("--format", "json", "--output", str(output), **given)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""
    assert not output.exists()
    assert "Traceback" not in result.output


def test_skipping_bad_rows_lists_each(files: Any) -> None:
    demand = DEMAND + "p4,many,32,35\np1,5,32,35\n"
    result = files("--skip-bad-rows", "--format", "json", demand=demand, pairs=PAIRS + "p4,s1,3\n")
    assert len(answer(result)["rows"]) == 3
    assert "demand.csv, line 5: people 'many'" in result.stderr
    assert "demand.csv, line 6: the id p1" in result.stderr
    assert "pairs.csv, line 7: place p4" in result.stderr
    assert "3 rows left out" in result.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--bands", "0-10:1", "--decay", "linear:3"], "either --bands or --decay"),
        (["--method", "2sfca", "--bands", "0-10:1"], "2sfca takes no --bands"),
        (["--method", "raam", "--decay", "linear:3"], "raam takes no --decay"),
        (["--method", "2sfca", "--tau", "30"], "2sfca takes no --tau"),
        (["--bands", "10-5:1"], "does not go upwards"),
        (["--decay", "linear:0"], "reach must be above 0"),
        (["--decay", "gravity:1:-1"], "infinite at distance 0"),
        (["--max", "-1"], "--max"),
        (["--max", "nan"], "greatest distance"),
        (["--people-per-unit", "inf"], "people per unit"),
        (["--method", "raam", "--tau", "inf"], "tau must be above 0"),
        (["--explain", "p9"], "no such id"),
    ],
)
def test_options_that_do_not_fit(files: Any, options: list[str], message: str) -> None:
    result = files(*options, pairs=PAIRS.replace(",5\n", ",0\n"))
    assert result.exit_code == 2
    assert message in result.stderr


def test_output_file_is_complete_and_readable_by_excel(files: Any, tmp_path: Path) -> None:
    output = tmp_path / "answer.csv"
    assert files("--format", "csv", "--output", str(output)).exit_code == 0
    assert output.read_bytes().startswith(b"\xef\xbb\xbfid,people")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert files("--output", str(tmp_path / "absent" / "x.csv")).exit_code == 2


def test_no_rows_is_not_a_crash(files: Any) -> None:
    for method in ("2sfca", "e2sfca", "3sfca", "raam"):
        data = answer(files("--method", method, "--format", "json", "--close", demand="id,people,lat,lon\n"))
        assert data["rows"] == []
        assert "the demand file has no rows" in data["warnings"]
        data = answer(files("--method", method, "--format", "json", supply="id,capacity,lat,lon\n"))
        assert [row["coverage"] for row in data["rows"]] == [0, 0, 0]


def test_endless_and_absent_access_are_null(files: Any) -> None:
    demand = "id,people,lat,lon\na,0,32,35\n"
    data = answer(files("--format", "json", demand=demand, supply="id,capacity,lat,lon\ns,1,32,35\n"))
    assert data["rows"][0]["access"] is None
    assert "unlimited" in data["warnings"][0]
    assert files("--format", "csv", demand=demand).exit_code == 0


def test_swapped_coordinates_are_noticed(files: Any) -> None:
    data = answer(files("--format", "json", demand="id,people,lat,lon\na,1,34.8,32.0\n"))
    assert any("demand file" in warning and "swapped" in warning for warning in data["warnings"])


def test_excel_file(files: Any, tmp_path: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    path = tmp_path / "places.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([("id", "people", "lat", "lon"), (7, 1000, 32.0, 34.8)]):
            sheet.write_row(number, 0, row)
    data = answer(files("--format", "json", demand=path.read_bytes()))
    assert data["rows"][0]["id"] == "7"
    assert data["rows"][0]["access"] == pytest.approx(0.3)
