"""`maarag match --wishes`: two sides that rank each other, and why not a dearer wish."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import Result

GIVEN = {
    "wishes": "family,place,rank\na,p,1\na,q,2\nb,p,1\nc,p,1\nc,q,2\n",
    "priorities": "place,family,rank\np,c,1\np,a,2\nq,a,1\nq,c,2\n",
    "places": "id,name,capacity\np,Group,1\nq,Home,1\n",
}


pytestmark = pytest.mark.usefixtures("in_english")


def explained(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    return {item["id"]: item for item in json.loads(result.stdout)["families_explained"]}


def test_each_side_is_heard_and_a_dearer_wish_that_was_refused_is_explained(run: Any) -> None:
    found = explained(run("--format", "json"))
    assert {key: item["place"] for key, item in found.items()} == {"a": "q", "b": None, "c": "p"}
    assert [found[key]["wish"] for key in "abc"] == [2, None, 1]
    (why,) = found["a"]["why_not"]
    assert why["codes"]["because"] == [
        {"kind": "full", "capacity": 1, "by": "rank", "rank": 2.0, "last_rank": 1.0}
    ]
    assert found["b"]["why_not"][0]["codes"]["because"] == [{"kind": "not ranked"}]
    assert "a: q (its wish number 2)" in run().stdout


def test_who_proposes_has_the_better_of_it(run: Any) -> None:
    crossed = {
        "wishes": "family,place,rank\na,p,1\na,q,2\nb,q,1\nb,p,2\n",
        "priorities": "place,family,rank\np,b,1\np,a,2\nq,a,1\nq,b,2\n",
    }
    families = explained(run("--format", "json", **crossed))
    places = explained(run("--format", "json", "--proposing", "places", **crossed))
    assert {key: item["place"] for key, item in families.items()} == {"a": "p", "b": "q"}
    assert {key: item["place"] for key, item in places.items()} == {"a": "q", "b": "p"}


def test_without_priorities_a_lottery_of_the_seed_decides(run: Any) -> None:
    many = "family,place,rank\n" + "".join(f"f{i},p,1\n" for i in range(30))
    drawn = [
        explained(run("--format", "json", "--seed", seed, wishes=many, priorities=None)) for seed in "1123"
    ]
    chosen = [next(key for key, item in found.items() if item["place"]) for found in drawn]
    assert chosen[0] == chosen[1]
    assert len(set(chosen)) > 1
    lost = explained(run("--format", "json", wishes=many, priorities=None))
    reasons = [item["why_not"][0]["codes"]["because"] for item in lost.values() if not item["place"]]
    assert reasons == [[{"kind": "full", "capacity": 1, "by": "lottery"}]] * 29


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"wishes": "family,place,rank\na,x,1\n"}, "wishes.csv, line 2: place x is not in places.csv"),
        ({"wishes": "family,place,rank\na,p,1\na,q,1\n"}, "line 3: this family has the same rank in line 2"),
        ({"wishes": "family,place,rank\na,p,1\na,p,2\n"}, "line 3: this family and place already stand"),
        ({"wishes": "family,place\na,p\n"}, "wishes.csv: no column for rank"),
        ({"priorities": "place,family,rank\np,a,high\n"}, "priorities.csv, line 2: rank 'high'"),
        ({"places": None}, "Give --places"),
    ],
)
def test_every_doubt_is_named(run: Any, files: dict[str, str | None], message: str) -> None:
    result = run(**files)
    assert result.exit_code == 2
    assert message in result.stderr


def test_options_of_another_question_are_refused_by_name(run: Any) -> None:
    assert "cannot be given: --seconds" in run("--seconds", "3").stderr
