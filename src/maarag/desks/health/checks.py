"""Is the installation well? Each check says so with figures; none reads a row about a person."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Literal

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

State = Literal["ok", "attention", "down"]

OLDEST_JOB_SECONDS = 15 * 60
LEAST_FREE_SHARE = 0.10
OLDEST_BACKUP_HOURS = 26
OLDEST_SIGNATURE_SECONDS = 3600
OLDEST_VERIFICATION_SECONDS = 26 * 3600
OLDEST_WITNESS_SECONDS = 3600


@dataclass(frozen=True)
class Check:
    """One check: `down` where requests cannot be answered, `attention` where somebody should look.

    `words` says what each figure is; `named`: tables or functions of the database that are concerned.
    """

    name: str
    state: State
    figures: dict[str, float] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    named: tuple[str, ...] = ()


def every() -> list[Check]:
    """All checks. Where the database does not answer, those that need it are left out."""
    first = database()
    if first.state == "down":
        return [first, ledger(), witness(), disk(), backup()]
    asked = [_guarded(check) for check in (migrations, jobs, audit)]
    return [first, *asked, ledger(), witness(), disk(), backup()]


def state_of(checks: list[Check]) -> State:
    """The worst of them."""
    states = {check.state for check in checks}
    return "down" if "down" in states else "attention" if "attention" in states else "ok"


def _guarded(check: Callable[[], Check]) -> Check:
    try:
        return check()
    except Exception:  # a check that fails says so; it does not take the page of health with it
        return Check(check.__name__, "attention")


def database() -> Check:
    began = perf_counter()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # whatever the reason: refused, pool empty, name unknown
        return Check("database", "down")
    return Check(
        "database",
        "ok",
        {"answer_seconds": perf_counter() - began},
        {"answer_seconds": "Seconds that the database took to answer."},
    )


_migrated = False


def migrations() -> Check:
    """Down while the code knows migrations that the database lacks; asked no more once there was none."""
    global _migrated
    pending = 0
    if not _migrated:
        executor = MigrationExecutor(connection)
        pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        _migrated = not pending
    return Check(
        "migrations",
        "down" if pending else "ok",
        {"pending": pending},
        {"pending": "Migrations that the database lacks."},
    )


def jobs() -> Check:
    from maarag.kernel.jobs.models import Job, JobStatus
    from maarag.kernel.jobs.queries import overview

    found = overview(Job.objects.all())
    lag = (timezone.now() - found.oldest_waiting).total_seconds() if found.oldest_waiting else 0.0
    figures = {
        "oldest_waiting_seconds": max(lag, 0.0),
        "waiting": found.counts.get(JobStatus.WAITING, 0),
        "failed": found.counts.get(JobStatus.FAILED, 0),
        "workers": found.workers,
    }
    words = {
        "oldest_waiting_seconds": "Seconds since when the oldest job that is due has waited.",
        "waiting": "Jobs that wait.",
        "failed": "Jobs that failed for good.",
        "workers": "Workers with a heartbeat in the last half minute.",
    }
    well = lag <= OLDEST_JOB_SECONDS and found.workers > 0
    return Check("jobs", "ok" if well else "attention", figures, words)


def audit() -> Check:
    """The audit is signed every quarter of an hour and verified every night; a fault is never in order, nor
    is a table of which changes are not recorded or which row-level security does not bind.
    """
    from maarag.kernel.audit.guards import taken_off
    from maarag.kernel.audit.models import SignedHeads, Verification

    now = timezone.now()
    signed = SignedHeads.objects.order_by("-pk").values_list("at", flat=True).first()
    verified = Verification.objects.order_by("-pk").first()
    with connection.cursor() as cursor:
        named = tuple(fault.record for fault in taken_off(cursor))
    figures: dict[str, float] = {"unguarded": len(named)}
    if signed is not None:
        figures["signed_age_seconds"] = (now - signed).total_seconds()
    if verified is not None:
        figures["verified_age_seconds"] = (now - verified.at).total_seconds()
        figures["faults"] = len(verified.faults)
    well = (
        figures.get("signed_age_seconds", OLDEST_SIGNATURE_SECONDS + 1) <= OLDEST_SIGNATURE_SECONDS
        and figures.get("verified_age_seconds", OLDEST_VERIFICATION_SECONDS + 1)
        <= OLDEST_VERIFICATION_SECONDS
        and not figures.get("faults")
        and not named
    )
    words = {
        "signed_age_seconds": "Seconds since the heads of the audit were signed.",
        "verified_age_seconds": "Seconds since the whole audit was verified.",
        "faults": "Faults that the last verification found.",
        "unguarded": "Tables, functions and settings of the audit and of row-level security that are off.",
    }
    return Check("audit", "ok" if well else "attention", figures, words, named)


def ledger() -> Check:
    """The ledger is computed again every night; a fault is never in order."""
    from maarag.kernel.ledger.verifying import last_check

    last = last_check(settings.HOME)
    if last is None:
        return Check("ledger", "attention")
    age, faults = last
    return Check(
        "ledger",
        "ok" if age <= OLDEST_VERIFICATION_SECONDS and not faults else "attention",
        {"verified_age_seconds": age, "faults": faults},
        {
            "verified_age_seconds": "Seconds since the whole ledger was verified.",
            "faults": "Faults that the last verification of the ledger found.",
        },
    )


def witness() -> Check:
    """Whether another machine has what was signed; else the owner of this one can rewrite the record."""
    from maarag.kernel.audit.witness import age_seconds

    age = age_seconds(settings.HOME)
    if age is None:
        return Check("witness", "attention")
    return Check(
        "witness",
        "ok" if age <= OLDEST_WITNESS_SECONDS else "attention",
        {"age_seconds": age},
        {"age_seconds": "Seconds since the witness took what was signed of the audit."},
    )


def disk() -> Check:
    """Of the folder of the installation; where the database runs elsewhere, its own host watches its disk."""
    try:
        total, _used, free = shutil.disk_usage(settings.HOME)
    except OSError:
        return Check("disk", "attention")
    share = free / total if total else 0.0
    return Check(
        "disk",
        "ok" if share >= LEAST_FREE_SHARE else "attention",
        {"free_bytes": free, "free_share": share},
        {"free_bytes": "Bytes free on the disk.", "free_share": "Share of the disk that is free."},
    )


def backup() -> Check:
    from maarag.database.backup.state import age_hours

    age = age_hours(settings.HOME)
    if age is None:
        return Check("backup", "attention")
    return Check(
        "backup",
        "ok" if age <= OLDEST_BACKUP_HOURS else "attention",
        {"age_seconds": age * 3600},
        {"age_seconds": "Seconds since the last backup that succeeded."},
    )
