"""Rules for the rows of the kernel below this app: sessions, attempts to sign in, old invitations."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maarag.kernel.access.models import FactorReset, Invitation

from .rules import Tidy
from .rules import register as add


def moment(before: date) -> datetime:
    """The beginning of the day, in the time of Israel."""
    return timezone.make_aware(datetime.combine(before, time.min))


def tidy_rows(rows: Any) -> dict[str, Any]:
    """`count` and `run` of a rule from one function that gives the rows older than a day."""
    return {"count": lambda before: rows(before).count(), "run": lambda before: rows(before).delete()[0]}


def _sessions(before: date) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=moment(before))


def _lists_of_sessions(before: date) -> QuerySet[UserSession]:
    known = Session.objects.filter(session_key=OuterRef("session_key"))
    return UserSession.objects.filter(~Exists(known), last_seen_at__lt=moment(before))


def _invitations(before: date) -> QuerySet[Invitation]:
    day = moment(before)
    return Invitation.objects.filter(
        Q(accepted_at__lt=day) | Q(revoked_at__lt=day) | Q(accepted_at=None, expires_at__lt=day)
    )


def _resets(before: date) -> QuerySet[FactorReset]:
    return FactorReset.objects.filter(expires_at__lt=moment(before))


def _attempts(before: date) -> int:
    return _on_attempts("SELECT count(*)", before)


def _forget_attempts(before: date) -> int:
    return _on_attempts("DELETE", before)


def _on_attempts(what: str, before: date) -> int:
    caches: dict[str, Any] = settings.CACHES
    table = connection.ops.quote_name(caches["default"]["LOCATION"])
    with connection.cursor() as cursor:
        cursor.execute(f"{what} FROM {table} WHERE expires < %s", [moment(before).astimezone(UTC)])
        return int(cursor.fetchone()[0]) if cursor.description else int(cursor.rowcount)


def register() -> None:
    add(
        Tidy(
            "access.sessions",
            _("Sessions"),
            _("their end"),
            _("Nobody is signed in by them any more."),
            1,
            **tidy_rows(_sessions),
        ),
        Tidy(
            "access.session_lists",
            _("Lists of where somebody is signed in"),
            _("the last use of a session that is gone"),
            _("Nobody is signed in by them any more."),
            1,
            **tidy_rows(_lists_of_sessions),
        ),
        Tidy(
            "access.attempts",
            _("Attempts to sign in, by address"),
            _("the end of the waiting time"),
            _("They hold off whoever guesses passwords, and nothing else."),
            1,
            count=_attempts,
            run=_forget_attempts,
        ),
        Tidy(
            "access.invitations",
            _("Invitations that were accepted, withdrawn or ran out"),
            _("their end"),
            _("Who was given which role stays with the account and in the audit."),
            90,
            **tidy_rows(_invitations),
        ),
        Tidy(
            "access.factor_resets",
            _("Resets of second factors"),
            _("their end"),
            _("Who asked and who confirmed stays in the audit."),
            365,
            **tidy_rows(_resets),
        ),
    )
