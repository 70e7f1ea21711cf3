"""Parameters of the endpoints: read strictly, so that a slip is refused and not answered with everything."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time

from django.http import HttpRequest
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from maarag.domains.services.models import Service
from maarag.kernel.people.models import Organisation
from maarag.kernel.taxonomy.models import Term, Vocabulary
from maarag.kernel.taxonomy.queries import term_by_code

from . import own_fields
from .ids import codes_of, is_uuid
from .writing.taxonomies import taxonomy_id, term_id

PER_PAGE = 50
MOST_PER_PAGE = 1000
MOST_WHOLE_PER_PAGE = 200
LONGEST_SEARCH = 500


class Refused(ValueError):
    """A parameter that cannot be understood; the words are for whoever sent it."""

    def __init__(self, name: str, message: str) -> None:
        self.name = name
        super().__init__(message)


@dataclass(frozen=True)
class Near:
    """A point in degrees, and a distance from it in metres."""

    latitude: float
    longitude: float
    metres: float


class Parameters:
    """The parameters of one request, from its address and, for POST, its form."""

    def __init__(self, request: HttpRequest, known: Collection[str]) -> None:
        self._values = {name: str(value).strip() for name, value in request.GET.items()}
        if request.method == "POST":
            self._values |= {name: str(value).strip() for name, value in request.POST.items()}
        for name in self._values:
            if name not in known:
                raise Refused(
                    name,
                    _("There is no parameter “%(name)s” here. There are: %(known)s.")
                    % {"name": name[:60], "known": ", ".join(sorted(known))},
                )

    def text(self, name: str) -> str:
        value = self._values.get(name, "")
        if "\x00" in value or len(value) > LONGEST_SEARCH:
            raise Refused(
                name,
                _("“%(name)s” is too long, or not text; at most %(most)s letters.")
                % {"name": name, "most": LONGEST_SEARCH},
            )
        return value

    def yes(self, name: str) -> bool:
        value = self.text(name).lower()
        if value in ("", "false", "0"):
            return False
        if value in ("true", "1"):
            return True
        raise Refused(name, _("“%(name)s” is true or false.") % {"name": name})

    def whole_number(self, name: str, otherwise: int, most: int) -> int:
        value = self.text(name)
        if not value:
            return otherwise
        if not re.fullmatch(r"[0-9]{1,9}", value) or not 1 <= int(value) <= most:
            raise Refused(
                name,
                _("“%(name)s” is a whole number from 1 to %(most)s.") % {"name": name, "most": most},
            )
        return int(value)

    def moment(self, name: str) -> datetime | None:
        """A date and time, or a date alone; without an offset it is UTC."""
        value = self.text(name).replace(" ", "+") if "T" in self.text(name) else self.text(name)
        if not value:
            return None
        try:
            found = parse_datetime(value)
            if found is None and (day := parse_date(value)):
                found = datetime.combine(day, time())
        except ValueError:
            found = None
        if found is None:
            raise Refused(
                name,
                _("“%(name)s” is a date and time such as 2026-06-01T00:00:00Z.") % {"name": name},
            )
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def near(self) -> Near | None:
        """The point and distance; by HSDS a postcode, which we cannot place, or else our own two numbers."""
        if self.text("postcode"):
            raise Refused(
                "postcode",
                _(
                    "Postcodes cannot be placed here: there is no open list of them. Give latitude, "
                    "longitude and proximity (in metres) instead."
                ),
            )
        names = ("latitude", "longitude", "proximity")
        if not any(self.text(name) for name in names):
            return None
        numbers = []
        for name, least, most in zip(names, (-90, -180, 0), (90, 180, 1_000_000), strict=True):
            try:
                number = float(self.text(name))
            except ValueError:
                number = float("nan")
            if not least <= number <= most:
                raise Refused(
                    name,
                    _("“%(name)s” is a number from %(least)s to %(most)s, and goes with %(others)s.")
                    % {
                        "name": name,
                        "least": least,
                        "most": most,
                        "others": ", ".join(other for other in names if other != name),
                    },
                )
            numbers.append(number)
        return Near(*numbers)

    def ndjson(self) -> bool:
        value = self.text("format")
        if value in ("", "json", "ndjson"):
            return value == "ndjson"
        raise Refused("format", _("“format” is json or ndjson."))

    def organisation(self) -> Organisation | None:
        text = self.text("organization_id")
        if not text:
            return None
        if found := organisation_of(text):
            return found
        raise Refused("organization_id", _("No organisation has the id “%(id)s”.") % {"id": text[:80]})

    def term(self) -> Term | None:
        text = self.text("taxonomy_term_id")
        if not text:
            return None
        if found := term_of(text):
            return found
        raise Refused("taxonomy_term_id", _("No taxonomy term has the id “%(id)s”.") % {"id": text[:80]})

    def vocabulary(self, *, or_own: bool = False) -> str:
        """A vocabulary, or the name of our own taxonomy where that is asked for and allowed."""
        text = self.text("taxonomy_id")
        if not text:
            return ""
        for vocabulary in Vocabulary:
            if text in (vocabulary, taxonomy_id(vocabulary)):
                return vocabulary
        if or_own and text in (own_fields.TAXONOMY, own_fields.TAXONOMY_ID):
            return own_fields.TAXONOMY
        raise Refused("taxonomy_id", _("No taxonomy has the id “%(id)s”.") % {"id": text[:80]})


def service_code(text: str) -> str | None:
    """The code of a service from a UUID or a code."""
    if is_uuid(text) and (codes := codes_of("service", text)):
        return codes[0]
    if "\x00" in text:
        return None
    return text if Service.objects.filter(code=text).exists() else None


def organisation_of(text: str) -> Organisation | None:
    """An organisation from a UUID or a code."""
    codes = codes_of("organization", text) if is_uuid(text) else None
    if "\x00" in text:
        return None
    return Organisation.objects.filter(code=codes[0] if codes else text).first()


def term_of(text: str) -> Term | None:
    """A term from a UUID, a code or a former code."""
    if is_uuid(text):
        return next((term for term in Term.objects.all() if term_id(term) == text.lower()), None)
    return None if "\x00" in text else term_by_code(text)
