"""Technical rows go by themselves when their time is over, and not a day earlier."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from maarag.api.models import ApiToken, StoredAnswer
from maarag.domains.families.models import Attempt
from maarag.kernel.access.actions import invite
from maarag.kernel.access.models import Invitation
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.imports.actions import take_in
from maarag.kernel.imports.models import ImportFile
from maarag.kernel.jobs.registry import TASKS
from maarag.kernel.retention.actions import tidy
from maarag.kernel.retention.rules import RULES, TIDY, register, years
from tests.factories.services import World, world

TODAY = timezone.localdate()


@pytest.fixture
def place(db: None) -> World:
    return world()


def both_sides(code: str) -> tuple[Any, Any]:
    """A moment before the rule's time, and one that is due."""
    keep = TIDY[code].keep
    return timezone.now() - keep + timedelta(days=1), timezone.now() - keep - timedelta(days=2)


def test_what_is_due_goes_and_the_rest_stays(place: World, django_capture_on_commit_callbacks: Any) -> None:
    account = place.account(Role.INTEGRATOR, place=place.city)
    for number, moment in enumerate(both_sides("access.sessions")):
        Session.objects.create(session_key=f"s{number}", session_data="", expire_date=moment)
    for number, moment in enumerate(both_sides("access.invitations")):
        address = f"{number}@example.org"
        row = invite(by=place.system, email=address, role=Role.RESIDENT, place=place.city)
        Invitation.objects.filter(pk=row.pk).update(expires_at=moment)
    for number, moment in enumerate(both_sides("api.answers")):
        row = StoredAnswer.objects.create(account=account, key=str(number), request="x")
        StoredAnswer.objects.filter(pk=row.pk).update(created_at=moment)
    for number, moment in enumerate(both_sides("api.tokens")):
        token = {"name": "x", "prefix": str(number), "digest": "x", "access": "read"}
        ApiToken.objects.create(account=account, expires_at=timezone.now() + timedelta(days=1), **token)
        ApiToken.objects.filter(prefix=str(number)).update(
            created_at=moment - timedelta(days=1), expires_at=moment
        )
    Attempt.objects.bulk_create(
        Attempt(account=account, authority=place.city, at=moment)
        for moment in both_sides("families.attempts")
    )
    files = []
    for number, moment in enumerate(both_sides("imports.files")):
        content = ContentFile(b"place,topic\n", name=f"{number}.csv")
        file = take_in(by=account, kind="needs", file=content, name=f"{number}.csv")
        ImportFile.objects.filter(pk=file.pk).update(uploaded_at=moment)
        files.append(file.file)
    cache.set("kept", 1, timeout=3600)
    cache.set("old", 1, timeout=3600)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE access_attempts SET expires = now() - interval '4 days' WHERE cache_key LIKE '%old'"
        )

    with django_capture_on_commit_callbacks(execute=True):
        removed = tidy()
    assert {code: count for code, count in removed.items() if count} == {
        "access.sessions": 1,
        "access.attempts": 1,
        "access.invitations": 1,
        "api.answers": 1,
        "api.tokens": 1,
        "families.attempts": 1,
        "imports.files": 1,
    }
    assert [one.session_key for one in Session.objects.all()] == ["s0"]
    assert Invitation.objects.get().email == "0@example.org"
    assert StoredAnswer.objects.get().key == "0"
    assert ApiToken.objects.get().prefix == "0"
    assert Attempt.objects.count() == 1
    assert ImportFile.objects.get().name == "0.csv"
    assert [one.storage.exists(one.name) for one in files] == [True, False]
    assert cache.get("kept") == 1
    assert AuditEvent.objects.get(action="retention.tidy").changes["imports.files"] == 1
    assert not any(tidy().values())
    assert AuditEvent.objects.filter(action="retention.tidy").count() == 1


def test_every_rule_says_what_why_and_how_long() -> None:
    for rule in (*RULES.values(), *TIDY.values()):
        assert rule.keep >= timedelta(days=1), rule.code
        assert all(str(words) for words in (rule.title, rule.counted_from, rule.basis)), rule.code
    assert {rule.kind().is_personal for rule in RULES.values()} == {True}  # type: ignore[attr-defined]
    assert {TASKS[name].cron != "" for name in ("retention.run", "retention.tidy")} == {True}


def test_a_code_is_taken_once() -> None:
    with pytest.raises(ValueError, match=r"families\.closed"):
        register(RULES["families.closed"])


def test_years_are_never_short() -> None:
    assert [years(count) for count in (1, 4, 7)] == [366, 1461, 2557]


def test_the_command_shows_and_runs(place: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import nullcontext

    from maarag.cli import retention

    monkeypatch.setattr(retention, "database_in_use", nullcontext)
    monkeypatch.setattr(retention, "require_migrated", lambda: None)
    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now() - timedelta(days=5))
    shown = CliRunner().invoke(retention.retention, ["preview"])
    assert shown.exit_code == 0, shown.output
    assert "families.closed: 0" in shown.output
    assert "access.sessions: 1" in shown.output
    assert Session.objects.exists()
    done = CliRunner().invoke(retention.retention, ["run"])
    assert done.exit_code == 0, done.output
    assert "access.sessions: 1" in done.output
    assert not Session.objects.exists()
