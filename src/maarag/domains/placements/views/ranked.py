"""A ranking as its page shows it: the cards of programmes or methods, and what would make it surer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from maarag.domains.families.models import Family
from maarag.domains.programmes.fit import MethodFit, Reason
from maarag.domains.programmes.models import Method, Setting
from maarag.domains.programmes.words import Names, days_words, quota_words, reason_words
from maarag.ui import figures
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Status, Table

from ..queries import Ranked, Ranking
from ..queries.ranking import (
    BARRED,
    BELOW,
    FULL,
    HAS_PLACE,
    KEEP,
    NO_MONEY,
    NO_WORKER,
    NOT_HERE,
    PROMISED,
    TAKE,
)
from ..told import through_words
from .shown import fit_tone, share

LISTS = ("pro", "contra", "excluded", "missing", "to_change")
SUITS = (TAKE, KEEP, PROMISED, FULL, NO_MONEY, NO_WORKER)
GIVEN = (TAKE, KEEP, PROMISED)
MOST_METHODS = 4
SURER = 3
"""Of the first so many programmes it is told what is not known."""


def status_of_advice(advice: str) -> Status:
    words = {
        TAKE: (_("A place is free"), "ok"),
        KEEP: (_("Free, but worth more to others"), "attention"),
        PROMISED: (_("Promised on a board"), "attention"),
        FULL: (_("Full"), "attention"),
        NO_MONEY: (_("No money for another basket"), "attention"),
        NO_WORKER: (_("No worker has room"), "attention"),
        NOT_HERE: (_("Not given in this authority"), "unknown"),
        BELOW: (_("Suits too little"), "neutral"),
        BARRED: (_("Excluded"), "critical"),
        HAS_PLACE: (_("Has the place now"), "info"),
    }
    return Status(*words[advice])


def parts_of_ranking(answer: Ranking, *, may_edit: bool) -> dict[str, Any]:
    """The cards by what can be done, and the methods at home, in the community and out of the home."""
    names = Names(
        reason for one in answer.places for name in LISTS for reason in getattr(one.judgement, name)
    )
    codes = {one.judgement.methods[0].code for one in answer.places if one.judgement.methods}
    settings = (answer.at_home, answer.in_community, answer.out_of_home)
    codes |= {one.code for part in settings for one in part}
    methods = {row.code: row for row in Method.objects.filter(code__in=codes)}
    cards: dict[str, list[dict[str, Any]]] = {"ranked": [], "elsewhere": [], "excluded": [], "too_little": []}
    for one in answer.places:
        if one.advice == HAS_PLACE:
            continue
        part = "ranked" if one.advice in SUITS else {NOT_HERE: "elsewhere", BELOW: "too_little"}.get(
            one.advice, "excluded"
        )  # fmt: skip
        number = len(cards[part]) + 1 if part == "ranked" else None
        cards[part].append(_card(one, number, names, methods, may_edit=may_edit))
    return {
        **cards,
        "by_method": answer.by_method,
        "prices": _prices_words(answer),
        "community": _methods_table(_("At home and in the community"), settings[0] + settings[1], methods),
        "away": _methods_table(_("Out of the home"), settings[2], methods),
    }


def _prices_words(answer: Ranking) -> str:
    """Since when what places are worth to others is in force."""
    days = dict.fromkeys(
        figures.day(since) for since in sorted({one.priced for one in answer.every_place if one.priced})
    )
    if not days:
        return _("No run has been done yet that says what the places are worth to others.")
    words = ngettext(
        "What places are worth to others is in force since the run of %(days)s; each run learns it anew, of"
        " those who wait and of those who came within a year.",
        "What places are worth to others is in force since the runs of %(days)s; each run learns it anew, of"
        " those who wait and of those who came within a year.",
        len(days),
    )
    return words % {"days": ", ".join(days)}


def _card(
    one: Ranked, number: int | None, names: Names, methods: dict[str, Method], *, may_edit: bool
) -> dict[str, Any]:
    best = next((row for row in one.judgement.methods if not row.excluded), None)
    method = methods.get(best.code) if best else None
    waiting = one.waiting
    programme = name_in_language(one.programme)
    return {
        "key": f"method-{one.method.code}" if one.method else f"programme-{one.programme.code}",
        "code": one.programme.code,
        "name": name_in_language(one.method) if one.method else programme,
        "method_code": one.method.code if one.method else "",
        "through": through_words(_place(one)) if one.method else "",
        "days": days_words(one.quota) if one.beside and one.quota and not one.method else "",
        "others": [_other(seat, one, may_edit=may_edit) for seat in one.seats[1:]],
        "number": number,
        "status": status_of_advice(one.advice),
        "fit": share(one.fit),
        "fit_tone": fit_tone(one.fit),
        "certainty": one.judgement.certainty / 100,
        "places": one.families if one.quota else None,
        "free": one.free,
        "promised": one.promised,
        "waiting": one.waits_before if waiting is None else None,
        "position": one.waits_before + 1 if waiting else None,
        "since": waiting.since if waiting else None,
        "method": None if one.method else method,
        "setting": method.get_setting_display() if method else "",
        "extent": _extent(method) if method else "",
        "notes": _notes(one),
        "quota": one.quota.pk if one.quota else None,
        "may_place": may_edit and one.advice in GIVEN,
        "may_wait": may_edit and waiting is None and one.advice in SUITS,
        "waiting_pk": waiting.pk if waiting and may_edit else None,
        **{
            name: [
                reason_words(reason, names, alone=one.method is not None)
                for reason in getattr(one.judgement, name)
            ]
            for name in LISTS
        },
    }


def _other(one: Ranked, best: Ranked, *, may_edit: bool) -> dict[str, Any]:
    """A further place, in short: which it is, what can be done, and how it fits so where the programme is
    another one.
    """
    fit = _("fit %(fit)s") % {"fit": figures.number(one.fit)} if one.programme != best.programme else ""
    return {
        "name": through_words(_place(one)),
        "status": status_of_advice(one.advice),
        "fit": fit,
        "free": free_words(one),
        "quota": one.quota.pk if one.quota and may_edit and one.advice in GIVEN else None,
    }


def _place(one: Ranked) -> str:
    return quota_words(one.quota) if one.quota else name_in_language(one.programme)


def free_words(one: Ranked) -> str:
    """How many places of the quota are free; "" where the programme has none here."""
    if one.quota is None:
        return ""
    words = _("%(free)s of %(places)s places are free") % {
        "free": figures.number(one.free),
        "places": figures.number(one.families),
    }
    if not one.promised:
        return words
    more = ngettext("%(n)s promised on a board", "%(n)s promised on a board", one.promised)
    return f"{words} · " + more % {"n": figures.number(one.promised)}


def price_words(one: Ranked) -> str:
    """What the place is worth to others; "" where nobody else wants it."""
    if not one.price:
        return ""
    words = _("To others this place is worth %(price)s points of fit, by the run of %(day)s.") % {
        "price": figures.number(one.price, 1),
        "day": figures.day(one.priced),
    }
    return f"{words} {scarce_words(one)}"


def scarce_words(one: Ranked) -> str:
    """What most of the place's worth to others comes from."""
    return {
        "place": _("Mostly because its places are too few for all."),
        "money": _("Mostly because its money is too little for all."),
        "work": _("Mostly because its workers cannot carry all."),
    }[one.worth.most]


def _extent(method: Method) -> str:
    """How intensive it is and how long, as far as it is written."""
    said = []
    if (hours := method.hours_a_month) is not None:
        said.append(
            ngettext("%(n)s hour a month", "%(n)s hours a month", hours) % {"n": figures.number(hours)}
        )
    if (months := method.months) is not None:
        said.append(ngettext("for %(n)s month", "for %(n)s months", months) % {"n": figures.number(months)})
    return ", ".join(said)


def _notes(one: Ranked) -> list[str]:
    notes = []
    if one.advice == KEEP:
        notes.append(
            _(
                "By the prices of the run of %(day)s this place is worth %(price)s points of fit to families"
                " who have nothing else, and %(fit)s to this one."
            )
            % {
                "day": figures.day(one.priced),
                "price": figures.number(one.price, 1),
                "fit": figures.number(one.net + one.price, 1),
            }
        )
        notes.append(scarce_words(one))
    elif one.advice in SUITS and (words := price_words(one)):
        notes.append(words)
    if one.waiting:
        notes.append(
            _("It waits for this reason: %(why)s. Priority: %(priority)s.")
            % {"why": one.waiting.get_why_display(), "priority": one.waiting.get_priority_display()}
        )
    if one.waiting and one.waiting.note:
        notes.append(one.waiting.note)
    return notes


def missing_lines(answer: Ranking, family: Family) -> list[dict[str, Any]]:
    """What is not known of the first programmes, each once, with the page on which it is written."""
    open_ones = [one for one in answer.places if one.advice in SUITS][:SURER]
    reasons = {str(sorted(reason.data().items())): reason for reason in _missing(open_ones)}
    names = Names(reasons.values())
    situation = reverse("casework:situation", args=[family.pk])
    members = reverse("families:edit", args=[family.pk])
    lines: dict[str, dict[str, Any]] = {}
    for reason in reasons.values():
        if reason.code in ("hours_unknown", "no_methods"):
            continue  # of the programme: nothing to be written in a family's file
        of_people = reason.code == "rule_unknown" and reason.params.get("what") in PEOPLE
        words = reason_words(reason, names)
        lines[words] = {"words": words, "url": members if of_people else situation}
    return list(lines.values())


PEOPLE = ("child_age", "children", "household", "single_parent", "neighbourhood")


def _missing(rows: Iterable[Ranked]) -> Iterable[Reason]:
    return (reason for one in rows for reason in one.judgement.missing)


def _methods_table(title: str, found: Iterable[MethodFit], methods: dict[str, Method]) -> Table | None:
    rows = [
        {
            "method": methods[one.code],
            "where": methods[one.code].get_setting_display(),
            "hours": methods[one.code].hours_a_month,
            "fit": share(one.fit),
        }
        for one in sorted(found, key=lambda one: -one.fit)
        if not one.excluded and one.fit > 0 and one.code in methods
    ][:MOST_METHODS]
    if not rows:
        return None
    only_out = all(methods[row["method"].code].setting == Setting.OUT_OF_HOME for row in rows)
    columns = [
        Column("method", pgettext("of intervention", "Method"), "name", heading=True),
        *([] if only_out else [Column("where", _("Where"))]),
        Column("hours", _("Hours a month"), "number"),
        Column("fit", _("How much of the need it answers"), "coverage"),
    ]
    return Table(columns, rows, title, dense=True)
