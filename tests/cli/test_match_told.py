"""What `maarag match` says of floors and of what binds is so: nothing is called impossible that is not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import translation

from maarag.engines.matching import placement

pytestmark = pytest.mark.usefixtures("in_english")

#: A hundred families at 1,000 each take the whole budget; the one of the floor takes sixty times as much.
GIVEN = {
    "families": "id,sector\n" + "".join(f"f{i},general\n" for i in range(100)) + "a,arab\n",
    "places": "id,capacity,funder,cost\nshort,200,X,1000\nlong,5,X,60000\n",
    "fit": "family,place,fit\n" + "".join(f"f{i},short,60\n" for i in range(100)) + "a,long,55\n",
    "budgets": "funder,budget\nX,100000\n",
    "floors": "column,value,least\nsector,arab,100%\n",
}
#: Two of one group, one of another, and a single place.
TIGHT = {
    "families": "id,sex\na,f\nb,f\nc,m\n",
    "places": "id,capacity\np,1\n",
    "fit": "family,place,fit\na,p,4\nb,p,3\nc,p,9\n",
    "budgets": None,
    "floors": "column,value,least\nsex,f,2\n",
}


def test_a_floor_that_can_be_kept_is_kept_whatever_it_costs(run: Any) -> None:
    table = run().stdout
    assert "Families placed: 41 of 101; fit 2,455 (the best there is)." in table
    assert "sector = arab: 1 placed, at least 1: kept" in table
    assert "Floors (together they cost 3545 of fit)" in table


def test_no_room_is_said_only_where_it_is_proved(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "1 placed, at least 2: NOT KEPT: the limits leave no room for it" in run(**TIGHT).stdout
    two = TIGHT | {"floors": "column,value,least\nsex,f,1\nsex,m,1\n"}
    assert "NOT KEPT: the limits and the other floors leave no room for it" in run(**two).stdout
    monkeypatch.setattr(placement, "with_fewest_lacking", lambda draft, _seconds, _cancelled: (draft, False))
    table = run(**TIGHT).stdout
    assert "not kept; no placement that keeps it was found" in table
    assert "NOT KEPT" not in table
    assert "the best there is" not in table
    (floor,) = json.loads(run("--format", "json", **TIGHT).stdout)["floors"]
    assert floor["proved"] is False


def test_a_floor_beyond_its_group_says_that_all_are_placed(run: Any) -> None:
    table = run(**TIGHT | {"places": "id,capacity\np,3\n", "floors": "column,value,least\nsex,f,9\n"}).stdout
    assert "sex = f: NOT KEPT: all 2 are placed; 9 were asked for" in table
    assert "no room" not in table


def test_what_would_keep_a_floor_is_told_with_what_it_costs(run: Any) -> None:
    loads = {
        "families": "id,sex,load\na,f,3\nb,m,1\nc,m,1\n",
        "places": "id,capacity,worker,caseload\np,3,dana,2\n",
        "fit": "family,place,fit\na,p,1\nb,p,4\nc,p,4\n",
        "budgets": None,
        "floors": "column,value,least\nsex,f,1\n",
    }
    table = run(**loads).stdout
    assert "the caseload of dana: with 1 more sex = f would be kept, at a cost of 7 of fit" in table
    data = json.loads(run("--format", "json", **loads).stdout)
    assert data["binding"][0]["lifts"] == [{"floor": "sex = f", "more": 1, "kept": True}]
    more = run(**TIGHT).stdout
    assert "p: with 1 more sex = f would be kept; it brings 3 of fit" in more


def test_of_money_what_was_found_is_told_and_not_a_rate(run: Any) -> None:
    spent = {
        "families": "id\na\nb\n",
        "places": "id,capacity,funder,cost\np,2,X,100\n",
        "fit": "family,place,fit\na,p,5\nb,p,3\n",
        "budgets": "funder,budget\nX,0\n",
        "floors": None,
    }
    table = run(**spent).stdout
    assert "the budget of X: 100 more brings 5" in table
    assert "1,000" not in table


def test_who_comes_before_is_told_where_one_more_is_not_enough(run: Any) -> None:
    files = TIGHT | {"floors": None}
    data = json.loads(run("--format", "json", **files).stdout)
    a, b = (item["why_not"][0] for item in data["families_explained"][:2])
    assert a["codes"]["enough"]
    assert "It would take one more place there or 5 more of fit there" in a["words"]
    assert not b["codes"]["enough"]
    assert "Lacking: one more place there (families that come before it: 1)" in b["words"]
    assert b["codes"]["would_change"][0] == {"kind": "place", "more": 1, "before": 1}
    for language in ("he", "ar"):
        with translation.override(language):
            words = json.loads(run("--format", "json", **files).stdout)["families_explained"][1]
        assert ": 1)" in words["why_not"][0]["words"]
        assert "families" not in words["why_not"][0]["words"]
