"""Computing everything again from the postings, in one snapshot, by the role that reads every row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from maarag.database import notes

from .shares import shares_reached

SHOWN = 100
"""Faults told of each kind."""

CHECKS: dict[str, str] = {
    "balance-differs": """
        SELECT p.code || ' ' || a.stage, a.balance || ' / ' || coalesce(s.total, 0)
        FROM public.ledger_account a JOIN public.ledger_pot p ON p.id = a.pot_id
        LEFT JOIN (SELECT account_id, sum(amount) AS total FROM public.ledger_posting GROUP BY 1) s
            ON s.account_id = a.id
        WHERE a.balance <> coalesce(s.total, 0)""",
    "limit-passed": """
        SELECT p.code || ' ' || a.stage, a.balance::text
        FROM public.ledger_account a JOIN public.ledger_pot p ON p.id = a.pot_id
        WHERE a.stage NOT IN ('granted', 'foreseen') AND (a.floor IS DISTINCT FROM 0 OR a.balance < 0)""",
    "accounts-missing": """
        SELECT p.code, count(a.id)::text FROM public.ledger_pot p
        LEFT JOIN public.ledger_account a ON a.pot_id = p.id GROUP BY p.code HAVING count(a.id) <> 7""",
    "not-zero": """
        SELECT g.entry_id::text, g.total::text FROM (
            SELECT e.id AS entry_id, sum(p.amount) AS total FROM public.ledger_entry e
            LEFT JOIN public.ledger_posting p ON p.entry_id = e.id
            LEFT JOIN public.ledger_account a ON a.id = p.account_id
            GROUP BY e.id, a.pot_id) g
        WHERE g.total IS DISTINCT FROM 0""",
    "posting-without-entry": """
        SELECT p.id::text, p.entry_id::text FROM public.ledger_posting p
        LEFT JOIN public.ledger_entry e ON e.id = p.entry_id AND e.day = p.day AND e.kind = p.kind
        WHERE e.id IS NULL""",
    "running-balance-differs": """
        SELECT g.id::text, g.balance || ' / ' || g.total FROM (
            SELECT p.id, p.balance, sum(p.amount) OVER (PARTITION BY p.account_id ORDER BY p.id) AS total
            FROM public.ledger_posting p) g
        WHERE g.balance <> g.total""",
    "draws-differ": """
        SELECT s.id::text, s.amount::text FROM public.ledger_spending s
        LEFT JOIN public.ledger_draw d ON d.spending_id = s.id GROUP BY s.id
        HAVING count(d.id) = 0 OR bool_or(NOT d.shared AND d.amount <> s.amount)
            OR sum(d.amount) FILTER (WHERE d.shared) <> s.amount""",
    "reversal-of-nothing": """
        SELECT e.id::text, coalesce(e.reverses_id::text, '') FROM public.ledger_entry e
        LEFT JOIN public.ledger_entry r ON r.id = e.reverses_id AND r.kind = 'pay' AND r.amount = e.amount
            AND r.spending_id = e.spending_id
        WHERE (e.kind = 'reverse') <> (e.reverses_id IS NOT NULL) OR (e.kind = 'reverse' AND r.id IS NULL)""",
    "without-decision": """
        SELECT e.id::text, e.kind FROM public.ledger_entry e
        WHERE e.kind IN ('grant', 'transfer', 'approve') AND e.decision_id IS NULL""",
    "in-a-closed-period": """
        SELECT DISTINCT e.id::text, e.day::text FROM public.ledger_entry e
        JOIN public.ledger_closedperiod c ON e.day BETWEEN c.starts AND c.ends AND e.at > c.at
        JOIN public.ledger_posting p ON p.entry_id = e.id
        JOIN public.ledger_account a ON a.id = p.account_id JOIN public.ledger_pot t ON t.id = a.pot_id
        WHERE c.authority_id IS NULL OR c.authority_id = t.authority_id""",
    "event-differs": """
        SELECT e.id::text, count(v.id)::text FROM public.ledger_entry e
        LEFT JOIN public.audit_auditevent v ON v.subject_type = 'ledger.entry' AND v.subject_id = e.id::text
            AND v.action = 'ledger.' || e.kind AND v.actor_id = e.by_id
            AND (v.changes->>'amount')::bigint = e.amount AND v.changes->>'key' = e.key
            AND (v.changes->>'day')::date = e.day
            AND (v.changes->>'decision')::bigint IS NOT DISTINCT FROM e.decision_id
            AND (v.changes->>'reverses')::bigint IS NOT DISTINCT FROM e.reverses_id
            AND v.changes->'postings' = (
                SELECT jsonb_object_agg(a.pot_id || '.' || a.stage, p.amount) FROM public.ledger_posting p
                JOIN public.ledger_account a ON a.id = p.account_id WHERE p.entry_id = e.id)
        GROUP BY e.id HAVING count(v.id) <> 1""",
}
"""By code, a query of (which row, what was found)."""

STAGES = ("paid", "committed", "approved", "planned")
_SPENDINGS = """
SELECT s.id::text, s.paid, s.committed, s.approved, s.planned, d.amount, d.shared,
    coalesce(sum(p.amount) FILTER (WHERE a.stage = 'paid'), 0)::bigint,
    coalesce(sum(p.amount) FILTER (WHERE a.stage = 'committed'), 0)::bigint,
    coalesce(sum(p.amount) FILTER (WHERE a.stage = 'approved'), 0)::bigint,
    coalesce(sum(p.amount) FILTER (WHERE a.stage = 'planned'), 0)::bigint
FROM public.ledger_spending s
JOIN public.ledger_draw d ON d.spending_id = s.id
LEFT JOIN public.ledger_account a
    ON a.pot_id = d.pot_id AND a.stage IN ('paid', 'committed', 'approved', 'planned')
LEFT JOIN public.ledger_entry e ON e.spending_id = s.id
LEFT JOIN public.ledger_posting p ON p.account_id = a.id AND p.entry_id = e.id
GROUP BY s.id, d.id ORDER BY s.id, d.id
"""


@dataclass(frozen=True)
class Fault:
    """What is wrong (`code`), with which row, and what was found there."""

    code: str
    row: str
    found: str


@dataclass
class Verdict:
    """How much was read, and what is wrong; sums in agorot."""

    pots: int = 0
    entries: int = 0
    postings: int = 0
    spendings: int = 0
    granted: int = 0
    paid: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.faults


def check(home: Path) -> Verdict:
    """Verify the stored ledger, and note in the home that it was done and what it found."""
    verdict = verify()
    notes.note(_state(home), "verified", entries=verdict.entries, faults=len(verdict.faults))
    return verdict


def last_check(home: Path) -> tuple[float, int] | None:
    """How many seconds ago the ledger was verified, and the faults found; None where it never was."""
    age = notes.age_seconds(_state(home), "verified")
    return None if age is None else (age, notes.read(_state(home))["verified"]["faults"])


def _state(home: Path) -> Path:
    return home / "ledger-verification.json"


def verify(given: Any = None) -> Verdict:
    """Read the whole ledger; raises BackupError where the role that reads every row cannot be reached.

    `given`: a connection of psycopg that sees every row, instead of that role's.
    """
    with nullcontext(given) if given else _snapshot() as session:
        counts = session.execute(
            "SELECT (SELECT count(*) FROM public.ledger_pot), (SELECT count(*) FROM public.ledger_entry),"
            " (SELECT count(*) FROM public.ledger_posting), (SELECT count(*) FROM public.ledger_spending),"
            " (SELECT coalesce(-sum(balance), 0)::bigint FROM public.ledger_account WHERE stage = 'granted'),"
            " (SELECT coalesce(sum(balance), 0)::bigint FROM public.ledger_account WHERE stage = 'paid')"
        ).fetchone()
        verdict = Verdict(*counts)
        for code, query in CHECKS.items():
            rows = session.execute(f"{query} ORDER BY 1 LIMIT {SHOWN}").fetchall()
            verdict.faults += [Fault(code, *row) for row in rows]
        verdict.faults += list(_spendings(session))[:SHOWN]
    return verdict


def _spendings(session: Any) -> Iterator[Fault]:
    """Whether what each pot was drawn for a spending is what follows from where its money stands."""
    with session.cursor() as cursor:
        cursor.execute(_SPENDINGS)
        draws: list[Any] = []
        for row in cursor:
            if draws and row[0] != draws[0][0]:
                yield from _of_spending(draws)
                draws = []
            draws.append(row)
        if draws:
            yield from _of_spending(draws)


def _of_spending(draws: list[Any]) -> Iterator[Fault]:
    identity, *standing = draws[0][:5]
    reached = [sum(standing[: at + 1]) for at in range(4)]
    parts = [row[5] for row in draws if row[6]]
    try:
        shared = [shares_reached(parts, one) for one in reached] if parts else []
    except ValueError:
        yield Fault("spending-differs", identity, "draws")
        return
    share = 0
    for row in draws:
        come = [stage[share] for stage in shared] if row[6] else reached
        share += bool(row[6])
        expected = [come[0], *(come[at] - come[at - 1] for at in range(1, 4))]
        if list(row[7:]) != expected:
            yield Fault("spending-differs", identity, f"{list(row[7:])} / {expected}")


@contextmanager
def _snapshot() -> Iterator[Any]:
    """As the audit reads itself; inside a transaction (of a test) it is that transaction's own connection."""
    from django.conf import settings
    from django.db import connection

    if connection.in_atomic_block:
        yield connection.connection
        return
    from maarag.database.backup.logins import reader

    session = reader(settings.HOME).connect(connection.settings_dict["NAME"], autocommit=True)
    try:
        with session.transaction():
            session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield session
    finally:
        session.close()
