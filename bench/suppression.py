"""`python -m bench.suppression`: hiding small counts of a nation, and the proof that they stay hidden.

A fictional nation: neighbourhoods in authorities, authorities in districts and clusters, by topics; every
margin is published. Beside the engine two other ways: small counts alone, and a greedy choice that hides a
second cell in every sum (no audit). Each is given to the attacker of the tests, who bounds every hidden cell.
"""

from __future__ import annotations

import datetime
import math
import os
import platform
import random
import statistics
import time
from collections.abc import Hashable

from maarag.engines.indicators import ALL, Protection, cross, protect
from maarag.values import Suppressed
from tests.engines.indicators.attacker import reader_of

Cells = dict[tuple[Hashable, ...], frozenset[Hashable]]
TRIED = 150
"""Hidden cells that the attacker tries in the large tables (all of them in the small one)."""


def nation(
    authorities: int, topics: int, *, with_neighbourhoods: int, seed: int = 3
) -> tuple[dict[Hashable, int], Cells, dict[Hashable, Hashable]]:
    """Counts by (neighbourhood, topic), the cells with all margins, and the authority of each count."""
    rng = random.Random(seed)
    records: list[tuple[int, int, int]] = []
    numbers: dict[Hashable, int] = {}
    for authority in range(authorities):
        people = math.exp(rng.gauss(4.2, 1.1))
        parts = 5 if authority < with_neighbourhoods else 1
        for part in range(parts):
            for topic in range(topics):
                record = (authority, part, topic)
                numbers[record] = int(people / parts * math.exp(rng.gauss(0, 0.7)) * rng.choice((0.2, 1, 2)))
                records.append(record)
    cells = cross(
        records,
        [
            lambda r: [(r[0], r[1]), r[0], f"district {r[0] % 6}", f"cluster {r[0] % 11}", ALL],
            lambda r: [r[2], ALL],
        ],
    )
    return numbers, cells, {record: record[0] for record in records}


def small_alone(numbers: dict[Hashable, int], cells: Cells) -> Protection:
    """Hides what is below the threshold, and nothing else."""
    return _as_protection(numbers, cells, {key for key, of in cells.items() if 0 < _sum(numbers, of) < 5})


def greedy(numbers: dict[Hashable, int], cells: Cells) -> Protection:
    """Hides a second cell in each row and column with a single hidden one, and stops there (no audit)."""
    hidden = {key for key, of in cells.items() if 0 < _sum(numbers, of) < 5}
    rows: dict[Hashable, list[tuple[Hashable, ...]]] = {}
    for place, topic in cells:
        rows.setdefault(("topics of", place), []).append((place, topic))
        if isinstance(place, tuple):
            rows.setdefault(("parts of", place[0], topic), []).append((place, topic))
        elif isinstance(place, int):
            for above in (f"district {place % 6}", f"cluster {place % 11}"):
                rows.setdefault((above, topic), []).append((place, topic))
    changed = True
    while changed:
        changed = False
        for row in rows.values():
            if sum(key in hidden for key in row) == 1 and len(row) > 1:
                others = [key for key in row if key not in hidden and _sum(numbers, cells[key])]
                if others:
                    hidden.add(min(others, key=lambda key: (_sum(numbers, cells[key]), str(key))))
                    changed = True
    return _as_protection(numbers, cells, hidden)


def _sum(numbers: dict[Hashable, int], of: frozenset[Hashable]) -> int:
    return sum(numbers[record] for record in of)


def _as_protection(
    numbers: dict[Hashable, int], cells: Cells, hidden: set[tuple[Hashable, ...]]
) -> Protection:
    empty = frozenset(record for record, number in numbers.items() if not number)
    marks = {cells[key] - empty: Suppressed(5, primary=_sum(numbers, cells[key]) < 5) for key in hidden}
    return Protection(5, marks, frozenset(cells.values()) - marks.keys(), empty, {})


def _line(name: str, found: Protection, numbers: dict[Hashable, int], cells: Cells, seconds: float) -> None:
    published = {of - found.empty for of in cells.values()} - {frozenset()}
    small = sum(_sum(numbers, of) < 5 for of in published)
    hidden = len(found.hidden)
    lost = sum(_sum(numbers, of) for of in found.hidden) / sum(_sum(numbers, of) for of in published)
    seen = reader_of(numbers, [cells.values()], found)
    order = sorted(seen.marks, key=lambda of: sorted(map(str, of)))
    random.Random(1).shuffle(order)
    tried = order[:TRIED]
    began = time.perf_counter()
    undone = len(seen.narrowed(whole=False, spared=set(order[TRIED:])))
    attack = time.perf_counter() - began
    print(
        f"{name:<22}{len(published):7}{small:7}{hidden:8}{hidden / max(small, 1):8.2f}{lost:9.2%}"
        f"{seconds:9.2f}{undone:8} of {len(tried):<5}{attack:7.1f}",
        flush=True,
    )


def main() -> None:
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {datetime.date.today()}")
    print(f"load before the run: {os.getloadavg()[0]:.1f}")
    heads = ("cells", "small", "hidden", "×small", "counts", "seconds", "  undone (tried)", "attack s")
    print(
        f"{'':<22}{heads[0]:>7}{heads[1]:>7}{heads[2]:>8}{heads[3]:>8}{heads[4]:>9}{heads[5]:>9}{heads[6]:>14}{heads[7]:>9}"
    )
    for authorities, topics, parted in ((40, 6, 5), (255, 6, 20), (255, 18, 20)):
        numbers, cells, owners = nation(authorities, topics, with_neighbourhoods=parted)
        print(f"{authorities} authorities × {topics} topics, {parted} of them with neighbourhoods")
        for name, way in (("  small ones alone", small_alone), ("  greedy, no audit", greedy)):
            began = time.perf_counter()
            found = way(numbers, cells)
            _line(name, found, numbers, cells, time.perf_counter() - began)
        for name, whose in (("  Maarag, any reader", None), ("  Maarag, owners too", owners)):
            times = []
            for _ in range(3):
                began = time.perf_counter()
                found = protect(numbers, [cells.values()], owners=whose)
                times.append(time.perf_counter() - began)
            assert not found.unproved
            _line(name, found, numbers, cells, statistics.median(times))


if __name__ == "__main__":
    main()
