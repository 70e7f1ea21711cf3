"""Sentences that stand in the descriptions of unrelated services say nothing about any of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from maarag.engines.overlap.model import Service
from maarag.language import normalise, root

_SENTENCE = re.compile(r"[.!?;\n|•]+")
# A sentence must stand in so many services, of names so unlike, before it is held for boilerplate.
LEAST_SERVICES = 3
LIKENESS_OF_NAMES = 0.3
SAMPLE = 40


def without_boilerplate(services: Sequence[Service]) -> list[str]:
    """Descriptions, normalised, a sentence a line, less sentences shared by services of unlike names."""
    split: dict[str, list[str]] = {}
    known: dict[str, str] = {}
    for service in services:
        if service.description not in split:
            parts = []
            for part in _SENTENCE.split(service.description):
                if part not in known:
                    known[part] = normalise(part)
                if known[part]:
                    parts.append(known[part])
            split[service.description] = parts
    holders: dict[str, list[int]] = defaultdict(list)
    for i, service in enumerate(services):
        for sentence in set(split[service.description]):
            holders[sentence].append(i)
    empty = {
        sentence
        for sentence, rows in holders.items()
        if len(rows) >= LEAST_SERVICES and _names_unlike([services[i].name for i in _some(rows)])
    }
    if not empty:
        return ["\n".join(split[service.description]) for service in services]
    return ["\n".join(s for s in split[service.description] if s not in empty) for service in services]


def _some(rows: list[int]) -> list[int]:
    """At most `SAMPLE` of the rows, evenly."""
    return rows[:: -(-len(rows) // SAMPLE)]


def _names_unlike(names: Sequence[str]) -> bool:
    """Whether distinct names share few words: the mean over words of how many of the names have each."""
    distinct = {_normalised(name) for name in names}
    if len(distinct) < LEAST_SERVICES:
        return False
    bags = [{_root(word) for word in name.split()} for name in distinct]
    counts: dict[str, int] = defaultdict(int)
    for words in bags:
        for word in words:
            counts[word] += 1
    total = sum(len(words) for words in bags)
    k = len(bags)
    # Mean share of a name's word found in another name.
    common = sum(count * (count - 1) for count in counts.values())
    return total > 0 and common / (total * (k - 1)) < LIKENESS_OF_NAMES


_normalised = lru_cache(maxsize=100_000)(normalise)
_root = lru_cache(maxsize=100_000)(root)
