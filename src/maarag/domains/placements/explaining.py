"""Why each family was proposed its place, and what binds the whole: codes and numbers, for `told`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from maarag.domains.programmes.fit import Judgement
from maarag.engines.matching import PLACE, Explained, Prices
from maarag.kernel.matches.registry import Stop

from .asked import Asked
from .engine_data import FUNDER, LOAD, Gathered, Keys, Pairs, bonus_of

MOST_OTHERS = 3
"""Of the places that fit better, so many are explained."""
VERSION = 1
_OF_KIND = {FUNDER: "funder", LOAD: "load"}


def _r(value: float) -> float:
    return round(float(value), 3)


@dataclass(frozen=True)
class Teller:
    """Turns what the engine says, in its numbers, into codes with keys of quotas and families."""

    gathered: Gathered
    pairs: Pairs
    asked: Asked
    keys: Keys
    explained: Explained
    kinds: tuple[str, ...]

    def judgement(self, family: int, seat: int) -> Judgement:
        """Judged again: keeping all of them would fill the memory in a run of the nation."""
        return self.gathered.judged(family, seat)

    def family(self, i: int) -> dict[str, Any]:
        """What a proposal keeps of its explanation."""
        told = self.explained.family_explained(i)
        whys = {each["place"]: each for each in told["why_not"]}
        one, seats = self.gathered.candidates[i], self.gathered.seats
        found: dict[str, Any] = {
            "version": VERSION,
            "groups": dict(one.groups),
            "weight": one.weight,
            "eligible": told["eligible_places"],
            "for": [self._of(each) for each in told["for"] if self._speaks(each)],
            "against": [self._of(each, told["place"]) for each in told["against"]],
            "why_not": [
                self._nearest(i, [whys[j] for j in of]) for of in self._by_programme(whys)[:MOST_OTHERS]
            ],
            "better": told["better_fitting"],
            **({"by_method": True} if self.gathered.by_method(i) else {}),
        }
        j = told["place"]
        if j is not None:
            seat = seats[j]
            judgement = self.judgement(i, j)
            found["judged"] = short(judgement)
            if kept := self.gathered.kept_method(i, j):
                found["judged"]["method"] = kept
            if self.gathered.by_method(i):
                found["proposed_method"] = found["judged"]["method"]
            more = self.explained.one_more.get((PLACE, j))
            found["price"] = _r(more.price if more else 0.0)
            if wait := one.waits_for(seat.programme):
                days = max(0, (self.asked.day - wait.since).days)
                points = bonus_of(wait, self.asked.day)
                found["for"].append(
                    {"code": "waits", "days": days, "priority": wait.priority, "points": _r(points)}
                )
        found["barred"] = [
            {
                "quota": seats[j].quota,
                "programme": seats[j].code,
                "reasons": [reason.data() for reason in self.judgement(i, j).excluded],
            }
            for j, *_others in self._by_programme(self.pairs.barred.get(i, ()))
        ]
        fits = dict(self.pairs.below.get(i, ()))
        found["below"] = [
            {
                "quota": seats[j].quota,
                "programme": seats[j].code,
                "fit": round(fits[j]),
                **self._through(i, j),
            }
            for j, *_others in self._by_programme(fits)
        ]
        return found

    def _by_programme(self, places: Iterable[int]) -> list[list[int]]:
        """Places of one family as programmes, in their order, each with its quotas."""
        found: dict[int, list[int]] = {}
        for j in places:
            found.setdefault(self.gathered.seats[j].programme, []).append(j)
        return list(found.values())

    def _through(self, i: int, seat: int) -> dict[str, str]:
        """The method that the place would be had with, where methods are chosen."""
        return {"method": self.gathered.method(i, seat)} if self.gathered.by_method(i) else {}

    def fit(self, pair: int) -> int:
        return max(0, min(100, round(self.pairs.fit[pair])))

    def _speaks(self, told: dict[str, Any]) -> bool:
        """Limits that do not bind are not worth a line each."""
        return told["kind"] not in _OF_KIND

    def _of(self, told: dict[str, Any], seat: int | None = None) -> dict[str, Any]:
        match told["kind"]:
            case "decided":
                return {"code": "decided"}
            case "no eligible place":
                return {"code": "no_eligible"}
            case "does not fit":
                return {"code": "does_not_fit"}
            case "best fit":
                return {"code": "best_fit"}
            case "others fit better":
                return {"code": "others_fit_better", "n": told["places"]}
            case "floor":
                return {"code": "floor", "points": _r(told["worth"])}
            case "place in demand":
                points = {"points": _r(told["price"])}
                if seat is not None and self.gathered.seats[seat].is_short_of_money:
                    return {"code": "purse_tight", **points, "key": self.gathered.seats[seat].quota}
                return {"code": "in_demand", **points}
            case kind:
                return {"code": f"{_OF_KIND[kind]}_tight", "points": _r(told["price"]), **self._row(told)}

    def _nearest(self, i: int, quotas: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Why not a programme: what the quota says that lacks least, so that one is full only if all are."""
        found = min((self._why_not(i, told) for told in quotas), key=_lacks)
        for each in found["because"]:
            if each["code"] == "full":
                each["n"] = sum(self.gathered.seats[told["place"]].families for told in quotas)
        return found

    def _why_not(self, i: int, told: dict[str, Any]) -> dict[str, Any]:
        seats = self.gathered.seats
        pair = self.explained.problem.pair(i, told["place"])
        found: dict[str, Any] = {
            "quota": seats[told["place"]].quota,
            "programme": seats[told["place"]].code,
            "fit": self.fit(pair),
            **self._through(i, told["place"]),
            "because": [self._because(each, told["place"]) for each in told["because"]],
            "change": [self._change(each, told, i) for each in told["would_change"]],
        }
        if not found["because"]:
            # there is room, and yet it is kept for others: the price says what it is worth to them
            price = self.explained.placed.prices.places[told["place"]]
            found["because"].append({"code": "worth_more_to_others", "points": _r(price)})
        if displaced := told.get("displaced"):
            goes_to = displaced["goes_to"]
            found["displaced"] = {
                "family": str(self.gathered.candidates[displaced["family"]].family),
                "goes_to": None if goes_to is None else seats[goes_to].quota,
                **({} if goes_to is None else self._through(displaced["family"], goes_to)),
                "loses": _r(displaced["loses"]),
            }
        return found

    def _money_left(self, seat: int) -> int:
        """Of a quota, when all that is proposed is carried out, in agorot."""
        one = self.gathered.seats[seat]
        return int(one.purse_left - self.explained.placed.taken[seat] * one.cost)

    def _because(self, told: dict[str, Any], seat: int) -> dict[str, Any]:
        match told["kind"]:
            case "decided":
                return {"code": "decided"}
            case "full":
                one = self.gathered.seats[seat]
                held = {"floor": True} if "floor_holds" in told else {}
                if one.is_short_of_money:
                    left = self._money_left(seat)
                    return {
                        "code": "purse_spent", "needs": one.cost, "left": left, "key": one.quota, **held,
                    }  # fmt: skip
                return {"code": "full", "n": one.families, **held}
            case kind:
                return {
                    "code": f"{_OF_KIND[kind]}_spent",
                    "needs": _r(told["needs"]),
                    "left": _r(max(0.0, told["left"])),
                    **self._row(told),
                }

    def _change(self, told: dict[str, Any], refused: dict[str, Any], i: int) -> dict[str, Any]:
        """What is lacking; how many families come before this one to it, and whether it alone is enough."""
        if told["kind"] == "fit":
            points = _r(told["more"] / self.gathered.candidates[i].weight)
            return {"code": "more_fit", "points": points, "about": told["about"]}
        queue = {"before": told["before"], "enough": refused["enough"]}
        if told["kind"] != "place":
            return {
                "code": f"more_{_OF_KIND[told['kind']]}",
                "n": _r(told["more"]),
                **self._row(told),
                **queue,
            }
        one = self.gathered.seats[refused["place"]]
        if one.is_short_of_money:
            lacks = one.cost - self._money_left(refused["place"])
            return {"code": "more_purse", "n": lacks, "key": one.quota, **queue}
        return {"code": "more_places", "n": told["more"], **queue}

    def _row(self, told: dict[str, Any]) -> dict[str, Any]:
        """The key of the limit: a quota, a purse of the ledger, or a programme's team."""
        key = self.keys.of[told["kind"]][told["limit"]]
        return {"key": list(key) if isinstance(key, tuple) else key}

    def whole(self, stop: Stop, exact_seconds: float) -> dict[str, Any]:
        """The run's figures: what binds and at what price, who waits and why, what the floors cost.

        `exact_seconds`: as the run was given, so that its cost of floors compares like with like. Raises
        PlacementCancelled.
        """
        told = self.explained.whole(cancelled=stop, exact_seconds=exact_seconds)
        placed = self.explained.placed
        seats = self.gathered.seats
        floors = [{"attribute": one.attribute, "value": one.value} for one in self.asked.floors]
        binding = []
        for each in told["binding"]:
            number, limit = each["number"], self.limit(each["kind"], each["number"])
            price, left = float(each["price"]), max(0.0, each["left"])
            if limit["kind"] == "purse":
                # one more basket of money is one more place
                price, left = price / seats[number].cost, self._money_left(number)
            brings = {"more": _r(each["more"]), "brings": _r(each["brings"]), "exact": each["exact"]}
            lifts = [{**floors[one["floor"]], "kept": one["kept"]} for one in each["lifts"]]
            binding.append({**limit, "price": price, "left": _r(left), **brings, "lifts": lifts})
        waiting = self._waiting(told["waiting"])
        names = ("least", "members", "placed", "kept", "proved")
        reached = [
            {**floor.data(), **{name: each[name] for name in names},
             "price": _r(each["price"])}
            for floor, each in zip(self.asked.floors, told["floors"], strict=True)
        ]  # fmt: skip
        fit = sum(self.pairs.fit[int(pair)] for pair in placed.chosen)
        return {
            "families": told["families"],
            "placed": told["placed"],
            "fit": _r(fit),
            "value": _r(told["value"]),
            "bound": _r(told["bound"]),
            "gap": round(float(told["gap"]), 6),
            "exact": bool(placed.facts.get("exact")),
            "binding": binding,
            "waiting": waiting,
            "floors": reached,
            "floors_cost": _r(told["floors_cost"]) if "floors_cost" in told else None,
        }

    def limit(self, kind: str, number: int) -> dict[str, Any]:
        """What a limit of the engine is: place or purse of a quota, funder of a purse, load of a team."""
        seats = self.gathered.seats
        if kind != "place":
            key = self.keys.of[kind][number]
            return {"kind": kind, "key": list(key) if isinstance(key, tuple) else key}
        return {"kind": "purse" if seats[number].is_short_of_money else "place", "key": seats[number].quota}

    def _waiting(self, counts: dict[str, int]) -> dict[str, int]:
        """Why families wait; where the money of a quota ended before its places, that is told."""
        found = {_WAITS.get(kind, kind): n for kind, n in counts.items()}
        problem, placed, room = self.explained.problem, self.explained.placed, self.explained.room
        if not found.get("full"):
            return found
        short = 0
        for i in range(problem.n_families):
            part = problem.pairs_of(i)
            if placed.pair_of_family[i] >= 0 or placed.fixed[i] or part.start == part.stop:
                continue
            best = problem.place[part][problem.fit[part] == problem.fit[part].max()]
            short += bool((room[best] <= 0).all()) and any(
                self.gathered.seats[j].is_short_of_money for j in best
            )
        counted = {**found, "full": found["full"] - short, "purse_spent": short}
        return {code: n for code, n in counted.items() if n}


def _lacks(told: dict[str, Any]) -> tuple[bool, bool, int, float]:
    """How far a place that is refused is from being had."""
    codes = [each["code"] for each in told["because"]]
    points = (each["points"] for each in told["change"] if each["code"] == "more_fit")
    fit = next(points, math.inf)  # no fit would do
    return "full" in codes, "purse_spent" in codes, len(codes), fit


_WAITS = {
    "decided": "decided",
    "no eligible place": "no_eligible",
    "full": "full",
    "does not fit": "does_not_fit",
    FUNDER: "funder_spent",
    LOAD: "load_spent",
}


def short(judgement: Judgement) -> dict[str, Any]:
    """What a proposal keeps of how the programme was judged."""
    return {
        "certainty": round(judgement.certainty),
        "pro": [reason.data() for reason in judgement.pro],
        "contra": [reason.data() for reason in judgement.contra],
        "missing": [reason.data() for reason in judgement.missing],
        "method": judgement.method,
    }


def prices_of(teller: Teller) -> dict[str, dict[str, float]]:
    """What one more of each limit would bring, by kind and key; of a place, as it is told of the run."""
    explained = teller.explained
    places = {j: more.price for (kind, j), more in explained.one_more.items() if kind == PLACE}
    found = _by_key(teller, explained.placed.prices)
    return {**found, "place": {str(teller.gathered.seats[j].quota): value for j, value in places.items()}}


def losses_of(teller: Teller, prices: Prices) -> dict[str, dict[str, float]]:
    """What one less of each limit costs those who wait and those to come, by kind and key, and what floors
    are worth, by group: read by whoever arrives after the run."""
    floors = {
        f"{floor.attribute}:{floor.value}": float(price)
        for floor, price in zip(teller.asked.floors, prices.floors, strict=True)
        if price > 0
    }
    return {**_by_key(teller, prices), "floor": floors}


def _by_key(teller: Teller, prices: Prices) -> dict[str, dict[str, float]]:
    seats = teller.gathered.seats
    found: dict[str, dict[str, float]] = {
        "place": {str(seats[j].quota): float(price) for j, price in enumerate(prices.places) if price > 0}
    }
    for kind, values in zip(teller.kinds, prices.limits, strict=True):
        found.setdefault(kind, {}).update(
            {_name(teller.keys.of[kind][row]): float(price) for row, price in enumerate(values) if price > 0}
        )
    return found


def _name(key: Any) -> str:
    return ":".join(map(str, key)) if isinstance(key, tuple) else str(key)


def atoms_of(
    gathered: Gathered, seat_of_family: Iterable[int], methods: Mapping[UUID, str]
) -> dict[str, list[list[Any]]]:
    """The finest counts: families by authority, programme ("" waits) and method, and groups by authority.

    `methods`: of families that were proposed a method, its code; in departments that work by programmes none.
    """
    counted: dict[tuple[int, str, str], int] = {}
    groups: dict[tuple[int, str, str], list[int]] = {}
    for one, j in zip(gathered.candidates, seat_of_family, strict=True):
        code = gathered.seats[j].code if j >= 0 else ""
        key = one.authority, code, methods.get(one.family, "")
        counted[key] = counted.get(key, 0) + 1
        for attribute, value in one.groups.items():
            row = groups.setdefault((one.authority, attribute, value), [0, 0])
            row[0] += 1
            row[1] += j >= 0
    return {
        "atoms": [[*key, n] for key, n in sorted(counted.items())],
        "groups": [[*key, *row] for key, row in sorted(groups.items())],
    }
