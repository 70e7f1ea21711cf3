"""Whoever is shown words of a family's file is recorded as having read it, at every address."""

from __future__ import annotations

from django.db import transaction
from django.test import Client
from django.urls import reverse

from maarag.database.rows import visible
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.audit.reads import reading_actions
from tests.factories.families import everything

from .conftest import Estate
from .isolation.canaries import plant, text_of
from .isolation.filled import Filled, fill
from .table import TABLE, Guarded, SignedIn
from .test_every_url import BACKEND

NAME = "Family.name"
LISTS = {
    "api:families_find": "the families whose names begin so, to choose one",
    "api:families_list": "which families there are, with number, place and worker",
    "array:families": "which families a cell of the array counts, to open one",
    "array:weighed": "which families a weight counts, to open one",
    "baskets:approvals": "which families' requests wait, to open one",
    "baskets:index": "which families have a basket, and its sums",
    "baskets:money": "which families' requests a sum is of, to open one",
    "baskets:payments": "which families' invoices wait",
    "families:index": "which families there are, with number, place and worker",
    "families:reading_day": "which files somebody read, for their supervisor",
    "morning:index": "which families wait for the viewer today",
    "placements:compare": "which families two runs place otherwise",
    "referrals:index": "which families' referrals wait for whom",
}
"""Lists that show by name which families there are and where something stands, so that one is found."""
WORDS = {
    "morning:index": (
        {"Task.what"},
        "the most urgent of the viewer's own tasks, on the first page of the day",
    ),
    **{
        name: ({"Opening.reason", "Opening.justification", "Opening.review_note"}, reason)
        for name in ("api:families_openings", "api:families_opening", "families:opening")
        for reason in ("the record of access itself: what whoever opened a file in an emergency says of it",)
    },
}
"""Further columns that an address shows without a reading."""
ENDS = {"account_logout", "usersessions_list"}
"""Addresses that end the session."""


def test_what_shows_a_file_records_the_reading(estate: Estate):
    """Words of a family, or whatever is at the address of one family or of one of its rows."""
    filled, made = filled_and_addresses(estate)
    faults: list[str] = []
    met: set[str] = set()
    shown = 0
    for role in (Role.SOCIAL_WORKER, Role.TEAM_LEADER):
        keeper = estate.own[role]
        client = Client()
        client.force_login(keeper, backend=BACKEND)
        client.get(reverse("sources:index"))
        for name, (url, subject) in made.items():
            if role == Role.SOCIAL_WORKER and subject:
                continue  # the leader opens what is of one family; these are the lists of a worker's own
            with transaction.atomic():
                answer = client.get(url)
                words = filled.shown_in(text_of(answer)) if answer.status_code == 200 else []
                read = read_by(estate, keeper)
                transaction.set_rollback(True)
            shown += bool(words)
            columns = {filled.canaries.secrets[word] for word in words if filled.secrets[word] not in read}
            allowed = {NAME} if name in LISTS else set()
            allowed |= WORDS.get(name, (set(), ""))[0]
            met |= {name} if columns & allowed else set()
            if columns - allowed:
                faults.append(f"{role}: {name} shows {sorted(columns - allowed)} and records no reading")
            of_a_file = answer.status_code == 200 and subject and name not in LISTS and name not in WORDS
            if of_a_file and subject not in read:
                faults.append(f"{role}: {name} is of one family and records no reading")
    assert not faults, "\n".join(faults)
    assert shown > 80, "the walk shows too little to tell anything"
    assert met == {*LISTS, *WORDS}, "an exception that nothing needs any more"


def filled_and_addresses(estate: Estate) -> tuple[Filled, dict[str, tuple[str, str]]]:
    """Secrets everywhere, and each address once: with the family that it names, or one of whose rows it
    names.
    """
    canaries = plant(estate)
    makers = sorted({rule.arguments for rule in TABLE.values()}, key=lambda maker: maker.__qualname__)
    arguments = {maker: maker(estate) for maker in makers}
    filled = fill(canaries)
    found: dict[str, tuple[str, str]] = {}
    for name, rule in sorted(TABLE.items()):
        if not isinstance(rule, (Guarded, SignedIn)) or " " in name or name in ENDS:
            continue
        given = arguments[rule.arguments]
        url = reverse(name, kwargs=given) + getattr(rule, "query", "")
        subject = next((key for one in given.values() if (key := filled.rows.get(str(one)))), "")
        if url not in (known for known, _subject in found.values()):
            found[name] = (url, subject)
    return filled, found


def read_by(estate: Estate, reader: Account) -> set[str]:
    """The families whose files the account was recorded as reading: what it does here is rolled back, and a
    reading of the last ten minutes, while the estate was made, is the same reading.
    """
    with visible(everything(estate.nation.world.city)):
        events = AuditEvent.objects.filter(
            subject_type="families.family", action__in=reading_actions(), actor=reader
        )
        return set(events.values_list("subject_id", flat=True))
