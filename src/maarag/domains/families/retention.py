"""How long families' files are kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from maarag.kernel.retention.rules import Due, Rule, Tidy, register, years
from maarag.kernel.retention.technical import moment, tidy_rows

from .models import Attempt, Family, FamilyStatus
from .reading_models import ReadingVerdict


def _closed(until: date) -> Iterable[Due]:
    families = Family.objects.filter(status=FamilyStatus.CLOSED, closed_on__lte=until)
    for pk, authority, closed_on, number in families.values_list("pk", "authority_id", "closed_on", "number"):
        if closed_on is not None:
            yield Due(pk, authority, closed_on, str(number))


def _judged(until: date) -> Iterable[Due]:
    rows = ReadingVerdict.objects.filter(day__lte=until)
    for pk, authority, day in rows.values_list("pk", "authority_id", "day"):
        yield Due(pk, authority, day)


def _attempts(before: date) -> QuerySet[Attempt]:
    return Attempt.objects.filter(at__lt=moment(before))


register(
    Rule(
        "families.closed",
        _("Closed files of families, with their people, shares and emergency openings"),
        _("the day the file was closed"),
        _(
            "Our proposal: seven years after closing. The period that the law asks for is to be confirmed by"
            " the officer in charge of the archives."
        ),
        years(7),
        lambda: Family,
        _closed,
    ),
    Rule(
        "families.verdicts",
        _("Supervisors' verdicts on the reading of files"),
        _("the day of the reading"),
        _("Kept as long as a closed file, for whoever asks later whether a reading was looked into."),
        years(7),
        lambda: ReadingVerdict,
        _judged,
    ),
    Tidy(
        "families.attempts",
        _("Emergency openings that found no file"),
        _("the day of the attempt"),
        _("For supervisors, who see whether somebody searches; it names no family."),
        years(2),
        **tidy_rows(_attempts),
        of_families=True,
    ),
)
