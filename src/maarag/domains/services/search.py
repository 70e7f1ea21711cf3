"""Searching the directory: one index per process, rebuilt when the directory changes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Max, Sum
from django.db.models.functions import Extract
from django.utils.translation import gettext as _

from maarag.engines.search import Correction, Match, SearchIndex
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.places.models import Place
from maarag.kernel.places.queries import above, within
from maarag.kernel.taxonomy.models import Term, Vocabulary
from maarag.language import detect_script, with_final_letter

from .engine_data import to_search
from .models import Service
from .queries import with_facts

logger = logging.getLogger(__name__)

CHECK_SECONDS = 2.0
"""How long a process trusts that its large index is current; small ones are checked at every search."""
AT_ONCE = 5_000
"""Up to this many services a changed directory is indexed while the asker waits; above, in the background."""


@dataclass(frozen=True)
class Directory:
    """An index and the state of the directory that it was built from."""

    revision: tuple[object, ...]
    index: SearchIndex
    terms: dict[str, Term]
    checked: float


_lock = threading.Lock()
_current: Directory | None = None
_builder: threading.Thread | None = None


def directory_revision() -> tuple[object, ...]:
    """Changes whenever something that the index holds does; two light queries and one of the audit.

    The sum sees a change that was dated earlier but committed later than the newest.
    """
    services = Service.objects.aggregate(
        Count("pk"), Max("modified_at"), dated=Sum(Extract("modified_at", "epoch"))
    )
    terms = Term.objects.aggregate(Count("pk"), Max("version"))
    others = AuditEvent.objects.filter(subject_type__in=["people.organisation", "places.place"])
    return (
        connection.settings_dict["NAME"],
        *services.values(),
        *terms.values(),
        others.aggregate(Max("pk"))["pk__max"],
    )


def directory_index() -> SearchIndex:
    """The index of the services on offer; ids are keys as text."""
    return _directory().index


def told(ids: Iterable[str], language: str) -> dict[str, tuple[str, str, str]]:
    """(code, name, organisation) of services by the ids of the index, the names in one language.

    A name that is missing in the language is given in another; see `LocalText.in_language`.
    """
    found = Service.objects.select_related("organisation").in_bulk([int(id) for id in ids])
    return {
        str(key): (
            service.code,
            service.name.in_language(language),
            service.organisation.name.in_language(language),
        )
        for key, service in found.items()
    }


def revision_in_use() -> tuple[object, ...]:
    """What the index in use was built of where it may lag behind the database; else nothing."""
    return _directory().revision if _current and len(_current.index) > AT_ONCE else ()


def _directory() -> Directory:
    global _current, _builder
    have = _current
    if have and len(have.index) > AT_ONCE and time.monotonic() - have.checked < CHECK_SECONDS:
        return have
    revision = directory_revision()
    if have and have.revision == revision:
        _current = Directory(have.revision, have.index, have.terms, time.monotonic())
        return _current
    if have and len(have.index) > AT_ONCE and have.revision[0] == revision[0]:
        with _lock:
            if not (_builder and _builder.is_alive()):
                _builder = threading.Thread(target=_rebuild_apart, name="directory-index", daemon=True)
                _builder.start()
            _current = Directory(have.revision, have.index, have.terms, time.monotonic())
        return _current
    with _lock:
        if _current is None or _current.revision != revision:
            _current = _build(revision)
        return _current


def _build(revision: tuple[object, ...]) -> Directory:
    started = time.perf_counter()
    documents, names_of = to_search()
    index = SearchIndex.build(documents, names_of=names_of)
    terms = {term.code: term for term in Term.objects.filter(is_current=True)}
    logger.info("indexed %d services in %.2f s", len(documents), time.perf_counter() - started)
    return Directory(revision, index, terms, time.monotonic())


def _rebuild_apart() -> None:
    global _current
    try:
        _current = _build(directory_revision())
    except Exception:
        logger.exception("the directory could not be indexed; the earlier index is kept")
    finally:
        connection.close()


@dataclass(frozen=True)
class Found:
    """One service of a page: how far it is, and why it was found."""

    service: Service
    distance_km: float | None
    matched: tuple[Match, ...]


@dataclass(frozen=True)
class Facet:
    """A term with the number of services found that have it or a term below it."""

    term: Term
    count: int
    selected: bool
    depth: int


@dataclass(frozen=True)
class DirectoryPage:
    """A page of what was found; `total` is of all pages. `facets`: by vocabulary, in the order of a tree."""

    total: int
    rows: tuple[Found, ...]
    facets: dict[str, list[Facet]]
    corrections: tuple[Correction, ...]
    offset: int
    limit: int


def search_directory(
    query: str = "",
    *,
    term: str | Sequence[str] | None = None,
    place: Place | None = None,
    near: tuple[float, float] | None = None,
    within_km: float | None = None,
    sector: str | Sequence[str] | None = None,
    language: str | None = None,
    limit: int = 20,
    offset: int = 0,
) -> DirectoryPage:
    """Services that answer, the best first.

    `term`: codes, all of which must hold; a parent stands for its children. `place`: services that its people
    may use: for it, for a part of it or for what contains it, or given in it; with `within_km` instead those
    no further from its point. `near`: (latitude, longitude) in degrees. Raises ValueError for numbers out of
    range and for a distance from nowhere.
    """
    if near is None and within_km is not None:
        if place is None or place.latitude is None or place.longitude is None:
            raise ValueError(_("A distance needs a place that has a point on the map."))
        near, place = (place.latitude, place.longitude), None
    directory = _directory()
    codes = [term] if isinstance(term, str) else [code for code in term or () if code]
    filters = {
        "sector": [sector] if isinstance(sector, str) and sector else list(sector or ()),
        "language": [language] if language else [],
        "reach": _reaching(place) if place else [],
    }
    where = {"near": near, "within_km": within_km, "filters": filters}
    results = directory.index.search(query, limit=limit, offset=offset, term=codes, **where)  # type: ignore[arg-type]
    services = with_facts(Service.objects.all()).in_bulk([int(hit.id) for hit in results.hits])
    facets = {}
    for vocabulary in (Vocabulary.RESPONSE, Vocabulary.SITUATION):
        mine = [code for code in codes if _vocabulary(directory, code) == vocabulary]
        counts = results.facets
        if mine:  # beside a chosen term its siblings stay, with what choosing them instead would give
            rest = [code for code in codes if code not in mine]
            counts = directory.index.search(query, limit=0, term=rest, **where).facets  # type: ignore[arg-type]
        facets[str(vocabulary)] = _tree(directory.terms, vocabulary, counts, mine)
    return DirectoryPage(
        total=results.total,
        rows=tuple(
            Found(services[int(hit.id)], hit.distance_km, hit.matched)
            for hit in results.hits
            if int(hit.id) in services
        ),
        facets=facets,
        corrections=results.corrections,
        offset=offset,
        limit=limit,
    )


def _vocabulary(directory: Directory, code: str) -> str:
    return directory.terms[code].vocabulary if code in directory.terms else ""


def _reaching(place: Place) -> list[str]:
    """What a service's `reach` must name one of, so that the place's people may use it."""
    inner = list(within(place).values_list("code", flat=True)) or [place.code]
    outer = above(place).values_list("code", flat=True)
    return [f"area:{code}" for code in [*inner, *outer]] + [f"at:{code}" for code in inner]


def _tree(
    terms: dict[str, Term], vocabulary: Vocabulary, counts: dict[str, int], selected: Sequence[str]
) -> list[Facet]:
    """The first branches of a vocabulary, opened down to the selected terms and one level below them."""
    opened = {
        ":".join(code.split(":")[:depth]) for code in selected for depth in range(1, code.count(":") + 2)
    }
    shown = []
    for code, term in terms.items():
        parent = code.rpartition(":")[0]
        if term.vocabulary != vocabulary or not parent:
            continue
        count = counts.get(code, 0)
        if (count or code in opened) and (":" not in parent or parent in opened):
            shown.append((code.split(":"), Facet(term, count, code in selected, code.count(":") - 1)))
    shown.sort(key=lambda item: _largest_first(item[0], counts))
    return [facet for _path, facet in shown]


def _largest_first(path: Sequence[str], counts: dict[str, int]) -> list[tuple[int, str]]:
    codes = [":".join(path[:depth]) for depth in range(1, len(path) + 1)]
    return [(-counts.get(code, 0), code) for code in codes]


def why_found(matches: Iterable[Match], least: int = 3) -> list[str]:
    """Why a service was found, in the active language; words that stand in it go unsaid.

    Every word asked for is explained once, by a word of its own script where there is one.
    """
    said: list[str] = []
    matches = list(matches)
    explained = {match.asked for match in matches if match.kind in ("exact", "form")}
    for match in sorted(matches, key=lambda match: detect_script(match.asked) != detect_script(match.found)):
        if match.asked in explained:
            continue
        explained.add(match.asked)
        words = {"asked": with_final_letter(match.asked), "found": with_final_letter(match.found)}
        text = {
            "synonym": _("“%(found)s” means the same as “%(asked)s”"),
            "slip": _("“%(found)s” is spelled like “%(asked)s”"),
            "begins": _("“%(found)s” begins with “%(asked)s”"),
        }.get(match.kind)
        if text and (sentence := text % words) not in said:
            said.append(sentence)
    return said[:least]
