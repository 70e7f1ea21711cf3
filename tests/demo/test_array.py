"""The places of the array over the authorities, and the methods of its programmes, without a database."""

from __future__ import annotations

import pytest

from maarag.demo.array_places import IN_AUTHORITIES, OF_RISK, SMALL, WITH_NOSHMIM, shares_of_array
from maarag.demo.budget import EAST_JERUSALEM, NATIONAL
from maarag.demo.programmes import departments_by_authority, shares_of_places
from maarag.demo.tables import rows

PROGRAMMES = {
    row["programme"] for row in rows("budget_lines") if row["budget"] == NATIONAL and row["programme"]
}


def published(programme: str) -> int:
    return next(int(row["families"]) for row in rows("programmes") if row["code"] == programme)


def test_every_place_of_the_document_is_somewhere():
    shares = shares_of_array()
    assert shares.keys() | {"noshmim", EAST_JERUSALEM} == PROGRAMMES
    for programme, places in shares.items():
        assert sum(places.values()) == published(programme)
    array = sum(sum(places.values()) for places in shares.values())
    assert array + sum(shares_of_places().values()) + published(EAST_JERUSALEM) == 4990


def test_only_where_the_departments_table_says_that_noshmim_runs():
    runs = {code for code, found in departments_by_authority().items() if found.noshmim}
    for programme, places in shares_of_array().items():
        assert places.keys() <= runs
        if programme in WITH_NOSHMIM:
            assert places.keys() == runs
        if programme in SMALL:
            assert len(places) == IN_AUTHORITIES
        if programme in SMALL + OF_RISK:
            assert min(places.values()) >= 6  # a team, not a family here and there


@pytest.mark.parametrize("table", ["programme_methods", "programme_rules"])
def test_all_eight_programmes_have_methods_and_conditions(table: str):
    assert {row["programme"] for row in rows(table)} == PROGRAMMES


def test_every_method_suits_somebody_and_those_of_the_programmes_are_in_the_community():
    methods = {row["code"]: row["setting"] for row in rows("methods")}
    suits = {row["method"] for row in rows("method_situations") if row["effect"] == "suits"}
    assert suits == methods.keys()
    used = {code for row in rows("programme_methods") for code in row["methods"].split()}
    assert {methods[code] for code in used} == {"home", "community"}
    assert {code for code, setting in methods.items() if setting == "out_of_home"}.isdisjoint(used)


@pytest.mark.parametrize("table", ["methods", "method_situations", "programme_rules"])
def test_three_languages_and_terms_that_are_there(table: str):
    terms = {row["code"] for row in rows("taxonomy")}
    for row in rows(table):
        assert row.get("term", "") == "" or row["term"] in terms
        assert all(row[name] for name in row if name.startswith(("name_", "description_")))
