"""What is measured of a pair of services. Every feature is symmetric and lies in 0…1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from maarag.engines.overlap.geography import distance_km, shared_area
from maarag.engines.overlap.pairwise import dots, lesser, lesser_and_count, over, row_sums
from maarag.engines.overlap.prepared import Prepared

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
BLOCK = 100_000
SAME_SPOT_KM = 1.0

NAMES: tuple[str, ...] = (
    "name",
    "name_within",
    "name_identical",
    "name_goes_on",
    "name_differs",
    "subject_differs",
    "text",
    "text_within",
    "text_identical",
    "text_near_identical",
    "lead_within",
    "name_and_text",
    "name_alone",
    "text_alone",
    "all_words",
    "names_told",
    "letters",
    "same_response",
    "other_response",
    "narrower_response",
    "same_terms",
    "other_terms",
    "same_population",
    "same_meaning",
    "same_frame",
    "other_population",
    "names_of_others",
    "narrower_population",
    "population_codes_differ",
    "near",
    "far",
    "same_provider",
    "sisters",
    "branches",
    "numbers_differ",
    "brands_differ",
    "translation",
)
"""Order of the columns of a feature matrix."""


def measure(prepared: Prepared, a: Ints, b: Ints) -> Floats:
    """Feature matrix of pairs: len(a) × len(NAMES)."""
    out = np.zeros((len(a), len(NAMES)))
    for start in range(0, len(a), BLOCK):
        part = slice(start, start + BLOCK)
        out[part] = _measure_block(prepared, a[part], b[part])
    return out


def _measure_block(p: Prepared, a: Ints, b: Ints) -> Floats:
    f: dict[str, Floats] = {}
    f["name"] = over(dots(p.name_alike, p.name, a, b), p.name_length[a] * p.name_length[b])
    covered_a, covered_b = _covered(p.name, p.name_alike, p.name_weight, a, b)
    named = (p.name_weight[a] > 0) & (p.name_weight[b] > 0)
    f["name_within"] = np.where(named, np.maximum(covered_a, covered_b), 0.0)
    both_ways = np.minimum(covered_a, covered_b)
    f["name_goes_on"] = np.where(named, 1 - both_ways, 0.0)
    f["name_identical"] = np.where(named, np.clip(both_ways * 5 - 4, 0, 1), 0.0)
    f["name_differs"] = np.minimum(_unmatched(p, a, b), _unmatched(p, b, a))
    f["subject_differs"] = np.minimum(_own_subject(p, a, b), _own_subject(p, b, a))
    f["all_words"] = over(
        dots(p.everything_alike, p.everything, a, b), p.everything_length[a] * p.everything_length[b]
    )
    f["text"] = over(dots(p.text_alike, p.text, a, b), p.text_length[a] * p.text_length[b])
    covered_a, covered_b = _covered(p.name, p.everything_alike, p.name_weight, a, b)
    f["names_told"] = np.where(named, np.minimum(covered_a, covered_b), 0.0)
    covered_a, covered_b = _covered(p.text, p.text_alike, p.text_weight, a, b)
    told = (p.text_weight[a] > 0) & (p.text_weight[b] > 0)
    both_ways = np.minimum(covered_a, covered_b)
    f["text_identical"] = np.where(told, np.clip(both_ways * 5 - 4, 0, 1), 0.0)
    f["text_within"] = np.where(told, np.maximum(covered_a, covered_b), 0.0)
    f["text_near_identical"] = _shared(p.shingles, p.shingle_weight, a, b)
    f["letters"] = dots(p.letters, p.letters, a, b)
    lead_a = over(lesser(p.lead, p.text_alike, a, b), p.lead_weight[a])
    lead_b = over(lesser(p.lead, p.text_alike, b, a), p.lead_weight[b])
    f["lead_within"] = np.where(told, np.maximum(lead_a, lead_b), 0.0)
    f["name_and_text"] = np.clip(f["name"] / 0.3 - 2, 0, 1) * np.maximum(f["text"], f["lead_within"])
    f["text_alone"] = np.where(named, 0.0, np.maximum(f["text"], f["text_near_identical"]))
    f["same_response"], f["other_response"] = _agreement(p.responses, p.responses, a, b)
    shared = _shared(p.terms, p.term_weight, a, b)
    both = (p.term_weight[a] > 0) & (p.term_weight[b] > 0)
    f["same_terms"] = shared * _telling(p.terms, p.term_top, a, b)
    f["other_terms"] = np.where(both, 1 - shared, 0.0)
    f["same_population"], f["other_population"] = _agreement(p.population_of_name, p.populations, a, b)
    said_a, said_b = np.diff(p.stated.indptr)[a], np.diff(p.stated.indptr)[b]
    common = dots(p.stated, p.stated, a, b)
    listed_alike = over(common, said_a + said_b - common)
    f["population_codes_differ"] = ((said_a > 0) & (said_b > 0) & (common == 0)).astype(float)
    said_alike = np.sqrt(f["same_population"] * f["same_response"])
    likest = np.maximum(np.maximum(f["name"], f["letters"]), said_alike)
    f["same_meaning"] = dots(p.spoken, p.spoken, a, b)
    f["name_alone"] = np.where(told, 0.0, np.clip(2 * likest - 1, 0, 1))
    _, f["names_of_others"] = _agreement(p.population_of_name, p.population_of_name, a, b)
    f["narrower_population"] = _narrower(p, p.population_of_name, p.populations, a, b)
    # People listed alike are doubtless the same ones, whatever a single word of a name seems to say.
    f["same_population"] = np.maximum(f["same_population"], listed_alike)
    for code in ("other_population", "names_of_others", "narrower_population"):
        f[code] = f[code] * (1 - 0.5 * listed_alike)
    # Different codes where the words agree are often only two hands' choices.
    parted = np.maximum(f["names_of_others"], np.maximum(f["other_population"], f["narrower_population"]))
    f["population_codes_differ"] = f["population_codes_differ"] * np.where(parted > 0, 1.0, 0.4)
    f["narrower_response"] = _narrower(p, p.responses, p.responses_told, a, b)
    for code in ("other_response", "narrower_response"):
        f[code] = f[code] * (1 - 0.5 * shared)
    distance = distance_km(p.geo, a, b)
    reach = np.maximum(p.geo.radius[a] + p.geo.radius[b], 1e-9)
    area = shared_area(p.geo, a, b)
    closeness = np.where(np.isnan(distance), 0.0, np.clip(1 - distance / reach, 0, 1))
    f["near"] = np.where(area == 1, np.maximum(closeness, 0.5), closeness)
    # Two services of one kind, for one kind of people, in one area: hardly by chance, whatever their words.
    people = np.where((said_a > 0) & (said_b > 0), listed_alike, 0.4)
    f["same_frame"] = f["same_terms"] * np.where(area == 1, 1.0, closeness) * people
    beyond = np.where(np.isnan(distance), 0.0, np.clip(2 * distance / reach - 1, 0, 1))
    beyond = np.where((area == 1) & (distance < 4 * reach), np.minimum(beyond, 0.3), beyond)
    elsewhere = (area == 0) & ~(distance < 0.5 * reach)
    # Close by, but each says whom it serves, and they are not the same areas: hardly the same people.
    f["far"] = np.where(elsewhere, 1.0, np.where(area == 0, np.maximum(beyond, 0.6), beyond))
    known = (p.provider[a] >= 0) & (p.provider[b] >= 0)
    one_provider = known & (p.provider[a] == p.provider[b])
    f["same_provider"] = one_provider * p.provider_weight[a]
    # A body seldom gives one thing under two names; a copy in its own list keeps the name or the text.
    kept = np.maximum(np.maximum(f["name"], f["letters"]), f["text_near_identical"])
    one_script = p.texts.script[a] == p.texts.script[b]
    f["sisters"] = f["same_provider"] * one_script * (1 - kept)
    f["branches"] = (one_provider & (np.nan_to_num(distance) > SAME_SPOT_KM)).astype(float)
    f["numbers_differ"] = _numbers_differ(p, a, b)
    f["brands_differ"] = _brands_differ(p, a, b)
    scripts, told_of = p.texts.script, row_sums(p.texts.concepts_in_text)
    translated = (scripts[a] != scripts[b]) & (scripts[a] < 3) & (scripts[b] < 3)
    named_both = (np.diff(p.responses.indptr)[a] > 0) & (np.diff(p.responses.indptr)[b] > 0)
    # What the names give decides: a shelter and the flat after it are told in much the same words.
    agreed = np.where(named_both & (f["same_response"] == 0), 0.5, 1.0)
    f["translation"] = (
        translated
        * agreed
        * over(
            dots(p.texts.concepts_in_text, p.texts.concepts_in_text, a, b),
            np.sqrt(told_of[a] * told_of[b]),
        )
    )
    return np.column_stack([np.clip(f[name], 0.0, 1.0) for name in NAMES])


def _numbers_differ(p: Prepared, a: Ints, b: Ints) -> Floats:
    """1 where both names have numbers and none in common."""
    out = np.zeros(len(a))
    numbered = np.fromiter(map(bool, p.numbers), dtype=bool, count=len(p.numbers))
    for k in np.flatnonzero(numbered[a] & numbered[b]):
        out[k] = float(not p.numbers[a[k]] & p.numbers[b[k]])
    return out


def _brands_differ(p: Prepared, a: Ints, b: Ints) -> Floats:
    """1 where both services have a name proper and neither word of one is in the other."""
    both = (np.diff(p.brands.indptr)[a] > 0) & (np.diff(p.brands.indptr)[b] > 0)
    common = dots(p.brands_alike, p.brands, a, b)
    return (both & (common <= 0) & (p.texts.script[a] == p.texts.script[b])).astype(float)


def _covered(
    plain: sparse.csr_matrix, alike: sparse.csr_matrix, weight: Floats, a: Ints, b: Ints
) -> tuple[Floats, Floats]:
    """Share of each text's weight that the other text has too."""
    return (
        over(lesser(plain, alike, a, b), weight[a]),
        over(lesser(plain, alike, b, a), weight[b]),
    )


def _unmatched(p: Prepared, a: Ints, b: Ints) -> Floats:
    """Well-known words (no slips of the pen) of name a that name b lacks; 1 is one telling word or more."""
    weight = row_sums(p.known_name)[a] - lesser(p.known_name, p.name_alike, a, b)
    return np.where(p.name_weight[b] > 0, np.minimum(weight / p.known_top, 1.0), 0.0)


def _own_subject(p: Prepared, a: Ints, b: Ints) -> Floats:
    """Whether a is about something that b nowhere mentions: 0…1."""
    unmet = row_sums(p.subject)[a] - lesser(p.subject, p.everything_alike, a, b)
    return np.minimum(unmet / p.known_top, 1.0)


def _shared(matrix: sparse.csr_matrix, weight: Floats, a: Ints, b: Ints) -> Floats:
    """Common weight over the smaller of the two weights."""
    common = lesser(matrix, matrix, a, b)
    return over(common, np.minimum(weight[a], weight[b]))


def _telling(matrix: sparse.csr_matrix, top: float, a: Ints, b: Ints) -> Floats:
    """How rare the shared columns are, 0…1: a term that every third service carries says little."""
    common, count = lesser_and_count(matrix, matrix, a, b)
    return np.minimum(over(common, count) / top, 1.0)


def _agreement(names: sparse.csr_matrix, texts: sparse.csr_matrix, a: Ints, b: Ints) -> tuple[Floats, Floats]:
    """(likeness of what the names say, how far each name says something the other service nowhere does)."""
    said = row_sums(names)
    said_a, said_b = said[a], said[b]
    common = lesser(names, names, a, b)
    same = over(common, said_a + said_b - common)
    unmet_a = said_a - lesser(names, texts, a, b)
    unmet_b = said_b - lesser(names, texts, b, a)
    return same, np.minimum(np.minimum(unmet_a, unmet_b), 1.0)


def _narrower(p: Prepared, names: sparse.csr_matrix, texts: sparse.csr_matrix, a: Ints, b: Ints) -> Floats:
    """How far just one name says something of its kind that the other service, well described, never does."""
    said = row_sums(names)
    unmet_a = said[a] - lesser(names, texts, a, b)
    unmet_b = said[b] - lesser(names, texts, b, a)
    only_a = np.where((unmet_b <= 0) & (p.text_weight[b] > 0), unmet_a, 0.0)
    only_b = np.where((unmet_a <= 0) & (p.text_weight[a] > 0), unmet_b, 0.0)
    return np.minimum(np.maximum(only_a, only_b) / 1.0, 1.0)
