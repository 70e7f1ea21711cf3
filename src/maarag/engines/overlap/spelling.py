"""Which words of a corpus may be slips of one another: one letter missing, added, changed, or two swapped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from maarag.engines.overlap.concepts import TRUST
from maarag.language import stems

SHORTEST = 4
# A key shared by more words than this tells nothing, and would cost the square of them.
CROWD = 40
SLIP = 0.92
# Two words that are both at home in the corpus are probably two words, though one letter apart.
BOTH_KNOWN = 0.35


def slips(
    words: Sequence[str], counts: NDArray[np.int64], roots: NDArray[np.int64], n_roots: int
) -> tuple[sparse.csr_matrix, list[tuple[int, int]]]:
    """Likeness of roots through their words: symmetric, n_roots × n_roots, zero diagonal, values 0…1.

    With it the pairs of words of which one is probably a slip of the other, both ways round.
    `counts`: in how many texts each word occurs; `roots`: the root number of each word.
    """
    holders: dict[str, list[int]] = defaultdict(list)
    for number, word in enumerate(words):
        if len(word) >= SHORTEST and word.isalpha():
            # In a fixed order: which slip is met first must not hang on the hash of strings.
            for key in dict.fromkeys((word, *(word[:k] + word[k + 1 :] for k in range(len(word))))):
                holders[key].append(number)
    best: dict[tuple[int, int], float] = _common_readings(words, roots)
    meant: list[tuple[int, int]] = []
    seen: set[tuple[int, int]] = set()
    for members in holders.values():
        if not 1 < len(members) <= CROWD:
            continue
        for place, one in enumerate(members):
            for two in members[place + 1 :]:
                first, second = int(roots[one]), int(roots[two])
                if first == second or (one, two) in seen or not _one_slip(words[one], words[two]):
                    continue
                seen.add((one, two))
                rare, common = sorted((int(counts[one]), int(counts[two])))
                value = SLIP if rare <= 1 + common // 50 else BOTH_KNOWN
                if value == SLIP:
                    meant.append((one, two))
                    meant.append((two, one))
                pair = (first, second) if first < second else (second, first)
                if value > best.get(pair, 0.0):
                    best[pair] = value
    if not best:
        return sparse.csr_matrix((n_roots, n_roots)), meant
    pairs = np.array(list(best), dtype=np.int64)
    values = np.array(list(best.values()))
    upper = sparse.coo_matrix((values, (pairs[:, 0], pairs[:, 1])), shape=(n_roots, n_roots))
    return (upper + upper.T).tocsr(), meant


def _common_readings(words: Sequence[str], roots: NDArray[np.int64]) -> dict[tuple[int, int], float]:
    """Roots of words that may after all be forms of one word, as far as their common reading is trusted."""
    holders: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for number, word in enumerate(words):
        for reading in stems(word):
            if reading.weight >= TRUST:
                holders[reading.text].append((int(roots[number]), reading.weight))
    best: dict[tuple[int, int], float] = {}
    for members in holders.values():
        if not 1 < len(members) <= CROWD:
            continue
        for place, (one, trust) in enumerate(members):
            for two, other in members[place + 1 :]:
                value = trust * other
                if one != two and value >= TRUST:
                    pair = (one, two) if one < two else (two, one)
                    best[pair] = max(value, best.get(pair, 0.0))
    return best


def _one_slip(one: str, two: str) -> bool:
    """Whether one edit (insert, delete, change, or swap of neighbours) makes one word of the other."""
    if abs(len(one) - len(two)) > 1:
        return False
    start = 0
    shortest = min(len(one), len(two))
    while start < shortest and one[start] == two[start]:
        start += 1
    end = 0
    while end < shortest - start and one[-1 - end] == two[-1 - end]:
        end += 1
    left, right = one[start : len(one) - end], two[start : len(two) - end]
    if len(left) <= 1 and len(right) <= 1:
        return True
    return len(left) == len(right) == 2 and left == right[::-1]
