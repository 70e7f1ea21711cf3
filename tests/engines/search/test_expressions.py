"""Expressions of several words count where their words stand together; subjects before circumstances."""

from __future__ import annotations

from maarag.engines.search import Document, SearchIndex
from maarag.language import Synonyms, stems


def index(*descriptions: str, synonyms: list[str]) -> SearchIndex:
    documents = [
        Document(id=str(number), name=f"שירות {number}", description=text)
        for number, text in enumerate(descriptions, 1)
    ]
    return SearchIndex.build(documents, synonyms=Synonyms(synonyms))


def found(of: SearchIndex, query: str) -> list[str]:
    return [hit.id for hit in of.search(query).hits]


FAR = " ".join(["ועוד"] * 12)


def test_the_words_of_a_synonym_must_stand_together() -> None:
    of = index(
        "טיפול בבית",
        f"טיפול {FAR} בבית",
        "טיפול אישי בבית",
        "בית",
        "טיפול",
        synonyms=["זקנים | טיפול בבית"],
    )
    assert found(of, "זקנים") == ["1", "3"]


def test_fields_are_not_one_text() -> None:
    of = SearchIndex.build(
        [Document(id="1", name="מרכז טיפול", organisation="בית אחד")],
        synonyms=Synonyms(["זקנים | טיפול בבית"]),
    )
    assert found(of, "זקנים") == []


def test_words_that_stand_apart_are_no_reason() -> None:
    of = index(
        f"בית {FAR} טיפול בבית {FAR} לטיפול",
        synonyms=["זקנים | טיפול בבית"],
    )
    (hit,) = of.search("זקנים").hits
    assert {match.found for match in hit.matched} == {"טיפול", "בבית"}


def test_a_subject_goes_before_a_circumstance() -> None:
    of = index(
        "בית חם ויחס חם",
        "מזון לקשישים",
        "קשישים",
        *["דבר אחר"] * 20,
        synonyms=["אוכל | מזון", "זקנים | קשישים"],
    )
    assert found(of, "אוכל חם לזקנים")[0] == "2"


def test_expressions_with_stop_words_are_read() -> None:
    of = index("דרי רחוב", "בית", synonyms=["> בלי בית | דרי רחוב"])
    assert found(of, "בלי בית")[0] == "1"
    assert found(of, "צעיר בלי בית")[0] == "1"


def test_one_word_left_of_an_expression_is_no_synonym() -> None:
    of = index("המועד מגיע", "זכויות", synonyms=["זכויות | מה מגיע לי"])
    assert found(of, "זכויות") == ["2"]
    assert found(of, "מה מגיע לי")[0] == "2"


def test_a_listed_word_has_no_prefix() -> None:
    of = index("צרכים", "מצרכים", synonyms=["אוכל | מצרכים"])
    assert found(of, "אוכל") == ["2"]
    assert "צרכימ" not in {stem.text for stem in stems("מצרכימ", bare=True)}
    assert "צרכימ" in {stem.text for stem in stems("מצרכימ")}
