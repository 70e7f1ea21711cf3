"""People in every position, an account for every role, and a few open missions; only where settings say so.

The accounts have a known password: they are made only where `settings.DEMONSTRATION` is on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from maarag.domains.missions.actions import open_mission
from maarag.domains.missions.models import Mission
from maarag.kernel.access.actions import grant, open_account
from maarag.kernel.access.models import Account, Grant
from maarag.kernel.access.permissions import Role
from maarag.kernel.people.actions import add_person, appoint
from maarag.kernel.people.models import Organisation, Person, Position

from .loading import Loading
from .tables import names, rows

TABLES = ("fiction_people", "fiction_accounts", "fiction_missions")
PASSWORD = "maarag-demonstration"
"""The one password of all demonstration accounts."""
GRANTED_FROM = date(2026, 1, 1)


@dataclass(frozen=True)
class DemonstrationAccount:
    """What a visitor needs to sign in as somebody."""

    email: str
    name: str
    role: Role
    where: str
    """What the role is for, in English."""


def demonstration_accounts() -> list[DemonstrationAccount]:
    """The accounts that the loader makes, for the message of `make run` and the sign-in page."""
    named = {
        row["code"]: row["name_en"]
        for table in ("authorities", "districts", "fiction_places", "fiction_organisations")
        for row in rows(table)
    }
    return [
        DemonstrationAccount(
            row["email"],
            row["name"],
            Role(row["role"]),
            ", ".join(named.get(code, "Israel") for code in f"{row['places']} {row['organisation']}".split()),
        )
        for row in rows("fiction_accounts")
    ]


def load_accounts(loading: Loading) -> None:
    organisations = {body.code: body for body in Organisation.objects.filter(is_fictional=True)}
    accounts = _open_accounts(loading, organisations)
    _appoint_people(loading, organisations, accounts)
    _open_missions(loading, accounts)


def _open_accounts(loading: Loading, organisations: dict[str, Organisation]) -> dict[str, Account]:
    known = {account.email: account for account in Account.objects.all()}
    accounts: dict[str, Account] = {}
    for row in loading.steps("accounts", rows("fiction_accounts")):
        email = row["email"]
        is_new = email not in known
        account = known.get(email) or open_account(
            by=loading.by, email=email, name=row["name"], password=PASSWORD
        )
        accounts[email] = account
        if not is_new and Grant.objects.filter(account=account).exists():
            continue
        for code in row["places"].split():
            place = loading.places[code]
            grant(by=loading.by, account=account, role=Role(row["role"]), place=place, starts=GRANTED_FROM)
        if row["organisation"]:
            body = organisations[row["organisation"]]
            grant(
                by=loading.by,
                account=account,
                role=Role(row["role"]),
                organisation=body,
                starts=GRANTED_FROM,
            )
    loading.counts["accounts"] = len(accounts)
    return accounts


def _appoint_people(
    loading: Loading, organisations: dict[str, Organisation], accounts: dict[str, Account]
) -> None:
    known = {person.name_he: person for person in Person.objects.filter(is_fictional=True)}
    held = set(Position.objects.values_list("person_id", "organisation__code", "place__code", "kind"))
    for row in rows("fiction_people"):
        person = known.get(row["name_he"]) or add_person(
            by=loading.by,
            **names(row),
            is_fictional=True,
            account=accounts[row["account"]] if row["account"] else None,
        )
        known[row["name_he"]] = person
        if (person.pk, row["organisation"], row["place"], row["kind"]) in held:
            continue
        appoint(
            by=loading.by,
            person=person,
            organisation=organisations[row["organisation"]],
            place=loading.places[row["place"]],
            kind=row["kind"],
            starts=date.fromisoformat(row["starts"]),
            ends=date.fromisoformat(row["ends"]) if row["ends"] else None,
        )
    loading.counts["people"] = len(rows("fiction_people"))


def _open_missions(loading: Loading, accounts: dict[str, Account]) -> None:
    known = set(Mission.objects.values_list("place__code", "title"))
    for row in rows("fiction_missions"):
        if (row["place"], row["title"]) in known:
            continue
        open_mission(
            by=loading.by,
            place=loading.places[row["place"]],
            title=row["title"],
            details=row["details"],
            topic=loading.topics[row["topic"]],
            origin=row["origin"],
            owner=accounts[row["owner"]],
            due=loading.today + timedelta(days=int(row["due_in_days"])),
        )
    loading.counts["missions"] = len(rows("fiction_missions"))
