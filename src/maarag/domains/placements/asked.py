"""What a run of placements is asked with: which families, how little fit is too little, floors for groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.domains.programmes.fit import WORTH_PROPOSING

from .gathering import ATTRIBUTES

WITHOUT_PLACE, WAITING = "without_place", "waiting"
WHO = (WITHOUT_PLACE, WAITING)
MOST_FLOORS = 20
MOST_OF_A_GROUP = 1_000_000
_FLOOR = {"attribute", "value", "percent", "number"}


@dataclass(frozen=True)
class FloorAsked:
    """At least so many of a group's families have a place: `percent` of them (1–100), or a `number`."""

    attribute: str
    value: str
    percent: int | None = None
    number: int | None = None

    def data(self) -> dict[str, Any]:
        given = {"percent": self.percent} if self.number is None else {"number": self.number}
        return {"attribute": self.attribute, "value": self.value, **given}


@dataclass(frozen=True)
class Asked:
    """The settings of a run.

    `who`: all open files without a place, or of them only those that wait for one. `least_fit`: below it a
    place is not proposed. `programmes`: keys, empty for all. `keep`: decisions of the run that this one is
    based on stay.
    """

    day: date
    who: str = WITHOUT_PLACE
    least_fit: int = int(WORTH_PROPOSING)
    floors: tuple[FloorAsked, ...] = ()
    programmes: tuple[int, ...] = ()
    keep: bool = False

    def is_of(self, programme: int) -> bool:
        """Whether places of the programme are asked for."""
        return not self.programmes or programme in self.programmes

    def data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "day": self.day.isoformat(),
            "who": self.who,
            "least_fit": self.least_fit,
            "floors": [floor.data() for floor in self.floors],
            "programmes": list(self.programmes),
            "keep": self.keep,
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Asked:
        """From what `data` gave."""
        return cls(
            date.fromisoformat(data["day"]),
            data.get("who", WITHOUT_PLACE),
            int(data.get("least_fit", WORTH_PROPOSING)),
            tuple(FloorAsked(**floor) for floor in data.get("floors", ())),
            tuple(data.get("programmes", ())),
            bool(data.get("keep", False)),
        )


def asked(
    *,
    day: date | None = None,
    who: str = WITHOUT_PLACE,
    least_fit: int | None = None,
    floors: Sequence[FloorAsked] = (),
    programmes: Sequence[int] = (),
    keep: bool = False,
) -> Asked:
    """Checked settings. Raises ValidationError."""
    if who not in WHO:
        raise ValidationError({"who": _("Choose all families without a place, or those that wait.")})
    if least_fit is not None and not 0 <= least_fit <= 100:
        raise ValidationError({"least_fit": _("The least fit is a number from 0 to 100.")})
    if len(floors) > MOST_FLOORS:
        raise ValidationError({"floors": _("That is too many floors for one run.")})
    for floor in floors:
        if floor.attribute not in ATTRIBUTES or not floor.value:
            raise ValidationError({"floors": _("A floor is for a group by sex, sector, language or area.")})
        if (floor.percent is None) == (floor.number is None):
            raise ValidationError({"floors": _("A floor is either a share or a number of families.")})
        if floor.percent is not None and not 1 <= floor.percent <= 100:
            raise ValidationError({"floors": _("The share of a floor is from 1 to 100 per cent.")})
        if floor.number is not None and floor.number < 1:
            raise ValidationError({"floors": _("The number of a floor is 1 or more.")})
    least = int(WORTH_PROPOSING) if least_fit is None else least_fit
    when = day or timezone.localdate()
    return Asked(when, who, least, tuple(floors), tuple(programmes), keep)
