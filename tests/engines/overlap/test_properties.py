"""What must hold for any services."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.overlap_texts import generate
from maarag.engines.overlap import CODES, Options, OverlapResult, Service, compare, find_overlaps
from maarag.engines.overlap.features import NAMES
from maarag.engines.overlap.weights import DEFAULT_WEIGHTS, SIGNS
from tests.engines.overlap import fictional

VOCABULARY = [
    *("מועדון", "קשישים", "נוער", "סדנת", "הורים", "טיפול", "רגשי", "מרכז", "יום", "ילדים", "12", "ו"),
    *("club", "elderly", "نادي", "المسنين"),
]
WORDS = st.lists(
    st.sampled_from(VOCABULARY),
    min_size=0,
    max_size=8,
).map(" ".join)


@st.composite
def service_lists(draw: st.DrawFn) -> list[Service]:
    made = []
    for number in range(draw(st.integers(0, 7))):
        placed = draw(st.booleans())
        made.append(
            Service(
                id=f"s{number}",
                name=draw(WORDS),
                description=draw(WORDS),
                organisation=draw(st.sampled_from(["", "א", "ב"])),
                terms=draw(st.sampled_from([(), ("t1",), ("t1:x", "t2")])),
                lat=draw(st.floats(31, 33)) if placed else None,
                lon=draw(st.floats(34, 36)) if placed else None,
                area_codes=draw(st.sampled_from([(), ("5000",), ("5000", "70"), ("ארצי",)])),
                population=draw(st.sampled_from([(), ("elderly",)])),
            )
        )
    return made


def content(result: OverlapResult) -> tuple[object, object]:
    return [(p.a, p.b, p.score) for p in result.pairs], result.groups


@settings(max_examples=40, deadline=None)
@given(service_lists(), st.randoms(use_true_random=False))
def test_any_services_in_any_order(services: list[Service], rng: object) -> None:
    options = Options(min_score=0.1)
    result = find_overlaps(services, options=options)
    shuffled = list(services)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert content(find_overlaps(shuffled, options=options)) == content(result)
    ids = {service.id for service in services}
    for pair in result.pairs:
        assert pair.a < pair.b
        assert {pair.a, pair.b} <= ids
        assert 0.1 <= pair.score <= 1
        assert {reason.code for reason in pair.evidence} <= set(CODES)
    grouped = [member for group in result.groups for member in group]
    assert len(grouped) == len(set(grouped))


@settings(max_examples=30, deadline=None)
@given(service_lists())
def test_features_are_symmetric_and_bounded(services: list[Service]) -> None:
    pairs = [(a.id, b.id) for a in services for b in services if a.id < b.id]
    if not pairs:
        return
    forth = compare(services, pairs)
    back = compare(services, [(b, a) for a, b in pairs])
    assert np.allclose(forth, back, atol=1e-9)
    assert ((forth >= 0) & (forth <= 1)).all()


def test_a_copy_of_any_service_is_surely_a_duplicate() -> None:
    services = fictional.services()
    for service in services:
        if service.id == "f75":
            continue  # "service A" and boilerplate: nothing that a copy could be known by
        result = find_overlaps([*services, replace(service, id="copy")])
        score = {frozenset((p.a, p.b)): p.score for p in result.pairs}
        assert score.get(frozenset((service.id, "copy")), 0) > 0.95, service.name


def test_the_same_answer_twice() -> None:
    services = fictional.services()
    assert find_overlaps(services) == find_overlaps(services)


def test_compiled_and_plain_search_agree() -> None:
    services = [*generate(500, duplicates=0.1, seed=3).services, *fictional.services()]
    nowhere = [replace(s, id=f"n{s.id}", lat=None, lon=None) for s in services[:60]]
    areas = [
        replace(s, id=f"a{s.id}", area_codes=("5000", "70")[: k % 3]) for k, s in enumerate(services[60:120])
    ]
    every = [*services, *nowhere, *areas]
    plain = find_overlaps(every, options=Options(compiled=False))
    fast = find_overlaps(every, options=Options(compiled=True))
    assert plain.compared == fast.compared > 100
    assert plain == fast


def test_far_apart_is_no_duplicate_and_without_place_is() -> None:
    one = Service("a", "ליווי משפחות בניהול תקציב", "שנים עשר מפגשים בבית המשפחה", lat=32.0, lon=34.8)
    for lat, expected in ((32.01, 1), (32.6, 0)):
        assert len(find_overlaps([one, replace(one, id="b", lat=lat)]).pairs) == expected
    national = replace(one, id="b", lat=None, lon=None)
    assert len(find_overlaps([one, national]).pairs) == 1
    wide = replace(one, radius_km=60.0)
    assert len(find_overlaps([wide, replace(wide, id="b", lat=32.4)]).pairs) == 1


def test_area_codes_part_services_without_points() -> None:
    one = Service("a", "מועדון לאזרחים ותיקים", "מפגש יומי וארוחה", area_codes=("5000",))
    assert not find_overlaps([one, replace(one, id="b", area_codes=("70",))]).pairs
    assert find_overlaps([one, replace(one, id="b", area_codes=("70", "5000"))]).pairs
    assert find_overlaps([one, replace(one, id="b", area_codes=("ארצי",))]).pairs


def test_nothing_one_and_repeated_ids() -> None:
    assert find_overlaps([]).pairs == ()
    assert find_overlaps([Service("a", "x")]).groups == ()
    with pytest.raises(ValueError, match="'a'"):
        find_overlaps([Service("a", "x"), Service("a", "y")])
    with pytest.raises(ValueError, match="both lat and lon"):
        Service("a", lat=32.0)
    with pytest.raises(ValueError, match="min_score"):
        Options(min_score=2)


def test_every_weight_has_its_feature_and_sign() -> None:
    assert set(DEFAULT_WEIGHTS) == {"base", *NAMES} == {"base", *SIGNS}
    assert all(DEFAULT_WEIGHTS[name] * sign >= 0 for name, sign in SIGNS.items())
