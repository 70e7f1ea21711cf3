"""Making the attempts, and everything that may give an authority's families away."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.core import mail
from django.db import connection
from django.template import Template
from django.test import Client
from django.test.utils import _TestState

from maarag.database.rows import NOBODY, current, visible
from maarag.database.rows.checks import personal_models
from maarag.desks.morning.tasks import tell_workers
from maarag.domains.referrals.tasks import look
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.access.rows import scope_of
from maarag.kernel.jobs.inline import work_off

from .attempts import KEEPERS, Attempt, Attempts, strangers
from .canaries import Canaries, fingerprint, text_of

BACKEND = "django.contrib.auth.backends.ModelBackend"
CONTROL = "what is logged is searched"
TOLD_BY_LETTER = (Role.SOCIAL_WORKER, Role.TEAM_LEADER, Role.PARTNER_WORKER)
"""By the planted rows: of what is late, of an emergency opening, of a referral."""
OWN_ADDRESSES = ("/families/?state=all", "/api/families/?status=all", "/families/export.xlsx?state=all")


@dataclass
class Outcome:
    """What came of a trial; `leaks` is empty where all is well."""

    attempts: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    apps: Counter[str] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)


class Logged(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter("%(name)s %(message)s").format(record))


def run(
    canaries: Canaries, *, number: int, share: tuple[int, int] = (0, 1), by: Sequence[str] = ()
) -> Outcome:
    """So many attempts, by these of the strangers or by all, then what they may have left behind."""
    outcome = Outcome()
    before = fingerprint(canaries)
    logged = Logged()
    clients: dict[str, Client] = {}
    everybody = strangers(canaries.estate)
    people = {who: everybody[who] for who in by or everybody}
    with _as_served(logged):
        attempts = Attempts(canaries, people, share)
        for attempt in islice(attempts, number):
            _make(attempt, clients, canaries, outcome)
            outcome.apps[attempts.app_of(attempt.name)] += 1
        if share[0] == 0:  # the same for every part
            for who, account in people.items():
                outcome.leaks += careless(canaries, who, account)
        outcome.leaks += keepers_see(canaries)
        if fingerprint(canaries) != before:
            outcome.leaks.append("rows of the authority were changed by a stranger")
        _the_night()
        logging.getLogger(__name__).warning("%s", CONTROL)
    if not any(CONTROL in line for line in logged.lines):
        outcome.leaks.append("what is logged is not searched")
    told = {address for message in mail.outbox for address in message.to}
    for role in TOLD_BY_LETTER:
        if canaries.estate.own[role].email not in told:
            outcome.leaks.append(f"no letter to {role} of the authority is there to be searched")
    for where in canaries.seen_in("\n".join(logged.lines)):
        outcome.leaks.append(f"the log shows {where}")
    for message in mail.outbox:
        for where in canaries.seen_in(f"{message.subject}\n{message.body}\n{message.message()}"):
            outcome.leaks.append(f"an e-mail to {message.to} shows {where}")
    return outcome


@contextmanager
def _as_served(logged: Logged) -> Iterator[None]:
    """What is logged goes to `logged` alone, and pages are drawn as on the site.

    pytest would keep every record with its request, through which the collector of garbage looks ever longer;
    Django's runner would copy the context of every template.
    """
    root, handlers, drawn = logging.getLogger(), logging.getLogger().handlers, Template._render
    root.handlers, Template._render = [logged], _TestState.saved_data.template_render
    try:
        yield
    finally:
        root.handlers, Template._render = handlers, drawn


def _the_night() -> None:
    """What the attempts left to be done later, and the letters and jobs of a night."""
    for nightly in (look, tell_workers):
        nightly()
    work_off()


def _make(attempt: Attempt, clients: dict[str, Client], canaries: Canaries, outcome: Outcome) -> None:
    client = clients.get(attempt.who)
    if client is None:
        client = clients[attempt.who] = Client(raise_request_exception=False)
        if attempt.account:
            client.force_login(attempt.account, backend=BACKEND)
    if attempt.method == "post":
        response = client.post(
            attempt.url, {key: "" if value is None else value for key, value in attempt.data.items()}
        )
    elif attempt.method in ("get", "head", "options"):
        response = getattr(client, attempt.method)(attempt.url)
    else:
        send = client.post if attempt.method == "json" else getattr(client, attempt.method)
        body = json.dumps(attempt.data, default=str) if attempt.data else None
        response = send(attempt.url, body, content_type="application/json")
    outcome.attempts += 1
    outcome.statuses[response.status_code] += 1
    told = f"{attempt.who}: {attempt.method} {attempt.url} ({response.status_code})"
    if response.status_code >= 500:
        outcome.leaks.append(f"{told} is an error of the server")
    for where in canaries.seen_in(text_of(response), asked=attempt.asked):
        outcome.leaks.append(f"{told} shows {where}")
    outcome.leaks += [f"{told} leaves {name} behind" for name in left_behind()]


def walk(canaries: Canaries, people: dict[str, Account | None]) -> list[str]:
    """What every address shows these people, asked once as it is meant."""
    outcome, attempts = Outcome(), Attempts(canaries, people)
    clients: dict[str, Client] = {}
    for who in people:
        for name in attempts.names:
            _make(attempts.attempt(who, name, "get", plain=True), clients, canaries, outcome)
    return outcome.leaks


def left_behind() -> list[str]:
    """Settings that outlive their transaction on the connection."""
    if connection.in_atomic_block:
        return ["a transaction"]
    clean = NOBODY.settings()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(['current_setting(%s, true)'] * len(clean))}", list(clean))
        values = cursor.fetchone()
    # a setting that was never told is nothing, one whose transaction ended an empty text
    return [name for name, value in zip(clean, values, strict=True) if (value or "") != clean[name]]


def careless(canaries: Canaries, who: str, account: Account | None) -> list[str]:
    """Queries as somebody writes them who forgot every filter, in the scope of each stranger."""
    leaks = []
    scope = scope_of(account) if account else current()
    for model in personal_models():
        table = model._meta.db_table
        with visible(scope), connection.cursor() as cursor:
            shown = [repr(row) for row in model._default_manager.values_list()]
            ids = canaries.ids[model._meta.label]
            shown += [repr(row.__dict__) for row in model._default_manager.filter(pk__in=ids)]
            cursor.execute(f"SELECT t::text FROM {table} t")
            shown += [str(row) for row in cursor.fetchall()]
            cursor.execute(f"SELECT count(*) FROM {table} WHERE id = ANY (%s)", [ids])
            foreign = cursor.fetchone()[0]
            with cursor.copy(f"COPY (SELECT * FROM {table}) TO STDOUT") as copy:
                shown += [bytes(block).decode("utf-8", "replace") for block in copy]
        for where in canaries.seen_in("\n".join(shown)):
            leaks.append(f"{who}: a careless query on {table} shows {where}")
        if foreign and not _may_have_been_given(scope):
            leaks.append(f"{who}: a careless query counts {foreign} foreign rows of {table}")
    for table in readable_tables() - {model._meta.db_table for model in personal_models()}:
        with visible(scope), connection.cursor() as cursor:
            cursor.execute(f"SELECT t::text FROM {table} t")
            shown = [str(row) for row in cursor.fetchall()]
        for where in canaries.seen_in("\n".join(shown)):
            leaks.append(f"{who}: a careless query on {table} shows {where}")
    return leaks


def readable_tables() -> set[str]:
    """All that the application may read for somebody: the record, drafts, the ledger, jobs, sessions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'v', 'm', 'p')"
            " AND relnamespace = 'public'::regnamespace AND has_table_privilege(oid, 'SELECT')"
        )
        return {name for (name,) in cursor.fetchall()}


def _may_have_been_given(scope: Any) -> bool:
    """Bodies are told of shares, and openers of their openings, by policies of those tables."""
    return bool(scope.organisations)


def keepers_see(canaries: Canaries) -> list[str]:
    """The control: whoever keeps the families does see them, or there was nothing to be seen at all."""
    names = [secret for secret, where in canaries.secrets.items() if where == "Family.name"]
    missing = []
    for role in KEEPERS:
        client = Client()
        client.force_login(canaries.estate.own[role], backend=BACKEND)
        for url in OWN_ADDRESSES:
            text = text_of(client.get(url))
            missing += [f"{role} of the authority does not see {name} at {url}" for name in names
                        if name not in text]  # fmt: skip
    return missing
