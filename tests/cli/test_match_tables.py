"""`maarag match` on a person's own tables: what is read, what is refused, what is said."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from django.utils import translation

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


pytestmark = pytest.mark.usefixtures("in_english")


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
    assert "Lacking: one more place there and 100 more in the budget of state." in refused["words"]
    assert "It would take about 1 more of fit there" in refused["words"]
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
    assert "Families placed: 2 of 4; fit 12 (the best there is)." in table
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
        ({"places": "id,capacity\np1,1\np2,1e30\n"}, "places.csv, line 3: capacity 1e30 is too large"),
        ({"places": "id,capacity\np1,1\np2,9007199254740994\n"}, "line 3: capacity 9007199254740994 is too"),
        ({"places": "id,capacity\np1,nan\np2,1\n"}, "line 2: capacity 'nan' is not a plain number"),
        ({"places": "id,capacity\np1,1_0\np2,1\n"}, "line 2: capacity '1_0' is not a plain number"),
        ({"fit": "family,place,fit\nf1,p1,1e308\n"}, "fit.csv, line 2: fit 1e308 is too large"),
        ({"fit": "family,place,fit\nf1,p1,\n"}, "fit.csv, line 2: fit is empty"),
        ({"fit": "family,place,fit\n" + "x" * 5000 + ",p1,1\n"}, "x" * 60 + "… is not in families.csv"),
        ({"places": PLACES.replace("dana,3", "dana,-3")}, "line 2: caseload -3 is negative"),
        ({"places": PLACES.replace("dana,3", "dana,inf")}, "line 2: caseload 'inf' is not a plain number"),
        ({"places": PLACES.replace(",funder", ",funder_name")}, "places.csv: no column for funder"),
        ({"places": PLACES.replace(",cost", ",sum")}, "places.csv: no column for cost"),
        ({"places": PLACES.replace(",worker", ",who")}, "places.csv: no column for worker"),
        (
            {"floors": "column,value,least\nsector,arab," + "9" * 5000 + "\n"},
            "floors.csv, line 2: least is '99",
        ),
        (
            {"places": "id,capacity\np1,1.5\np2,1\n"},
            "places.csv, line 2: capacity 1.5 is not a whole number",
        ),
        ({"places": "id,capacity\np1,\np2,-1\n"}, "places.csv, line 3: capacity -1 is negative"),
        ({"fit": "family,place,fit\nf9,p1,3\n"}, "fit.csv, line 2: family f9 is not in families.csv"),
        ({"fit": "family,place,fit\nf1,p1,good\n"}, "fit.csv, line 2: fit 'good' is not a plain number"),
        (
            {"fit": "family,place,fit\nf1,p1,1\nf1,p1,2\n"},
            "fit.csv, line 3: this family and place already stand",
        ),
        ({"fit": "family,place,fit,eligible\nf1,p1,1,maybe\n"}, "line 2: eligible is 'maybe'"),
        (
            {"budgets": "funder,budget\nstate,1\n"},
            "places.csv, line 3: funder city is not in budgets.csv",
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


def test_doubts_of_several_files_come_in_the_order_of_their_lines(run: Any) -> None:
    result = run(
        fit="family,place,fit\nf1,p9,1\nf9,p1,bad\nf1,p1,1\nf1,p1,2\n", places=PLACES.replace(",1,", ",x,")
    )
    assert result.stderr.removeprefix("Error: ").splitlines() == [
        "places.csv, line 2: capacity 'x' is not a plain number; write digits only, as 1200 or 12.5",
        "fit.csv, line 2: place p9 is not in places.csv",
        "fit.csv, line 3: family f9 is not in families.csv",
        "fit.csv, line 5: this family and place already stand in line 4",
    ]


def test_options_that_do_not_go_together(run: Any, tmp_path: Path) -> None:
    assert "Give all three" in run(fit=None).stderr
    instance = tmp_path / "x"
    instance.write_text("1 1\n1\n1\n1\n")
    together = run("--instance", str(instance))
    assert together.exit_code == 2
    for option in ("--families", "--places", "--fit", "--budgets", "--floors"):
        assert option in together.stderr
    for option, value in (("--seconds", "5"), ("--seed", "1"), ("--problem", "1"), ("--proposing", "places")):
        refused = run(option, value)
        assert refused.exit_code == 2
        assert f"Together with --families this cannot be given: {option}" in refused.stderr
    output = run("--output", str(tmp_path / "absent" / "x.json"))
    assert output.exit_code == 2


def test_a_cost_without_a_funder_and_a_budget_that_nobody_draws_on_are_told(run: Any) -> None:
    result = run("--format", "json", places=PLACES.replace("state", ""), floors=None)
    assert answer(result)["warnings"] == [
        "places.csv, line 2: a cost but no funder: it draws on no budget",
        "budgets.csv, line 2: nobody draws on the budget of state",
    ]
    assert "Warning: places.csv, line 2: a cost but no funder" in result.stderr
    # a pair's own funder is enough
    own = FIT.replace("eligible,", "funder,").replace("yes", "state").replace("no,", "state,")
    own = own.replace("f2,p1,7,", "f2,p1,7,state")
    assert (
        answer(run("--format", "json", places=PLACES.replace("state", ""), fit=own, floors=None))["warnings"]
        == []
    )
    # and a pair's own cost without any is told with its line
    cost = "family,place,fit,cost\nf1,p1,3,\nf2,p1,4,7\n"
    free = run("--format", "json", fit=cost, places="id,capacity,funder\np1,1,\n", floors=None)
    assert answer(free)["warnings"][0] == "fit.csv, line 3: a cost but no funder: it draws on no budget"


@pytest.mark.parametrize(
    ("files", "warning"),
    [
        ({"floors": "column,value,least\nsector,arab,0%\n"}, "floors.csv, line 2: asks for nobody"),
        (
            {"floors": FLOORS, "fit": "family,place,fit\nf1,p1,3\nf3,p2,1\n"},
            "floors.csv, line 2: none of these families may have any place",
        ),
        ({"places": PLACES.replace("dana,3", ",3")}, "places.csv, line 2: a caseload but no worker"),
        (
            {"places": PLACES + "p3,Far,1,city,1,noa,4\n"},
            "places.csv, line 4: the caseload of noa limits nobody",
        ),
        (
            {"places": "id,capacity,cost,funder\np1,1,100,state\np2,2,40,city\n"},
            "families.csv: the load is not looked at: no place has a worker",
        ),
    ],
)
def test_a_limit_that_touches_nobody_is_told(run: Any, files: dict[str, str], warning: str) -> None:
    result = run("--format", "json", **files)
    assert any(told.startswith(warning) for told in answer(result)["warnings"])
    assert warning in result.stderr


def test_codes_stand_beside_the_sentences_in_every_language(run: Any) -> None:
    english = answer(run("--format", "json"))
    with translation.override("he"):
        hebrew = answer(run("--format", "json"))
    one, other = ({item["id"]: item for item in data["families_explained"]} for data in (english, hebrew))
    assert one["f1"]["codes"] == other["f1"]["codes"]
    (refused,) = one["f2"]["why_not"]
    (in_hebrew,) = other["f2"]["why_not"]
    assert refused["codes"] == in_hebrew["codes"]
    assert [each["kind"] for each in refused["codes"]["because"]] == ["full", "budget"]
    assert refused["codes"]["because"][1] == {"kind": "budget", "limit": "state", "needs": 100.0, "left": 0.0}
    assert [each["kind"] for each in refused["codes"]["would_change"]] == ["place", "budget", "fit"]
    assert refused["codes"]["displaced"]["family"] == "f1"
    assert one["f4"]["codes"]["against"] == [{"kind": "no eligible place"}]
    assert one["f1"]["for"][0] == "no place fits better"
    for sentence in (other["f1"]["for"][0], in_hebrew["words"], other["f4"]["against"][0]):
        assert any("א" <= letter <= "ת" for letter in sentence)
    assert list(english) == list(hebrew)


def test_a_floor_beyond_its_group_is_a_warning(run: Any) -> None:
    data = answer(run("--format", "json", floors="column,value,least\nsector,arab,3\n"))
    assert data["warnings"] == ["floors.csv, line 2: asks for 3 of only 1 families"]
    assert not data["floors"][0]["kept"]


ARRIVING = "id,arrives\na,3\nb,2\nc,1\nd,4\n"
HERE = "id,capacity\np,1\nq,1\n"
FITTING = "family,place,fit\na,p,9\nb,p,7\nb,q,3\nc,p,2\nc,q,1\nd,p,-3\n"


def test_families_that_arrive_are_answered_in_their_order(run: Any) -> None:
    files = {"families": ARRIVING, "places": HERE, "fit": FITTING, "budgets": None, "floors": None}
    data = answer(run("--arrivals", "--format", "json", **files))
    assert [item["id"] for item in data["families_explained"]] == ["c", "b", "a", "d"]
    found = {item["id"]: item for item in data["families_explained"]}
    # nothing is known when c comes: it has the better place, and whoever comes later is told so
    assert found["c"]["place"] == "p"
    assert found["b"]["place"] == "q"
    assert found["a"]["why_not"][0]["codes"]["because"] == [{"kind": "full", "capacity": 1}]
    assert found["d"]["codes"]["against"] == [{"kind": "does not fit"}]
    assert data["value"] == 5
    assert data["hindsight"] == 12
    assert data["share"] == pytest.approx(5 / 12)
    assert "5 of the 12" in run("--arrivals", **files).stdout
    # by the lines of the file where nothing says when they come; by dates
    plain = run("--arrivals", "--format", "json", **(files | {"families": "id\na\nb\nc\nd\n"}))
    assert [item["place"] for item in answer(plain)["families_explained"]] == ["p", "q", None, None]
    dates = "מזהה,הגעה\na,2026-03-01\nb,2026-02-01T10:00\nc,2026-02-01\nd,2027-01-01\n"
    dated = answer(run("--arrivals", "--format", "json", **(files | {"families": dates})))
    assert [item["id"] for item in dated["families_explained"]] == ["c", "b", "a", "d"]


def test_what_is_later_changes_no_earlier_answer(run: Any) -> None:
    files = {"families": ARRIVING, "places": HERE, "budgets": None, "floors": None}
    first = answer(run("--arrivals", "--format", "json", fit=FITTING, **files))
    other = answer(run("--arrivals", "--format", "json", fit=FITTING.replace("a,p,9", "a,p,900"), **files))
    assert first["families_explained"][:2] == other["families_explained"][:2]


def test_history_keeps_a_place_for_whom_it_fits_better(run: Any, tmp_path: Path) -> None:
    past = tmp_path / "past.csv"
    past.write_text("family,place,fit\n" + "".join(f"h{i},p,{8 + i % 3}\nh{i},q,1\n" for i in range(20)))
    files = {"families": ARRIVING, "places": HERE, "fit": FITTING, "budgets": None, "floors": None}
    data = answer(run("--arrivals", "--history", str(past), "--format", "json", **files))
    found = {item["id"]: item for item in data["families_explained"]}
    assert found["c"]["place"] != "p"
    assert {"kind": "kept for later families"} in found["c"]["why_not"][0]["codes"]["because"]
    refused = run("--history", str(past), **files)
    assert refused.exit_code == 2
    assert "--history" in refused.stderr
    assert "--floors" in run("--arrivals", **(files | {"floors": FLOORS})).stderr
    bad = run("--arrivals", **(files | {"families": "id,arrives\na,soon\nb,1\nc,1\nd,1\n"}))
    assert "families.csv, line 2: arrives soon is neither a number nor a date" in bad.stderr
