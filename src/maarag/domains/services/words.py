"""Days, hours and languages of services as people read them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Schedule

DAYS = {
    "SU": gettext_lazy("Sunday"),
    "MO": gettext_lazy("Monday"),
    "TU": gettext_lazy("Tuesday"),
    "WE": gettext_lazy("Wednesday"),
    "TH": gettext_lazy("Thursday"),
    "FR": gettext_lazy("Friday"),
    "SA": gettext_lazy("Saturday"),
}
LANGUAGES = {
    "he": gettext_lazy("Hebrew"),
    "ar": gettext_lazy("Arabic"),
    "en": gettext_lazy("English"),
    "ru": gettext_lazy("Russian"),
    "am": gettext_lazy("Amharic"),
    "ti": gettext_lazy("Tigrinya"),
    "fr": gettext_lazy("French"),
    "es": gettext_lazy("Spanish"),
    "yi": gettext_lazy("Yiddish"),
    "isr": gettext_lazy("Israeli Sign Language"),
}


def days_in_words(days: str) -> str:
    """ "SU,MO,TU,TH" → "Sunday–Tuesday, Thursday"; what is no day is kept as it stands."""
    codes = [code.strip().upper() for code in days.split(",") if code.strip()]
    order = list(DAYS)
    if not all(code in DAYS for code in codes):
        return days
    runs: list[list[int]] = []
    for number in sorted({order.index(code) for code in codes}):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = []
    for run in runs:
        first, last = str(DAYS[order[run[0]]]), str(DAYS[order[run[-1]]])
        if len(run) == 1:
            parts.append(first)
        elif len(run) == 2:
            parts.extend((first, last))
        else:
            parts.append(_("%(first)s to %(last)s") % {"first": first, "last": last})
    return ", ".join(parts)


def hours_in_words(schedules: Iterable[Schedule]) -> list[tuple[str, str, str]]:
    """(days, hours, note) of each schedule; hours run from left to right in every language."""
    found = []
    for schedule in schedules:
        times = [f"{moment:%H:%M}" for moment in (schedule.opens_at, schedule.closes_at) if moment]
        found.append((days_in_words(schedule.days), "–".join(times), schedule.description))
    return found


def language_in_words(code: str) -> str:
    """The name of a language in the active one; its code where it is not known."""
    return str(LANGUAGES.get(code, code))


def age_in_words(minimum: int | None, maximum: int | None) -> str:
    """The ages that a service is for; empty where it says nothing."""
    if minimum and maximum:
        return _("Ages %(minimum)s to %(maximum)s") % {"minimum": minimum, "maximum": maximum}
    if minimum:
        return _("From age %(minimum)s") % {"minimum": minimum}
    if maximum:
        return _("Up to age %(maximum)s") % {"maximum": maximum}
    return ""
