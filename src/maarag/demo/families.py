"""Families of the fictional authority and its sister, all invented; loaded with the accounts that keep them.

Their ids and phones are from the first of their kind, which nobody has.
"""

from __future__ import annotations

from datetime import date, timedelta

from maarag.database.rows import RowScope, visible
from maarag.domains.families.actions import MemberDraft, close_family, open_family
from maarag.domains.families.models import Family
from maarag.kernel.access.models import Account

from .loading import Loading
from .tables import Row, rows

TABLES = ("fiction_families", "fiction_family_members")


def load_families(loading: Loading) -> None:
    people: dict[str, list[Row]] = {}
    for row in rows("fiction_family_members"):
        people.setdefault(row["family"], []).append(row)
    table = rows("fiction_families")
    workers = {account.email: account for account in Account.objects.all()}
    authorities = {loading.places[row["authority"]] for row in table}
    with visible(RowScope(frozenset(place.pk for place in authorities), loading.by.pk)):
        # a file that people have closed or renamed is not opened a second time
        known = set(Family.objects.values_list("authority__code", "opened_on", "neighbourhood__code"))
        for row in loading.steps("families", table):
            opened = date.fromisoformat(row["opened_on"])
            if (row["authority"], opened, row["neighbourhood"]) in known:
                continue
            family = open_family(
                by=loading.by,
                authority=loading.places[row["authority"]],
                name=row["name"],
                neighbourhood=loading.places[row["neighbourhood"]],
                address=row["address"],
                worker=workers[row["worker"]],
                opened_on=opened,
                review_on=_day(loading, row["review_in_days"]),
                members=[_member(person) for person in people[row["code"]]],
            )
            if row["closed"]:
                close_family(by=loading.by, family=family, reason=row["closed"], closed_on=loading.today)
    loading.counts["families"] = len(table)


def _member(row: Row) -> MemberDraft:
    return MemberDraft(
        row["first_name"],
        row["last_name"],
        row["relation"],
        fields={
            "gender": row["gender"],
            "birth_date": date.fromisoformat(row["birth_date"]),
            "national_id": row["national_id"],
            "phone": row["phone"],
        },
    )


def _day(loading: Loading, days: str) -> date | None:
    return loading.today + timedelta(days=int(days)) if days else None
