"""What a request for a picture asks for, checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.kernel.people.models import Sector
from maarag.kernel.taxonomy.models import Topic
from maarag.kernel.taxonomy.queries import term_by_code

from .assemble import Filters


class BadRequestForPicture(ValueError):
    """The request names something that does not exist; the message is for the user."""


def read_filters(asked: Mapping[str, Any]) -> Filters:
    """Filters from `topic`, `population` and `sector`; raises BadRequestForPicture for unknown ones."""
    topic = population = None
    population_code = ""
    if code := str(asked.get("topic") or "").strip():
        topic = Topic.objects.filter(code=code).first()
        if topic is None:
            known = ", ".join(Topic.objects.values_list("code", flat=True))
            raise BadRequestForPicture(
                _("There is no topic “%(code)s”. Topics: %(known)s.") % {"code": code, "known": known or "–"}
            )
    if code := str(asked.get("population") or "").strip():
        term = term_by_code(code)
        if term is None:
            raise BadRequestForPicture(_("There is no population group “%(code)s”.") % {"code": code})
        population, population_code = term.pk, term.code
    sector = str(asked.get("sector") or "").strip()
    if sector and sector not in Sector.values:
        raise BadRequestForPicture(
            _("There is no sector “%(code)s”. Sectors: %(known)s.")
            % {"code": sector, "known": ", ".join(Sector.values)}
        )
    return Filters(topic=topic, population=population, population_code=population_code, sector=sector)


def read_date(text: str | date | None) -> date:
    """A day as YYYY-MM-DD; today where none is given. Raises BadRequestForPicture."""
    if isinstance(text, date):
        return text
    if not text:
        return timezone.localdate()
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadRequestForPicture(
            _("“%(text)s” is not a date; write it as 2026-11-21.") % {"text": text}
        ) from None
