"""Families of the fictional authority and its sister, all invented; loaded with the accounts that keep them.

Their ids and phones are from the first of their kind, which nobody has.
"""

from __future__ import annotations

from datetime import date, timedelta

from maarag.database.rows import RowScope, visible
from maarag.domains.families.actions import (
    MemberDraft,
    close_family,
    open_family,
    open_in_emergency,
    share_family,
    withdraw_share,
)
from maarag.domains.families.models import Basis, Family, FamilyStatus, Opening, Share
from maarag.kernel.access.models import Account
from maarag.kernel.people.models import Organisation

from .households import households
from .loading import Loading
from .tables import Row, rows

TABLES = ("fiction_families", "fiction_family_members", "names")
BODY = "mg-shefa"
KEEPER, OTHER_KEEPER = "social.worker@maale-gan.example", "second.worker@maale-gan.example"
SISTER = "social.worker@givat-hadekel.example"
SHARES = (
    (
        ("family_name", "address", "member_names", "member_relations", "member_phones"),
        "האם חתמה על הסכמה אצל העובדת הסוציאלית, לצורך חלוקת סלי מזון לבית.",
        False,
    ),
    (("family_name", "member_names"), "האב הסכים בעל פה בביקור בית, וחזר בו למחרת.", True),
)
EMERGENCY = "ילד מהמשפחה נמצא לבד בתחנת האוטובוס בגבעת הדקל, ואיש אינו עונה בטלפון."


def load_families(loading: Loading) -> None:
    drawn, people = households()
    for row in rows("fiction_family_members"):
        people.setdefault(row["family"], []).append(row)
    table = rows("fiction_families") + drawn
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
        _share(loading, workers)
        _open_in_emergency(loading, workers)
    loading.counts["families"] = len(table)


def _share(loading: Loading, workers: dict[str, Account]) -> None:
    """Parts of two files with the body of the partner's account; one consent was withdrawn."""
    if Share.objects.exists():
        return
    body, keeper = Organisation.objects.get(code=BODY), workers[KEEPER]
    kept = Family.objects.filter(worker=keeper, status=FamilyStatus.OPEN).order_by("number")[:2]
    for family, (fields, details, withdrawn) in zip(kept, SHARES, strict=True):
        share = share_family(
            by=keeper,
            family=family,
            organisation=body,
            fields=fields,
            basis=Basis.CONSENT,
            basis_details=details,
            starts=loading.today,
            ends=loading.today + timedelta(days=180),
        )
        if withdrawn:
            withdraw_share(by=keeper, share=share)


def _open_in_emergency(loading: Loading, workers: dict[str, Account]) -> None:
    """One file of the authority, opened by the worker of its sister."""
    if Opening.objects.exists():
        return
    kept = Family.objects.filter(worker=workers[OTHER_KEEPER], status=FamilyStatus.OPEN).earliest("number")
    open_in_emergency(
        by=workers[SISTER], authority=kept.authority, text=str(kept.number), reason=EMERGENCY, hours=24
    )


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
