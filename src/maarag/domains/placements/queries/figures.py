"""A run in figures, for whoever sees no names: places given and families that wait, small numbers hidden."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from maarag.domains.families.scope import authorities_with
from maarag.domains.needs.published import levels_above
from maarag.domains.programmes.models import Method, Programme
from maarag.engines.indicators import ALL, cross, protect
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, permits
from maarag.kernel.matches.models import Run
from maarag.kernel.places.models import Place
from maarag.values import Shown, Suppressed

from ..scope import sees_exact
from .binding_above import binding_above

WAITS, METHOD = "waits", "method"


@dataclass(frozen=True)
class Atom:
    """The finest count of a run: an authority's families proposed for a programme, "" waiting.

    `method`: the one proposed where methods are chosen, else "".
    """

    authority: int
    programme: str
    method: str = ""


@dataclass(frozen=True)
class FigureLine:
    """A place (None: all of the run) with its families: by programme, placed, waiting and all.

    `methods`: families by the method proposed, in departments that choose one; elsewhere empty.
    """

    place: Place | None
    programmes: dict[str, Shown]
    placed: Shown
    waiting: Shown
    families: Shown
    methods: dict[str, Shown] = field(default_factory=dict)


@dataclass(frozen=True)
class Figures:
    """A run without names.

    `binding`, `floors`: what binds and at what price; above the departments by programme, without numbers of
    families. `is_part`: of a wider run the viewer's own departments alone. `value`, `bound`: the fit of the
    whole placement and the most that any has, in points, None where a sum of the run is hidden or others'
    families are part of it; `gap`: what is open between them, as a share.
    """

    run: Run
    programmes: tuple[Programme, ...]
    whole: FigureLine
    lines: tuple[FigureLine, ...]
    binding: tuple[dict[str, Any], ...]
    floors: tuple[dict[str, Any], ...]
    waiting_because: dict[str, Shown] = field(default_factory=dict)
    value: float | None = None
    bound: float | None = None
    gap: float = 0.0
    floors_cost: float | None = None
    is_exact: bool = False
    is_part: bool = False
    methods: tuple[Method, ...] = ()

    @property
    def hides_something(self) -> bool:
        lines = (self.whole, *self.lines)
        shown = [one for line in lines for one in (line.placed, line.waiting, line.families)]
        shown += [one for line in lines for part in (line.programmes, line.methods) for one in part.values()]
        return any(isinstance(one, Suppressed) for one in shown)


def figures_of(viewer: Viewer, run: Run) -> Figures:
    """What a run came to, as the viewer may see it.

    A department that a wider run reached sees its own part, exactly, and nothing of the others.
    """
    exact = sees_exact(viewer, run)
    numbers = _numbers(run)
    if not permits(viewer, Permission.RUN_PLACEMENTS, place=run.place):
        own = set(authorities_with(viewer, Permission.DECIDE_PLACEMENTS).values_list("pk", flat=True))
        return _of_departments(run, {atom: n for atom, n in numbers.items() if atom.authority in own}, own)
    return _figures(run, numbers, exact)


def hides_sums(run: Run) -> bool:
    """Whether a sum over all of the run is hidden above the departments, whoever asks."""
    return _hides_sums(_figures(run, _numbers(run), False).whole)


def _hides_sums(whole: FigureLine) -> bool:
    return any(isinstance(one, Suppressed) for one in (whole.families, whole.placed, whole.waiting))


def _numbers(run: Run) -> dict[Atom, int]:
    # a run of before there were methods has none in its counts
    return {Atom(*key): n for *key, n in run.totals.get("atoms", ())}


def _of_departments(run: Run, numbers: dict[Atom, int], own: set[int]) -> Figures:
    whole = _figures(run, numbers, True)
    return replace(
        whole,
        binding=tuple(limits_in(run.totals.get("binding", ()), run, own)),
        floors=tuple(_floor(one, False) for one in run.totals.get("floors", ())),
        waiting_because={},
        value=None,
        bound=None,
        floors_cost=None,
        is_part=True,
    )


def limits_in(
    limits: Iterable[dict[str, Any]], run: Run, authorities: Collection[int]
) -> list[dict[str, Any]]:
    """Those of the limits that are of these authorities alone."""
    seats = {row[0]: row[2] for row in run.totals.get("seats", ())}

    def is_own(one: dict[str, Any]) -> bool:
        match one["kind"]:
            case "place" | "purse":
                return seats.get(one["key"]) in authorities
            case "load":
                return one["key"][1] in authorities
            case _:
                return False

    return [one for one in limits if is_own(one)]


def _figures(run: Run, numbers: dict[Atom, int], exact: bool) -> Figures:
    read, cells = _reader(numbers, exact)
    codes = sorted({atom.programme for atom in numbers} - {""})
    programmes = sorted(Programme.objects.filter(code__in=codes), key=lambda one: one.name_he)
    by_method = sorted({atom.method for atom in numbers} - {""})
    methods = sorted(Method.objects.filter(code__in=by_method), key=lambda one: one.name_he)
    wanted = {key for key, _column in cells if isinstance(key, int)}
    inside = Place.objects.filter(pk__in=wanted, contained_in__ancestor=run.place_id).exclude(pk=run.place_id)
    places = sorted(inside.defer("outline").distinct(), key=lambda one: (one.kind != "district", one.name_he))

    def line(place: Place | None) -> FigureLine:
        key: Hashable = ALL if place is None else place.pk
        by_programme = {code: read(key, code) for code in codes}
        chosen = [code for code in by_method if (key, (METHOD, code)) in cells]
        return FigureLine(
            place=place,
            programmes=by_programme,
            placed=read(key, "placed"),
            waiting=read(key, WAITS),
            families=read(key, ALL),
            methods={code: read(key, (METHOD, code)) for code in chosen},
        )

    totals, whole = run.totals, line(None)
    # why families wait, and the sums of points, would tell the sums that are hidden
    sums = exact or not _hides_sums(whole)
    limits = totals.get("binding", ())
    return Figures(
        run=run,
        programmes=tuple(programmes),
        whole=whole,
        lines=tuple(line(place) for place in places),
        binding=tuple(limits if exact else binding_above(limits, run, sums=sums)),
        floors=tuple(_floor(one, exact) for one in totals.get("floors", ())) if sums else (),
        waiting_because=_because(totals.get("waiting", {}), exact) if sums else {},
        value=totals.get("value") if sums else None,
        bound=totals.get("bound") if sums else None,
        gap=float(totals.get("gap", 0.0)),
        floors_cost=totals.get("floors_cost") if sums else None,
        is_exact=exact,
        methods=tuple(methods),
    )


def _reader(numbers: dict[Atom, int], exact: bool) -> tuple[Any, Any]:
    """A function (place, column) → what is shown, and the cells that are published.

    By authority, district, cluster and nation, as wide as the run is; an authority knows its own numbers.
    Methods divide the same families another way, so they are protected together with programmes; above the
    departments they are told of districts and wider only, where they are not nearly all hidden.
    """
    above = levels_above()

    def places(atom: Atom) -> Iterable[Hashable]:
        return [atom.authority, *sorted(above.get(atom.authority, ())), ALL]

    def columns(atom: Atom) -> Iterable[Hashable]:
        return [atom.programme, "placed", ALL] if atom.programme else [WAITS, ALL]

    def wider(atom: Atom) -> Iterable[Hashable]:
        return places(atom) if exact else [*sorted(above.get(atom.authority, ())), ALL]

    cells = cross(numbers, [places, columns])
    chosen = [atom for atom in numbers if atom.method]
    cells |= cross(chosen, [wider, lambda atom: [(METHOD, atom.method)]])
    protection = None
    if not exact:
        owners = {atom: atom.authority for atom in numbers}
        protection = protect(numbers, [cells.values()], owners=owners)
        if protection.unproved:
            raise AssertionError("a hidden count of a run without a proof that nobody can work it out")

    def read(place: Hashable, column: Hashable) -> Shown:
        atoms = cells.get((place, column), frozenset())
        mark = protection.mark(atoms) if protection else None
        return mark or sum(numbers[atom] for atom in atoms)

    return read, cells


def _floor(one: dict[str, Any], exact: bool) -> dict[str, Any]:
    """How many of a group there are is told above the departments by the report on fairness alone."""
    if exact:
        return one
    return {name: value for name, value in one.items() if name not in ("least", "members", "placed")}


def _because(counts: dict[str, int], exact: bool) -> dict[str, Shown]:
    """Why families wait; above the departments one table of counts with its sum, small ones hidden."""
    if exact or not counts:
        return dict(counts)
    cells = cross(counts, [lambda code: [code, ALL]])
    protection = protect(counts, [cells.values()])
    found: dict[str, Shown] = {}
    for code, n in counts.items():
        found[code] = protection.mark(cells[code,]) or n
    return found
