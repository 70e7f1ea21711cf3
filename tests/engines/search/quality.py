"""Labelled queries: reading them, asking them, and recall@10 and nDCG@10 of the answers."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
DEPTH = 10


@dataclass(frozen=True)
class Labelled:
    """A query with the services that a social worker would want: 2 just what was asked, 1 of use."""

    difficulty: str
    query: str
    grades: dict[str, int]
    options: dict[str, str]


@dataclass(frozen=True)
class Measured:
    labelled: Labelled
    answer: list[str]

    @property
    def recall(self) -> float:
        wanted = self.labelled.grades
        return len(wanted.keys() & set(self.answer[:DEPTH])) / min(len(wanted), DEPTH)

    @property
    def ndcg(self) -> float:
        gains = [2 ** self.labelled.grades.get(found, 0) - 1 for found in self.answer[:DEPTH]]
        best = sorted((2**grade - 1 for grade in self.labelled.grades.values()), reverse=True)[:DEPTH]
        return _discounted(gains) / _discounted(best)


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))


def read_labels(name: str) -> list[Labelled]:
    """Queries of a file beside this one: `s01+` is grade 2, `s01` grade 1."""
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="|", quoting=csv.QUOTE_NONE))
    return [
        Labelled(
            row["difficulty"],
            row["query"],
            {item.rstrip("+"): 1 + item.endswith("+") for item in row["relevant"].split()},
            dict(part.split("=") for part in (row["options"] or "").split(";") if part),
        )
        for row in rows
    ]


def measure(labels: list[Labelled], ask: Callable[[Labelled], list[str]]) -> list[Measured]:
    return [Measured(labelled, ask(labelled)) for labelled in labels]


def table(measured: list[Measured]) -> dict[str, tuple[int, float, float]]:
    """Per difficulty, and `all`: (queries, mean recall@10, mean nDCG@10)."""
    groups: defaultdict[str, list[Measured]] = defaultdict(list)
    for item in measured:
        groups[item.labelled.difficulty].append(item)
        groups["all"].append(item)
    return {
        name: (len(items), sum(i.recall for i in items) / len(items), sum(i.ndcg for i in items) / len(items))
        for name, items in groups.items()
    }


def report(title: str, measured: list[Measured]) -> str:
    rows = [f"{title}: {'difficulty':<12}{'queries':>8}{'recall@10':>11}{'nDCG@10':>9}"]
    rows += [f"{title}: {n:<12}{c:>8}{r:>11.3f}{d:>9.3f}" for n, (c, r, d) in sorted(table(measured).items())]
    return "\n".join(rows)
