"""Search beside what people would otherwise use: PostgreSQL full text (`simple`), substrings; its speed.

    python bench/search.py [--services 100000] [--no-postgres]

Prints recall@10 and nDCG@10 of the three on the labelled queries of the tests (the catalogue's where
../shared is present), their ratios, and the time to build and to ask an index of many services.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from maarag.database.server import EmbeddedServer  # noqa: E402
from maarag.engines.search import Document, SearchIndex  # noqa: E402
from maarag.language import field_synonyms  # noqa: E402
from maarag.standards.service_files import ServiceRecord, read_services  # noqa: E402
from tests.engines.search import corpora, quality  # noqa: E402

Ask = Callable[[quality.Labelled], list[str]]
TEXT_QUERIES = (
    "קשישים",
    "מקלט לנשים נפגעות אלימות",
    "תעסוכה לנכים",
    "אוכל",
    "לאימהות חד הוריות",
    "mental health",
    "مساعدة في الإيجار",
    "עו״ס",
    "אני מחפשת עזרה בתשלום שכר דירה",
    "שירות",
    "תעס",
    "",
)


def _text(record: ServiceRecord) -> str:
    parts = (record.name, " ".join(record.terms), record.organisation, record.description, record.population)
    return " ".join(parts)


def substring(records: list[ServiceRecord]) -> Ask:
    """All words of the query as they stand, anywhere in the text (what `icontains` does); names first."""
    texts = [(record, _text(record).casefold()) for record in records]

    def ask(labelled: quality.Labelled) -> list[str]:
        words = labelled.query.casefold().split()
        found = [record for record, text in texts if all(word in text for word in words)]
        found.sort(key=lambda record: not all(word in record.name.casefold() for word in words))
        return [record.id for record in found[:10]]

    return ask


def postgres(records: list[ServiceRecord], connection: psycopg.Connection) -> Ask:
    """PostgreSQL full text, configuration `simple`, names weighted above the rest, ranked by ts_rank."""
    execute = connection.execute
    execute("CREATE TEMPORARY TABLE IF NOT EXISTS found_text (id text, words tsvector)")
    execute("TRUNCATE found_text")
    for record in records:
        execute(
            "INSERT INTO found_text VALUES (%s, setweight(to_tsvector('simple', %s), 'A') ||"
            " to_tsvector('simple', %s))",
            (record.id, record.name, _text(record)),
        )

    def ask(labelled: quality.Labelled) -> list[str]:
        rows = execute(
            "SELECT id FROM found_text, websearch_to_tsquery('simple', %s) q WHERE words @@ q"
            " ORDER BY ts_rank(words, q) DESC, id LIMIT 10",
            (labelled.query.replace('"', ""),),
        )
        return [row[0] for row in rows]

    return ask


def compare(name: str, labels: list[quality.Labelled], asked: dict[str, Ask]) -> None:
    plain = [item for item in labels if item.query and not item.options]
    tables = {who: quality.table(quality.measure(plain, ask)) for who, ask in asked.items()}
    ours = tables["maarag"]
    print(f"\n{name}: {len(plain)} labelled queries (recall@10 / nDCG@10)")
    print(f"  {'':<12}" + "".join(f"{who:>18}" for who in tables))
    for difficulty in sorted(ours, key=lambda key: (key != "all", key)):
        cells = [table[difficulty] for table in tables.values()]
        print(f"  {difficulty:<12}" + "".join(f"{recall:>10.3f} / {ndcg:.3f}" for _, recall, ndcg in cells))
    for who, table in tables.items():
        if who != "maarag" and table["all"][1]:
            print(f"  recall, times {who}: {ours['all'][1] / table['all'][1]:.2f}")


def many(count: int, seed: int = 20260501) -> list[Document]:
    """Services made by chance of the words of the tests' services and of the list of synonyms."""
    chance = random.Random(seed)
    sources = read_services(quality.HERE / "services.csv")
    words = [word for record in sources for word in re.split(r"\s+", f"{record.name} {record.description}")]
    expressions = [" ".join(phrase) for group in field_synonyms().groups for phrase in group]
    # Names of places and people give a real directory its long tail of rare words.
    syllables = ["בר", "לי", "מו", "שק", "דו", "נע", "רז", "תל", "גב", "כפ", "ים", "אל", "חן", "סת"]
    tail = ["".join(chance.choices(syllables, k=3)) for _ in range(count // 4)]
    made = []
    for number in range(count):
        source = chance.choice(sources)
        made.append(
            Document(
                id=str(number),
                name=f"{source.name} {chance.choice(expressions)} {chance.choice(tail)}",
                description=" ".join(chance.choices(words, k=40) + chance.choices(expressions, k=5)),
                organisation=f"{source.organisation} {chance.choice(tail)}",
                terms=source.terms,
                lat=chance.uniform(29.5, 33.3),
                lon=chance.uniform(34.3, 35.8),
                place=chance.choice(tail),
            )
        )
    return made


def speed(count: int) -> None:
    documents = many(count)
    started, worked = time.perf_counter(), time.process_time()
    index = SearchIndex.build(documents, names_of=corpora.names_of())
    built, work = time.perf_counter() - started, time.process_time() - worked
    print(f"\n{count:,} services: built in {built:.1f} s (processor {work:.1f} s)")
    everything = []
    for query in TEXT_QUERIES:
        times = []
        for _ in range(7):
            started = time.perf_counter()
            results = index.search(query)
            times.append((time.perf_counter() - started) * 1000)
        everything += times[1:]
        usual, first = statistics.median(times[1:]), times[0]
        print(f"  {usual:7.1f} ms (first {first:6.1f})  {results.total:>7,} found  {query}")
    everything.sort()
    late = everything[int(len(everything) * 0.95)]
    print(f"  median {statistics.median(everything):.1f} ms, 95% under {late:.1f} ms")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--services", type=int, default=100_000)
    arguments.add_argument("--no-postgres", action="store_true")
    chosen = arguments.parse_args()
    shared = Path(os.environ.get("MAARAG_SHARED", ROOT.parent / "shared"))
    own = read_services(quality.HERE / "services.csv")
    sets: list[tuple[str, str, list[ServiceRecord], SearchIndex]] = [
        (f"own services, {part}", f"{part}queries.csv", own, corpora.own_index())
        for part in ("", "unseen_", "last_")
    ]
    if (shared / "data").is_dir():
        records = corpora.catalogue_records(shared)
        sets += [
            (
                f"welfare catalogue, {part}",
                f"{part}catalogue_queries.csv",
                records,
                corpora.catalogue_index(shared),
            )
            for part in ("", "unseen_", "last_")
        ]
    with contextlib.ExitStack() as stack:
        connection = None if chosen.no_postgres else stack.enter_context(_postgres())
        for name, labels, records, index in sets:
            asked: dict[str, Ask] = {"maarag": corpora.asker(index), "substring": substring(records)}
            if connection is not None:
                asked["postgresql"] = postgres(records, connection)
            compare(name.rstrip(", _"), quality.read_labels(labels), asked)
    speed(chosen.services)


@contextlib.contextmanager
def _postgres() -> Iterator[psycopg.Connection]:
    """A connection to an embedded server of its own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="maarag-bench-") as home:
        server = EmbeddedServer(Path(home))
        data = server.status().data
        try:
            with (
                server.running() as info,
                psycopg.connect(**info.parameters(), autocommit=True) as connection,
            ):
                yield connection
        finally:
            server.stop()
            shutil.rmtree(data.parent, ignore_errors=True)


if __name__ == "__main__":
    main()
