"""The reasons of the engine `matching` in plain words, with the names that the person's tables use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maarag.database.errors import translate as _

if TYPE_CHECKING:
    from maarag.cli.match_files import Tables


class Names:
    """Numbers to the person's names, reasons to sentences."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.kinds = [limits.kind for limits in tables.problem.limits]

    def place(self, j: int) -> str:
        name = self.tables.place_names[j]
        return f"{name} ({self.tables.places[j]})" if name else self.tables.places[j]

    def limit(self, kind: str, number: int) -> str:
        given = {"name": self.tables.limits[self.kinds.index(kind)][number]}
        return (
            _("the budget of %(name)s") % given if kind == "budget" else _("the caseload of %(name)s") % given
        )

    def floor(self, number: int) -> str:
        row = self.tables.floors[number]
        return f"{row.column} = {row.value}"

    def binding(self, item: dict[str, Any]) -> dict[str, Any]:
        place = item["kind"] == "place"
        name = self.place(item["number"]) if place else self.limit(item["kind"], item["number"])
        lifts = [{**each, "floor": self.floor(each["floor"])} for each in item["lifts"]]
        return {**item, "name": name, "lifts": lifts}

    def family(self, data: dict[str, Any]) -> dict[str, Any]:
        """One family as its answer shows it: sentences, and beside them the codes that they say."""
        i, tables = data["family"], self.tables
        pair = None if data["place"] is None else tables.problem.pair(i, data["place"])
        speaks = [self._said(item) for item in data["for"]]
        against = [self._said(item) for item in data["against"]]
        if pair is not None:
            speaks += [text for text in [tables.speaks_for[pair]] if text]
            against += [text for text in [tables.speaks_against[pair]] if text]
        why_not = [self._refused(item) for item in data["why_not"]]
        now = data["fit"] if data["fit"] is not None else float("-inf")
        for j, fit, why in tables.excluded.get(i, []):
            if fit is None or fit > now:
                why_not.append(self._barred(j, fit, why))
        return {
            "id": tables.families[i],
            "name": tables.family_names[i],
            "place": None if data["place"] is None else tables.places[data["place"]],
            "fit": data["fit"],
            "for": speaks,
            "against": against,
            "why_not": why_not,
            "codes": {
                "for": [self._code(item) for item in data["for"]],
                "against": [self._code(item) for item in data["against"]],
            },
        }

    def _code(self, item: dict[str, Any]) -> dict[str, Any]:
        """A code of the engine, its numbers of families and limits turned into the person's names."""
        found = dict(item)
        if "limit" in found:
            found["limit"] = self.tables.limits[self.kinds.index(found["kind"])][found["limit"]]
        if "floor_holds" in found:
            found["floor_holds"] = self.tables.families[found["floor_holds"]]
        return found

    def _said(self, item: dict[str, Any]) -> str:
        kind = item["kind"]
        if kind == "others fit better":
            return _("places that fit better: %(count)s") % {"count": item["places"]}
        if kind == "place in demand":
            given = {"price": f"{item['price']:.4g}"}
            return _("the place is in demand: to the others it is worth %(price)s of fit") % given
        if kind == "floor":
            return _("a floor asks for its group (worth %(worth)s of fit)") % {
                "worth": f"{item['worth']:.4g}"
            }
        if kind in self.kinds:
            given = {
                "takes": f"{item['takes']:,.10g}",
                "limit": self.limit(kind, item["limit"]),
                "price": f"{item['price']:.4g}",
            }
            return (
                _("takes %(takes)s of %(limit)s, worth %(price)s of fit") % given
                if item["price"] > 0
                else _("takes %(takes)s of %(limit)s, which has enough") % given
            )
        return {
            "decided": _("decided by a person"),
            "best fit": _("no place fits better"),
            "no eligible place": _("it may have no place at all"),
            "does not fit": _("no place fits it: every fit is 0 or less"),
        }.get(kind, kind)

    def _barred(self, j: int, fit: float | None, why: str) -> dict[str, Any]:
        given = {"place": self.place(j), "why": why}
        words = _("%(place)s: not eligible, %(why)s") if why else _("%(place)s: not eligible")
        return {
            "place": self.tables.places[j],
            "fit": fit,
            "would_change": [],
            "words": words % given,
            "codes": {"because": [{"kind": "not eligible"}], "would_change": [], "enough": False},
        }

    def _refused(self, item: dict[str, Any]) -> dict[str, Any]:
        """Why not a place that fits better; what would have to change, where the engine says so."""
        changing = item.get("would_change", [])
        # what is lacking there is needed together; more fit, where it is told, would do alone
        lacking = _(" and ").join(self._change(change) for change in changing if change["kind"] != "fit")
        fit = [self._change(change) for change in changing if change["kind"] == "fit"]
        changes = [text for text in [lacking, *fit] if text]
        taken = changes if item.get("enough") else fit
        because = [self._because(reason) for reason in item["because"]]
        data: dict[str, Any] = {
            "place": self.tables.places[item["place"]],
            "fit": item["fit"],
            "would_change": changes,
        }
        words = _("%(place)s, fit %(fit)s: %(reasons)s") % {
            "place": self.place(item["place"]),
            "fit": f"{item['fit']:.4g}",
            "reasons": _(" and ").join(because) or _("worth more to others"),
        }
        codes: dict[str, Any] = {
            "because": [self._code(reason) for reason in item["because"]],
            "would_change": [self._code(change) for change in changing],
            "enough": item.get("enough", False),
        }
        if "displaced" in item:
            other = item["displaced"]
            goes_to = other["goes_to"]
            family = self.tables.families[other["family"]]
            data["displaced"] = family
            codes["displaced"] = {
                "family": family,
                "goes_to": None if goes_to is None else self.tables.places[goes_to],
                "loses": other["loses"],
            }
            words += "; " + (
                _("family %(family)s would have to wait") % {"family": family}
                if goes_to is None
                else _("family %(family)s would have to go to %(place)s")
                % {"family": family, "place": self.place(goes_to)}
            )
        if lacking and not item["enough"]:
            words += ". " + _("Lacking: %(lacking)s") % {"lacking": lacking}
        if taken:
            words += ". " + _("It would take %(changes)s") % {"changes": _(" or ").join(taken)}
        return {**data, "words": words, "codes": codes}

    def _because(self, reason: dict[str, Any]) -> str:
        kind = reason["kind"]
        if kind == "full":
            one = reason["capacity"] == 1
            said = _("full (one place)") if one else _("full (places: %(capacity)s)") % reason
            if "floor_holds" in reason:
                given = {"family": self.tables.families[reason["floor_holds"]]}
                said += ", " + _("one held by a floor for family %(family)s") % given
            return said
        if kind in self.kinds:
            return _("%(limit)s has %(left)s left of the %(needs)s needed") % {
                "limit": self.limit(kind, reason["limit"]),
                "left": f"{reason['left']:,.10g}",
                "needs": f"{reason['needs']:,.10g}",
            }
        return {
            "decided": _("decided otherwise by a person"),
            "does not fit": _("its fit is 0 or less"),
            "kept for later families": _(
                "kept for families still to come, whom it is expected to fit better"
            ),
        }.get(kind, kind)

    def _change(self, change: dict[str, Any]) -> str:
        if change["kind"] == "fit":
            if change["more"] < 1e-3:
                return _("the least bit more of fit there (it is nearly a tie)")
            words = (
                _("about %(more)s more of fit there") if change["about"] else _("%(more)s more of fit there")
            )
            return words % {"more": f"{change['more']:.3g}"}
        if change["kind"] == "place":
            words = _("one more place there")
        else:
            words = _("%(more)s more in %(limit)s") % {
                "more": f"{change['more']:,.10g}",
                "limit": self.limit(change["kind"], change["limit"]),
            }
        if not change["before"]:
            return words
        given = {"lacking": words, "count": f"{change['before']:,}"}
        return _("%(lacking)s (families that come before it: %(count)s)") % given
