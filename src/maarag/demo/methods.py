"""Methods of intervention, by which of them each programme works, its conditions, and who works in it.

Facts of the document are only which programmes there are. What each works by and whom it takes was not
published: the methods and conditions here are ours, to try the house with, and every one of them says so.
"""

from __future__ import annotations

from datetime import date

from maarag.domains.programmes.actions import (
    SituationDraft,
    save_method,
    save_rule,
    set_methods,
    set_worker,
)
from maarag.domains.programmes.models import EligibilityRule, Method, Programme, ProgrammeWorker
from maarag.kernel.access.models import Account

from .loading import Loading
from .tables import names, number, rows

TABLES = ("methods", "method_situations", "programme_methods", "programme_rules")
WORKER_TABLES = ("fiction_programme_workers",)
FICTIONAL = "F-900"
OURS = {
    "he": "להדגמה: נוסח של מארג, לא של המשרד.",
    "ar": "للعرض التوضيحي: من صياغة مآرغ، لا من الوزارة.",
    "en": "For demonstration: words of Maarag, not of the ministry.",
}


def load_methods(loading: Loading) -> None:
    """Methods with their situations; then what each programme works by and asks, unless somebody wrote it."""
    methods = _save_methods(loading)
    programmes = {programme.code: programme for programme in Programme.objects.all()}
    theirs = loading.codes_of_theirs(Programme)
    for row in rows("programme_methods"):
        programme = programmes[row["programme"]]
        if programme.code not in theirs:
            chosen = [methods[code] for code in row["methods"].split()]
            set_methods(by=loading.by, programme=programme, methods=chosen)
    ruled = set(EligibilityRule.objects.values_list("programme__code", flat=True))
    for row in rows("programme_rules"):
        if row["programme"] in ruled | theirs:
            continue
        save_rule(
            by=loading.by,
            programme=programmes[row["programme"]],
            what=row["what"],
            least=number(row["least"]),
            most=number(row["most"]),
            term=loading.terms[row["term"]] if row["term"] else None,
            place=loading.places[row["place"]] if row["place"] else None,
            is_hard=row["is_hard"] == "yes",
            note_he=OURS["he"],
            note_ar=OURS["ar"],
            note_en=OURS["en"],
        )
    loading.counts["methods"] += len(methods)


def _save_methods(loading: Loading) -> dict[str, Method]:
    said: dict[str, list[SituationDraft]] = {}
    for row in rows("method_situations"):
        draft = SituationDraft(loading.terms[row["term"]], row["effect"], int(row["strength"]))
        said.setdefault(row["method"], []).append(draft)
    theirs = loading.codes_of_theirs(Method)
    for row in rows("methods"):
        if row["code"] not in theirs:
            save_method(
                by=loading.by,
                code=row["code"],
                situations=said[row["code"]],
                **names(row),
                **{f"description_{one}": f"{row[f'description_{one}']} {OURS[one]}" for one in OURS},
                setting=row["setting"],
                hours_a_month=number(row["hours_a_month"]),
                months=number(row["months"]),
            )
    return {method.code: method for method in Method.objects.all()}


def load_workers(loading: Loading) -> None:
    """Who works in the programmes of the fictional authority, from the first day of the year."""
    place = loading.places[FICTIONAL]
    if ProgrammeWorker.objects.filter(authority=place).exists():
        return
    accounts = {account.email: account for account in Account.objects.all()}
    programmes = {programme.code: programme for programme in Programme.objects.all()}
    for row in rows("fiction_programme_workers"):
        set_worker(
            by=loading.by,
            programme=programmes[row["programme"]],
            authority=place,
            account=accounts[row["account"]],
            most=int(row["most"]),
            starts=date(loading.today.year, 1, 1),
        )
    loading.counts["workers"] += len(rows("fiction_programme_workers"))
