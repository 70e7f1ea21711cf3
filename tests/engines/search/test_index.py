from __future__ import annotations

import math

import pytest

from maarag.engines.search import Correction, Document, SearchIndex
from tests.engines.search import corpora


@pytest.fixture(scope="module")
def index() -> SearchIndex:
    return corpora.own_index()


def ids(index: SearchIndex, query: str = "", **options: object) -> list[str]:
    return [hit.id for hit in index.search(query, **{"limit": 100, **options}).hits]  # type: ignore[arg-type]


def test_an_empty_query_gives_everything_by_name(index: SearchIndex) -> None:
    results = index.search("", limit=100)
    assert results.total == len(index) == len(results.hits)
    small = SearchIndex.build([Document("2", "בית"), Document("1", "אב"), Document("3", "אב")])
    assert ids(small, "  ") == ["1", "3", "2"]


def test_an_empty_query_near_a_point_gives_the_nearest_first(index: SearchIndex) -> None:
    results = index.search("", near=(31.9, 34.9), limit=100)
    distances = [hit.distance_km for hit in results.hits]
    known = [distance for distance in distances if distance is not None]
    assert known == sorted(known)
    assert distances[len(known) :] == [None] * (len(distances) - len(known))
    assert results.hits[0].id == "s01"


def test_distance_is_along_the_great_circle() -> None:
    index = SearchIndex.build([Document("tlv", "א", lat=32.0853, lon=34.7818), Document("none", "ב")])
    hit = index.search("", near=(31.7683, 35.2137)).hits[0]
    assert hit.distance_km == pytest.approx(53.8, abs=0.5)
    pole = SearchIndex.build([Document("north", "א", lat=90.0, lon=0.0)])
    assert pole.search("", near=(-90.0, 0.0)).hits[0].distance_km == pytest.approx(
        math.pi * 6371.0088, rel=1e-6
    )


def test_within_leaves_out_the_far_and_the_unknown(index: SearchIndex) -> None:
    near = (31.9325, 34.9205)
    every = index.search("", near=near, limit=100).hits
    expected = {hit.id for hit in every if hit.distance_km is not None and hit.distance_km <= 2}
    assert expected
    assert set(ids(index, near=near, within_km=2.0)) == expected
    with pytest.raises(ValueError, match="near"):
        index.search("", within_km=2.0)
    with pytest.raises(ValueError, match="degrees"):
        index.search("", near=(100.0, 0.0))


def test_of_equal_services_the_nearer_comes_first() -> None:
    index = SearchIndex.build(
        [Document("far", "מועדון", lat=33.0, lon=35.5), Document("close", "מועדון", lat=31.9, lon=34.9)]
    )
    assert ids(index, "מועדון", near=(31.9, 34.9)) == ["close", "far"]
    assert ids(index, "מועדון", near=(33.0, 35.5)) == ["far", "close"]


def test_a_parent_term_returns_its_children(index: SearchIndex) -> None:
    assert set(ids(index, term="human_services:housing")) == {"s10", "s11", "s12", "s13", "s14", "s54"}
    assert set(ids(index, term="human_services:housing:emergency_shelter")) == {"s12", "s13"}
    assert len(ids(index, term="human_services")) == len(index)
    assert ids(index, term="human_services:hous") == []
    assert ids(index, term="no:such") == []
    both = ids(index, term=["human_services:housing", "human_services:care"])
    assert both == ["s12"]


def test_facets_count_what_was_found_with_descendants(index: SearchIndex) -> None:
    results = index.search("", term="human_services:housing")
    assert results.facets["human_services:housing"] == results.total == 6
    assert results.facets["human_services:housing:emergency_shelter"] == 2
    assert results.facets["human_services:care"] == 1  # the women's shelter is both
    for query in ("קשישים", "תעסוקה", ""):
        found = index.search(query, limit=100)
        for code, count in found.facets.items():
            assert count == index.search(query, term=code).total, (query, code)


def test_a_service_with_two_terms_of_one_parent_counts_once() -> None:
    index = SearchIndex.build([Document("1", "א", terms=("a:b:c", "a:b:d", "a:b"))])
    assert index.search("").facets == {"a": 1, "a:b": 1, "a:b:c": 1, "a:b:d": 1}


def test_filters_choose_by_attributes() -> None:
    index = SearchIndex.build(
        [
            Document("1", "מועדון", attributes={"sector": ("civil",), "language": ("he", "ar")}),
            Document("2", "מועדון", attributes={"sector": ("local",)}),
            Document("3", "מועדון"),
        ]
    )
    assert ids(index, "מועדון", filters={"sector": {"civil", "local"}}) == ["1", "2"]
    assert ids(index, filters={"sector": {"civil"}, "language": {"ar"}}) == ["1"]
    assert ids(index, filters={"sector": set()}) == ["1", "2", "3"]


def test_names_of_terms_and_of_their_parents_are_searched_in_three_languages() -> None:
    names = {"a:work": ["תעסוקה", "Work", "عمل"], "a:work:help": ["עזרה במציאת מקצוע", "Placement", "تشغيل"]}
    index = SearchIndex.build(
        [Document("1", "רכבת", terms=("a:work:help",)), Document("2", "אווירון", terms=("a:sky",))],
        names_of=names,
    )
    for query in ("תעסוקה", "מציאת מקצוע", "placement", "عمل", "تشغيل"):
        assert ids(index, query) == ["1"], query


def test_pages_join_to_the_whole(index: SearchIndex) -> None:
    whole = ids(index, "ליווי")
    pages = [
        hit.id for offset in range(0, 60, 7) for hit in index.search("ליווי", limit=7, offset=offset).hits
    ]
    assert pages == whole
    assert index.search("ליווי", limit=0).hits == ()
    assert index.search("ליווי", limit=0).total == len(whole)
    with pytest.raises(ValueError, match="negative"):
        index.search("", offset=-1)


def test_the_same_question_has_the_same_answer() -> None:
    queries = ("קשישים", "תעסוכה לנכים", "food", "", "מיצוי זכויוץ")
    first, second = corpora.own_index(), corpora.own_index()
    for query in queries:
        assert first.search(query) == second.search(query) == first.search(query)


def test_scores_fall_and_ids_are_distinct(index: SearchIndex) -> None:
    for query in ("קשישים", "מקלט לנשים", "help for parents", "نساء"):
        hits = index.search(query, limit=100).hits
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        assert len({hit.id for hit in hits}) == len(hits) > 0


def test_exact_beats_form_beats_synonym() -> None:
    index = SearchIndex.build(
        [
            Document("synonym", "חלוקת מזון"),
            Document("form", "חלוקת באוכלים"),
            Document("exact", "חלוקת אוכל"),
        ]
        + [Document(f"x{number}", "דבר אחר לגמרי") for number in range(20)]
    )
    assert ids(index, "אוכל")[:1] == ["exact"]
    assert ids(index, "מזון")[:1] == ["synonym"]


def test_words_side_by_side_and_in_the_name_come_first() -> None:
    index = SearchIndex.build(
        [
            Document("apart", "מבנה", description="ספר אחד יש בתוך כל מדף גדול של בית"),
            Document("beside", "מבנה", description="שיעורים בתוך בית ספר גדול ושקט מאוד"),
            Document("name", "בית ספר", description="מבנה"),
        ]
    )
    assert ids(index, "בית ספר") == ["name", "beside", "apart"]


def test_why_names_the_word_its_field_and_the_kind(index: SearchIndex) -> None:
    hit = index.search("תעסוכה").hits[0]
    assert {match.kind for match in hit.matched} >= {"slip"}
    (only,) = (hit for hit in index.search("הומלסים").hits if hit.id == "s13")
    assert {(match.asked, match.kind) for match in only.matched} == {("הומלסימ", "synonym")}
    assert "name" in {match.field for match in only.matched}
    first = index.search("אלצהיימר").hits[0]
    assert (first.matched[0].found, first.matched[0].field, first.matched[0].kind) == (
        "אלצהיימר",
        "name",
        "exact",
    )


def test_did_you_mean_only_for_unknown_words(index: SearchIndex) -> None:
    assert index.search("תעסוכה").corrections == (Correction("תעסוכה", "תעסוקה"),)
    assert index.search("sekho").corrections == (Correction("sekho", "דקלים"),)
    for known in ("תעסוקה", "לקשישים", "food", "הומלסים", "118"):
        assert index.search(known).corrections == (), known


def test_what_cannot_be_found_is_not_found(index: SearchIndex) -> None:
    for query in ("קקקקקקק", "xyzzyq", "!!!", "999999"):
        results = index.search(query)
        assert (results.total, results.hits, results.facets) == (0, (), {}), query


def test_stop_words_alone_are_still_a_question() -> None:
    index = SearchIndex.build([Document("1", "של מי"), Document("2", "אחר")])
    assert ids(index, "של") == ["1"]


def test_a_hostile_query_is_only_a_query(index: SearchIndex) -> None:
    for query in ("א" * 5000, "בית " * 2000, "'; DROP TABLE --", "\x00\x01", "%%__%%", "((((", '"' * 99):
        assert index.search(query, limit=3).total >= 0


def test_an_index_of_nothing() -> None:
    index = SearchIndex.build([])
    assert index.search("בית").total == 0
    assert index.search("", near=(32.0, 35.0)).hits == ()
