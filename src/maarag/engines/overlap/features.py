"""What is measured of a pair of services. Every feature is symmetric and lies in 0…1."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from maarag.engines.overlap import boilerplate, concepts
from maarag.engines.overlap.geography import Geography, distance_km, geography_of, shared_area
from maarag.engines.overlap.model import Options, Service
from maarag.engines.overlap.text import Texts, analyse, bag, neighbours, unit_rows
from maarag.language import normalise

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
BLOCK = 50_000
SAME_SPOT_KM = 1.0
LEAD_WORDS = (6, 16)
"""The lead: the first sentences, so many words. How a text begins says most, and is what others copy."""
KNOWN_WORD = 3
"""A word in so many services is no slip of the pen."""

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

_LEVELS = re.compile(r"[:/>]")
# What stands in quotation marks, not the marks inside an abbreviation.
_QUOTED = re.compile(r"""(?<!\w)(?:["״“„']|'')(\w[^"״“”„']*)(?:["״”“']|'')(?!\w)""")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Prepared:
    """Everything about n services that pairs are measured with."""

    texts: Texts
    geo: Geography
    meanings: sparse.csr_matrix
    name: sparse.csr_matrix
    known_name: sparse.csr_matrix
    known_top: float
    name_alike: sparse.csr_matrix
    name_length: Floats
    name_weight: Floats
    text: sparse.csr_matrix
    text_alike: sparse.csr_matrix
    text_length: Floats
    text_weight: Floats
    subject: sparse.csr_matrix
    everything: sparse.csr_matrix
    everything_alike: sparse.csr_matrix
    everything_length: Floats
    spoken: sparse.csr_matrix
    lead: sparse.csr_matrix
    lead_weight: Floats
    shingles: sparse.csr_matrix
    shingle_weight: Floats
    letters: sparse.csr_matrix
    terms: sparse.csr_matrix
    term_weight: Floats
    term_top: float
    populations: sparse.csr_matrix
    population_of_name: sparse.csr_matrix
    stated: sparse.csr_matrix
    responses: sparse.csr_matrix
    responses_told: sparse.csr_matrix
    provider: Ints
    provider_weight: Floats
    numbers: tuple[frozenset[str], ...]
    brands: sparse.csr_matrix
    brands_alike: sparse.csr_matrix


def prepare(services: Sequence[Service], options: Options) -> Prepared:
    """Vectors of the services; the one costly step that is linear in their number."""
    descriptions = boilerplate.without_boilerplate(services)
    texts = analyse([s.name for s in services], descriptions)
    geo = geography_of(services, options)
    size = len(texts.importance)
    alike = (sparse.identity(size, format="csr") + texts.likeness.maximum(texts.synonyms)).tocsr()
    name = bag(texts.names, texts.importance, damped=False)
    text = bag(texts.descriptions, texts.importance)
    everything = bag(texts.whole(), texts.importance)
    lead = bag(texts.descriptions.first(_lead_lengths(descriptions)), texts.importance)
    shingles = neighbours(texts.descriptions, texts.importance)
    brands = bag(texts.quoted([_brand(s.name) for s in services]), np.ones(size), damped=False)
    is_population = np.array(concepts.IS_POPULATION)
    restricting = sparse.diags(np.array(concepts.POPULATION_WEIGHTS))
    named_people = (texts.concepts_in_name[:, is_population] @ restricting).tocsr()
    stated = _indicator([{f"={normalise(p)}" for p in s.population if p.strip()} for s in services])
    terms = _term_paths(services)
    provider = _numbered([normalise(s.organisation) for s in services])
    providers = _indicator([{str(number)} if number >= 0 else set() for number in provider])
    return Prepared(
        texts=texts,
        geo=geo,
        meanings=sparse.hstack([texts.concepts_in_text, 0.7 * terms, 0.7 * providers]).tocsr(),
        name=name,
        known_name=(name @ sparse.diags((texts.counts >= KNOWN_WORD).astype(float))).tocsr(),
        known_top=float(np.log((10.0 + len(services)) / (5.0 + KNOWN_WORD)) + 0.3),
        name_alike=(name @ alike).tocsr(),
        name_length=_soft_length(name, alike),
        name_weight=_row_sums(name),
        text=text,
        text_alike=(text @ alike).tocsr(),
        text_length=_soft_length(text, alike),
        text_weight=_row_sums(text),
        subject=_subject(name, text),
        everything=everything,
        everything_alike=(everything @ alike).tocsr(),
        everything_length=_soft_length(everything, alike),
        spoken=unit_rows(texts.meanings),
        lead=lead,
        lead_weight=_row_sums(lead),
        shingles=shingles,
        shingle_weight=_row_sums(shingles),
        letters=_letters([s.name for s in services]),
        terms=terms,
        term_weight=_row_sums(terms),
        term_top=float(np.log((10.0 + len(services)) / 6.0) + 0.3),
        populations=texts.concepts_in_text[:, is_population].tocsr(),
        population_of_name=named_people,
        stated=stated,
        responses=texts.concepts_in_name[:, ~is_population].tocsr(),
        responses_told=texts.concepts_in_text[:, ~is_population].tocsr(),
        provider=provider,
        provider_weight=_provider_weight(provider),
        brands=brands,
        brands_alike=(brands @ alike).tocsr(),
        numbers=tuple(frozenset(_DIGITS.findall(s.name)) for s in services),
    )


def measure(prepared: Prepared, a: Ints, b: Ints) -> Floats:
    """Feature matrix of pairs: len(a) × len(NAMES)."""
    out = np.zeros((len(a), len(NAMES)))
    for start in range(0, len(a), BLOCK):
        part = slice(start, start + BLOCK)
        out[part] = _measure_block(prepared, a[part], b[part])
    return out


def _measure_block(p: Prepared, a: Ints, b: Ints) -> Floats:
    f: dict[str, Floats] = {}
    f["name"] = _over(_dots(p.name_alike, p.name, a, b), p.name_length[a] * p.name_length[b])
    covered_a, covered_b = _covered(p.name, p.name_alike, p.name_weight, a, b)
    named = (p.name_weight[a] > 0) & (p.name_weight[b] > 0)
    f["name_within"] = np.where(named, np.maximum(covered_a, covered_b), 0.0)
    both_ways = np.minimum(covered_a, covered_b)
    f["name_goes_on"] = np.where(named, 1 - both_ways, 0.0)
    f["name_identical"] = np.where(named, np.clip(both_ways * 5 - 4, 0, 1), 0.0)
    f["name_differs"] = np.minimum(_unmatched(p, a, b), _unmatched(p, b, a))
    f["subject_differs"] = np.minimum(_own_subject(p, a, b), _own_subject(p, b, a))
    f["all_words"] = _over(
        _dots(p.everything_alike, p.everything, a, b), p.everything_length[a] * p.everything_length[b]
    )
    f["text"] = _over(_dots(p.text_alike, p.text, a, b), p.text_length[a] * p.text_length[b])
    covered_a, covered_b = _covered(p.name, p.everything_alike, p.name_weight, a, b)
    f["names_told"] = np.where(named, np.minimum(covered_a, covered_b), 0.0)
    covered_a, covered_b = _covered(p.text, p.text_alike, p.text_weight, a, b)
    told = (p.text_weight[a] > 0) & (p.text_weight[b] > 0)
    both_ways = np.minimum(covered_a, covered_b)
    f["text_identical"] = np.where(told, np.clip(both_ways * 5 - 4, 0, 1), 0.0)
    f["text_within"] = np.where(told, np.maximum(covered_a, covered_b), 0.0)
    f["text_near_identical"] = _shared(p.shingles, p.shingle_weight, a, b)
    f["letters"] = _dots(p.letters, p.letters, a, b)
    lead_a = _over(_row_sums(p.lead[a].minimum(p.text_alike[b]).tocsr()), p.lead_weight[a])
    lead_b = _over(_row_sums(p.lead[b].minimum(p.text_alike[a]).tocsr()), p.lead_weight[b])
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
    common = _dots(p.stated, p.stated, a, b)
    listed_alike = _over(common, said_a + said_b - common)
    f["population_codes_differ"] = ((said_a > 0) & (said_b > 0) & (common == 0)).astype(float)
    said_alike = np.sqrt(f["same_population"] * f["same_response"])
    likest = np.maximum(np.maximum(f["name"], f["letters"]), said_alike)
    f["same_meaning"] = _dots(p.spoken, p.spoken, a, b)
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
    f["numbers_differ"] = np.array(
        [
            float(bool(p.numbers[i] and p.numbers[j] and not p.numbers[i] & p.numbers[j]))
            for i, j in zip(a, b, strict=True)
        ]
    )
    f["brands_differ"] = _brands_differ(p, a, b)
    scripts = p.texts.script
    translated = (scripts[a] != scripts[b]) & (scripts[a] < 3) & (scripts[b] < 3)
    named_both = (np.diff(p.responses.indptr)[a] > 0) & (np.diff(p.responses.indptr)[b] > 0)
    # What the names give decides: a shelter and the flat after it are told in much the same words.
    agreed = np.where(named_both & (f["same_response"] == 0), 0.5, 1.0)
    f["translation"] = (
        translated
        * agreed
        * _over(
            _dots(p.texts.concepts_in_text, p.texts.concepts_in_text, a, b),
            np.sqrt(_row_sums(p.texts.concepts_in_text)[a] * _row_sums(p.texts.concepts_in_text)[b]),
        )
    )
    return np.column_stack([np.clip(f[name], 0.0, 1.0) for name in NAMES])


def _brand(name: str) -> str:
    """The name proper of a service, where its name marks one by quotation marks."""
    return " ".join(_QUOTED.findall(name))


def _brands_differ(p: Prepared, a: Ints, b: Ints) -> Floats:
    """1 where both services have a name proper and neither word of one is in the other."""
    both = (np.diff(p.brands.indptr)[a] > 0) & (np.diff(p.brands.indptr)[b] > 0)
    common = _dots(p.brands_alike, p.brands, a, b)
    return (both & (common <= 0) & (p.texts.script[a] == p.texts.script[b])).astype(float)


def _lead_lengths(descriptions: Sequence[str]) -> Ints:
    """Words of the first sentence, with the next ones while it is very short, and never too many."""
    least, most = LEAD_WORDS
    lengths = np.full(len(descriptions), most, dtype=np.int64)
    for i, description in enumerate(descriptions):
        total = 0
        for sentence in description.split("\n"):
            total += sentence.count(" ") + 1
            if total >= least:
                break
        lengths[i] = min(total, most)
    return lengths


def _row_sums(matrix: sparse.csr_matrix) -> Floats:
    return np.asarray(matrix.sum(axis=1), dtype=np.float64).ravel()


def _soft_length(matrix: sparse.csr_matrix, alike: sparse.csr_matrix) -> Floats:
    return np.sqrt(np.maximum(_row_sums((matrix @ alike).multiply(matrix).tocsr()), 0))


def _dots(left: sparse.csr_matrix, right: sparse.csr_matrix, a: Ints, b: Ints) -> Floats:
    """Product of row a of one with row b of the other; made symmetric, as slips may not be."""
    return _row_sums(left[a].multiply(right[b]).tocsr())


def _over(numerator: Floats, denominator: Floats) -> Floats:
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)


def _covered(
    plain: sparse.csr_matrix, alike: sparse.csr_matrix, weight: Floats, a: Ints, b: Ints
) -> tuple[Floats, Floats]:
    """Share of each text's weight that the other text has too."""
    return (
        _over(_row_sums(plain[a].minimum(alike[b]).tocsr()), weight[a]),
        _over(_row_sums(plain[b].minimum(alike[a]).tocsr()), weight[b]),
    )


def _unmatched(p: Prepared, a: Ints, b: Ints) -> Floats:
    """Well-known words (no slips of the pen) of name a that name b lacks; 1 is one telling word or more."""
    known = p.known_name[a]
    weight = _row_sums(known) - _row_sums(known.minimum(p.name_alike[b]).tocsr())
    return np.where(p.name_weight[b] > 0, np.minimum(weight / p.known_top, 1.0), 0.0)


def _subject(name: sparse.csr_matrix, text: sparse.csr_matrix) -> sparse.csr_matrix:
    """Words that stand in a service's name and again in its description: what it is about, and no slips."""
    told = text.copy()
    told.data[:] = 1.0
    return name.multiply(told).tocsr()


def _own_subject(p: Prepared, a: Ints, b: Ints) -> Floats:
    """Whether a is about something that b nowhere mentions: 0…1."""
    own = p.subject[a]
    unmet = _row_sums(own) - _row_sums(own.minimum(p.everything_alike[b]).tocsr())
    return np.minimum(unmet / p.known_top, 1.0)


def _shared(matrix: sparse.csr_matrix, weight: Floats, a: Ints, b: Ints) -> Floats:
    """Common weight over the smaller of the two weights."""
    common = _row_sums(matrix[a].minimum(matrix[b]).tocsr())
    return _over(common, np.minimum(weight[a], weight[b]))


def _telling(matrix: sparse.csr_matrix, top: float, a: Ints, b: Ints) -> Floats:
    """How rare the shared columns are, 0…1: a term that every third service carries says little."""
    common = matrix[a].minimum(matrix[b]).tocsr()
    return np.minimum(_over(_row_sums(common), np.diff(common.indptr).astype(float)) / top, 1.0)


def _provider_weight(provider: Ints) -> Floats:
    """1 for a provider of two services, less with more: a ministry's services are not alike for being its."""
    held = np.bincount(provider[provider >= 0], minlength=int(provider.max(initial=0)) + 1)
    return np.where(provider >= 0, 1 / (1 + np.log(np.maximum(held[provider], 2) / 2)), 0.0)


def _agreement(names: sparse.csr_matrix, texts: sparse.csr_matrix, a: Ints, b: Ints) -> tuple[Floats, Floats]:
    """(likeness of what the names say, how far each name says something the other service nowhere does)."""
    one, two = names[a], names[b]
    said_a, said_b = _row_sums(one), _row_sums(two)
    common = _row_sums(one.minimum(two).tocsr())
    same = _over(common, said_a + said_b - common)
    unmet_a = said_a - _row_sums(one.minimum(texts[b]).tocsr())
    unmet_b = said_b - _row_sums(two.minimum(texts[a]).tocsr())
    return same, np.minimum(np.minimum(unmet_a, unmet_b), 1.0)


def _narrower(p: Prepared, names: sparse.csr_matrix, texts: sparse.csr_matrix, a: Ints, b: Ints) -> Floats:
    """How far just one name says something of its kind that the other service, well described, never does."""
    unmet_a = _row_sums(names[a]) - _row_sums(names[a].minimum(texts[b]).tocsr())
    unmet_b = _row_sums(names[b]) - _row_sums(names[b].minimum(texts[a]).tocsr())
    only_a = np.where((unmet_b <= 0) & (p.text_weight[b] > 0), unmet_a, 0.0)
    only_b = np.where((unmet_a <= 0) & (p.text_weight[a] > 0), unmet_b, 0.0)
    return np.minimum(np.maximum(only_a, only_b) / 1.0, 1.0)


def _indicator(sets: Sequence[set[str]]) -> sparse.csr_matrix:
    columns: dict[str, int] = {}
    rows: list[int] = []
    cols: list[int] = []
    for i, items in enumerate(sets):
        for item in sorted(items):
            rows.append(i)
            cols.append(columns.setdefault(item, len(columns)))
    shape = (len(sets), max(len(columns), 1))
    return sparse.csr_matrix((np.ones(len(rows)), (rows, cols)), shape=shape)


def _term_paths(services: Sequence[Service]) -> sparse.csr_matrix:
    """Terms with all their parents; the weight falls with how many services carry the term."""
    sets: list[set[str]] = []
    for service in services:
        paths: set[str] = set()
        for term in service.terms:
            levels = [normalise(level) for level in _LEVELS.split(term) if level.strip()]
            paths.update("/".join(levels[: k + 1]) for k in range(len(levels)))
        sets.append(paths)
    matrix = _indicator(sets)
    carriers = np.bincount(matrix.indices, minlength=matrix.shape[1])
    weight = np.log((10.0 + len(services)) / (5.0 + carriers)) + 0.3
    matrix.data = np.maximum(weight, 0.1)[matrix.indices]
    return matrix


def _numbered(values: Sequence[str]) -> Ints:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(v, len(numbers)) if v else -1 for v in values], dtype=np.int64)


def _letters(names: Sequence[str]) -> sparse.csr_matrix:
    """Unit vectors over runs of three letters of the name without spaces: words joined, parted, inflected."""
    columns: dict[str, int] = {}
    rows: list[int] = []
    cols: list[int] = []
    for i, name in enumerate(names):
        plain = normalise(name).replace(" ", "")
        for k in range(max(len(plain) - 2, min(len(plain), 1))):
            rows.append(i)
            cols.append(columns.setdefault(plain[k : k + 3], len(columns)))
    n = len(names)
    matrix = sparse.csr_matrix((np.ones(len(rows)), (rows, cols)), shape=(n, max(len(columns), 1)))
    matrix.sum_duplicates()
    carriers = np.bincount(matrix.indices, minlength=matrix.shape[1])
    matrix.data = matrix.data * (np.log((2.0 + n) / (1.0 + carriers)) + 0.5)[matrix.indices]
    return unit_rows(matrix)
