"""The demonstration's language: terms of Open Eligibility and the topics that join them."""

from __future__ import annotations

from maarag.kernel.taxonomy.actions import TermRow, save_topic, save_version
from maarag.kernel.taxonomy.models import Term, Topic, Vocabulary

from .loading import Loading
from .tables import decimal, names, number, rows

VERSION = "14.0.1"
TABLES = ("taxonomy", "topics")


def load_vocabulary(loading: Loading) -> None:
    """Terms first; a taxonomy that somebody else has taken in is left alone."""
    if not loading.has_theirs(Term):
        save_version(by=loading.by, version=VERSION, rows=_term_rows())
    theirs = loading.codes_of_theirs(Topic)
    loading.forget()
    for position, row in enumerate(loading.steps("topics", rows("topics")), start=1):
        if row["code"] in theirs:
            continue
        save_topic(
            by=loading.by,
            code=row["code"],
            responses=[loading.terms[code] for code in row["responses"].split()],
            situations=[loading.terms[code] for code in row["situations"].split()],
            **names(row),
            icon=row["icon"],
            position=position,
            reach_km=decimal(row["reach_km"]),
            yearly_cost_per_place=number(row["yearly_cost_per_place"]),
            cost_source_id=loading.sources[row["cost_source"]].pk if row["cost_source"] else None,
        )
    loading.counts["terms"] = len(rows("taxonomy"))
    loading.counts["topics"] = len(rows("topics"))
    loading.forget()


def _term_rows() -> list[TermRow]:
    return [
        TermRow(vocabulary=Vocabulary(row["vocabulary"]), code=row["code"], key=row["key"], **names(row))
        for row in rows("taxonomy")
    ]
