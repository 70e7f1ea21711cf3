"""What a run says of a family and of the whole, as sentences: its codes are read in `explaining`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from maarag.domains.programmes.fit import Reason
from maarag.domains.programmes.models import Method, Programme, Quota
from maarag.domains.programmes.words import Names, quota_words, reason_words
from maarag.kernel.ledger.models import Pot
from maarag.kernel.matches.actions import CUT_OFF
from maarag.ui import figures
from maarag.ui.figures import name_in_language
from maarag.values import Money

from .groups import group_words
from .models import Priority, Proposal

UNKNOWN = "–"


@dataclass
class Keys:
    """What the keys of quotas, purses, teams and methods are called; each kind is looked up once."""

    quotas: dict[int, Quota] = field(default_factory=dict)
    funders: dict[int, str] = field(default_factory=dict)
    programmes: dict[int, str] = field(default_factory=dict)
    methods: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        quotas: Iterable[int] = (),
        funders: Iterable[int] = (),
        programmes: Iterable[int] = (),
        methods: Iterable[str] = (),
    ) -> Keys:
        found = Quota.objects.told_apart().select_related("authority").in_bulk(set(quotas))
        pots = {pot.pk: pot.label for pot in Pot.objects.filter(pk__in=set(funders))}
        named = {one.pk: name_in_language(one) for one in Programme.objects.filter(pk__in=set(programmes))}
        codes = set(methods) - {""}
        called = {one.code: name_in_language(one) for one in Method.objects.filter(code__in=codes)}
        return cls(found, pots, named, called if codes else {})

    @classmethod
    def in_explanations(cls, told: Iterable[Mapping[str, Any]]) -> Keys:
        """Those that explanations name."""
        quotas: set[int] = set()
        funders: set[int] = set()
        programmes: set[int] = set()
        methods: set[str] = set()
        for one in told:
            others = list(one.get("why_not", ()))
            methods.add(one.get("proposed_method", ""))
            methods.update(other.get("method", "") for other in (*others, *one.get("below", ())))
            methods.update(d.get("method", "") for other in others if (d := other.get("displaced")))
            quotas.update(
                other["quota"] for other in (*others, *one.get("barred", ()), *one.get("below", ()))
            )
            quotas.update(d["goes_to"] for o in others if (d := o.get("displaced")) and d["goes_to"])
            lines = [*one.get("for", ()), *one.get("against", ())]
            lines += [line for other in others for line in (*other["because"], *other["change"])]
            for line in lines:
                kind = line["code"].split("_")
                if "key" not in line:
                    continue
                if "purse" in kind:
                    quotas.add(line["key"])
                elif "funder" in kind:
                    funders.add(line["key"])
                else:
                    programmes.add(line["key"][0])
        return cls.of(quotas, funders, programmes, methods)

    def place(self, quota: int | None, method: str = "") -> str:
        """The place of a quota, or the method with it; for no quota, that the family waits."""
        if quota is None:
            return place_words(None)
        found = self.quotas.get(quota)
        return place_words(found, self.methods.get(method, "")) if found else UNKNOWN

    def programme(self, quota: int, method: str = "") -> str:
        """The programme of a quota, whichever of several it is; or the method with it."""
        found = self.quotas.get(quota)
        return _had(name_in_language(found.programme), self.methods.get(method, "")) if found else UNKNOWN

    def of_line(self, line: Mapping[str, Any]) -> str:
        """What a line with a key is about."""
        key = line.get("key")
        if isinstance(key, list):
            return self.programmes.get(key[0], UNKNOWN)
        if "funder" in line["code"]:
            return self.funders.get(key or 0, UNKNOWN)
        return self.place(key)


def place_words(quota: Quota | None, method: str = "") -> str:
    """A place by its programme, told apart from another of it in the authority; after the name of a method,
    where that was chosen. Without one: the family waits.
    """
    return pgettext("family", "Waits") if quota is None else _had(quota_words(quota), method)


def _had(place: str, method: str) -> str:
    return f"{method}, {through_words(place)}" if method else place


def through_words(place: str) -> str:
    """Through which place a method is had, by its name."""
    return _("a place of %(programme)s") % {"programme": place}


def through_of(row: Proposal) -> str:
    """Through which place the method that stands is had; "" where it waits or programmes are chosen."""
    return through_words(quota_words(row.quota)) if row.quota and method_of(row) else ""


def place_of(row: Proposal) -> str:
    """What stands for the family: the programme, or the method and whose place it is; or that it waits."""
    return place_words(row.quota, method_of(row))


def method_of(row: Proposal) -> str:
    """Name of the method that stands, where methods are chosen; else ""."""
    return name_in_language(row.method) if row.works_by_method and row.method else ""


def points(value: float) -> str:
    """Points of fit, short."""
    return figures.number(value, 1 if value < 10 and value % 1 else 0)


def _money(agorot: float) -> str:
    return figures.money(Money(round(agorot)))


def line_in_words(line: Mapping[str, Any], keys: Keys) -> str:
    """One line of what speaks for a proposal, against it, why not another, or what would have to change."""
    name, worth = keys.of_line(line), points(float(line.get("points", 0)))
    match line["code"]:
        case "decided":
            return _("People decided so, and the run kept it.")
        case "best_fit":
            return _("No place that is open to the family fits better.")
        case "floor":
            return _("A floor asks for more families of its group (worth %(points)s points).") % {
                "points": worth
            }
        case "waits":
            return _waits(line)
        case "no_eligible":
            return _("No programme here is open to the family.")
        case "does_not_fit":
            return _("Nothing that is open to the family suits it.")
        case "others_fit_better":
            n = int(line["n"])
            return ngettext(
                "%(n)s place would fit better, but cannot be had.",
                "%(n)s places would fit better, but cannot be had.",
                n,
            ) % {"n": figures.number(n)}
        case "in_demand":
            return _("Others want this place too (one more of it is worth %(points)s points).") % {
                "points": worth
            }
        case "purse_tight" | "funder_tight":
            return _("It takes money that is short: %(name)s.") % {"name": name}
        case "load_tight":
            return _("It takes work of a team that has little left: %(name)s.") % {"name": name}
        case "full":
            n = int(line["n"])
            words = ngettext("Its %(n)s place is taken.", "All its %(n)s places are taken.", n)
            if not n:
                words = _("It has no free place.")
            told = words % {"n": figures.number(n)}
            return told + " " + _("A floor holds one of them.") if line.get("floor") else told
        case "purse_spent" | "funder_spent":
            known = {"name": name, "needs": _money(line["needs"]), "left": _money(line["left"])}
            return (
                _("The money of %(name)s is not enough: %(left)s are left of the %(needs)s needed.") % known
            )
        case "load_spent":
            return _("The workers of %(name)s can carry no further family.") % {"name": name}
        case "worth_more_to_others":
            return _("There is room, but it is worth more to families who have nothing else.")
        case "more_places":
            n = int(line["n"])
            words = ngettext("%(n)s more place.", "%(n)s more places.", n) % {"n": figures.number(n)}
            return words + _queue(line)
        case "more_fit":
            words = _("A fit higher by %(points)s points than it has.")
            if line.get("about", True):
                words = _("A fit higher by about %(points)s points than it has.")
            return words % {"points": worth}
        case "more_purse" | "more_funder":
            return _("%(sum)s more for %(name)s.") % {"sum": _money(line["n"]), "name": name} + _queue(line)
        case "more_load":
            words = _("Room for another family with the workers of %(name)s.") % {"name": name}
            return words + _queue(line)
        case code:
            return str(code)


def _queue(line: Mapping[str, Any]) -> str:
    """Whether more of it would reach the family, or others first."""
    if line.get("enough"):
        return " " + _("With that alone the family would have the place.")
    if not (n := int(line.get("before", 0))):
        return ""
    words = ngettext("About %(n)s family comes before it.", "About %(n)s families come before it.", n)
    return " " + words % {"n": figures.number(n)}


def lifts_words(what: str, floor: Mapping[str, Any]) -> str:
    """What more of a limit would do for a floor that was missed, after what it is."""
    words = _("%(what)s; it would keep the floor of %(group)s")
    if not floor["kept"]:
        words = _("%(what)s; it would come nearer to the floor of %(group)s")
    return words % {"what": what, "group": group_words(floor)}


def _waits(line: Mapping[str, Any]) -> str:
    days = int(line["days"])
    words = ngettext("It has waited for it for %(n)s day", "It has waited for it for %(n)s days", days) % {
        "n": figures.number(days)
    }
    if line.get("priority"):
        words += ", " + _("priority: %(priority)s") % {"priority": Priority(line["priority"]).label}
    return f"{words}."


def lines_in_words(lines: Iterable[Mapping[str, Any]], keys: Keys) -> list[str]:
    """Those of nought points of fit say nothing and are left out."""
    shown = [one for one in lines if one["code"] != "more_fit" or float(one.get("points", 0)) > 0]
    return [line_in_words(one, keys) for one in shown]


def told_reasons(*parts: Iterable[Mapping[str, Any]], alone: bool = False) -> list[list[str]]:
    """Lists of a judgement's reasons as plain data, in words; names are looked up once for all.

    `alone`: they are of one method, which is named beside them.
    """
    read = [[Reason.of(one) for one in part] for part in parts]
    names = Names(reason for part in read for reason in part)
    return [[reason_words(reason, names, alone=alone) for reason in part] for part in read]


WAITS = {
    "decided": lambda: _("People decided that they wait"),
    "no_eligible": lambda: _("No programme here is open to them"),
    "full": lambda: _("Every place that fits them is taken"),
    "purse_spent": lambda: _("The money of the quota is spent"),
    "funder_spent": lambda: _("The money of a funder is spent"),
    "load_spent": lambda: _("The workers can carry no further family"),
    "worth_more_to_others": lambda: _("The places are worth more to others"),
    "does_not_fit": lambda: _("Nothing that is open to them suits them"),
}


def why_waits(code: str) -> str:
    """Why families of a run wait, by the code of its figures."""
    return WAITS[code]() if code in WAITS else code


STEPS = {
    "gather": lambda: _("Reads families and places"),
    "judge": lambda: _("Judges every family before every programme"),
    "place": lambda: _("Looks for the most fit within all limits"),
    "explain": lambda: _("Writes why and why not"),
    "write": lambda: _("Keeps the proposals"),
}


def step_in_words(code: str) -> str:
    return STEPS[code]() if code in STEPS else _("Begins")


def fault_in_words(code: str) -> str:
    """Why a run has no result."""
    if code == CUT_OFF:
        return _("It was cut off: the program that matched was gone before it was through.")
    return _("Something went wrong while it ran, and it was written to the log. Try again.")
