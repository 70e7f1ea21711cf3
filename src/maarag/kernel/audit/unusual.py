"""Which days of whose reading a supervisor should look at, and why. Pure; each rule gives points and a
reason.

Nothing here accuses anybody: a day with points is a day to ask about. Days and hours are those of Israel.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

LEAST_MANY = 12
"""Files read in a day that are many for nobody, whatever the habit."""
NIGHT = (22, 6)
SATURDAY, FRIDAY, FRIDAY_EVENING = 5, 4, 18
POINTS = {"many": 3, "odd_hours": 2, "not_of_care": 2, "closed": 2, "break_glass": 3}
HABIT_DAYS = 5
"""Days of reading from which a habit can be told."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One account read one file. `of_care`: the file is in the reader's care; None where nobody can tell."""

    reader: int
    file: str
    at: datetime
    of_care: bool | None = None
    closed: bool = False
    break_glass: bool = False


@dataclass(frozen=True)
class Reason:
    """A rule that applied: its code, how many files, and what would have been usual (for `many`)."""

    code: str
    files: int
    usual: int | None = None

    @property
    def points(self) -> int:
        many_times = self.code == "many" and self.usual is not None and self.files >= 2 * self.usual
        return POINTS[self.code] + (1 if many_times else 0)


@dataclass(frozen=True)
class UnusualDay:
    """A day of one reader on which a rule applied, with the rules by their weight."""

    reader: int
    day: date
    files: int
    reasons: tuple[Reason, ...]

    @property
    def points(self) -> int:
        return sum(reason.points for reason in self.reasons)


def unusual_days(readings: Iterable[Reading], since: date) -> list[UnusualDay]:
    """The days from `since` on to which a rule applies, most points first; earlier days tell the habits.

    - many: more different files than twice the busiest tenth of the colleagues' days, than three times the
      reader's own median day, and than LEAST_MANY;
    - odd_hours: three files or more between 22:00 and 6:00, on Friday evening or on Saturday;
    - not_of_care: more than five files, and more than half of the day's, that are not in the reader's care;
    - closed: two closed files or more;
    - break_glass: any file opened in an emergency.
    """
    days: dict[tuple[int, date], list[Reading]] = defaultdict(list)
    for reading in readings:
        days[reading.reader, reading.at.date()].append(reading)
    counts = {key: _files(found) for key, found in days.items()}
    found = []
    for (reader, day), readings_of_day in days.items():
        if day < since:
            continue
        usual = _usual(reader, day, counts)
        reasons = tuple(
            sorted(_reasons(readings_of_day, usual), key=lambda reason: (-reason.points, reason.code))
        )
        if reasons:
            found.append(UnusualDay(reader, day, counts[reader, day], reasons))
    return sorted(found, key=lambda told: (-told.points, -told.files, told.day, told.reader))


def _usual(reader: int, day: date, counts: Mapping[tuple[int, date], int]) -> int:
    own = [count for (who, when), count in counts.items() if who == reader and when < day]
    others = sorted(count for (who, when), count in counts.items() if who != reader and when <= day)
    usual = LEAST_MANY
    if len(own) >= HABIT_DAYS:
        usual = max(usual, 3 * round(median(own)))
    if len(others) >= HABIT_DAYS:
        usual = max(usual, 2 * others[(len(others) * 9) // 10 if len(others) > 10 else -1])
    return usual


def _reasons(readings: Sequence[Reading], usual: int) -> Iterable[Reason]:
    files = _files(readings)
    if files > usual:
        yield Reason("many", files, usual)
    for code, least, chosen in (
        ("odd_hours", 3, [reading for reading in readings if is_odd_hour(reading.at)]),
        ("closed", 2, [reading for reading in readings if reading.closed]),
        ("break_glass", 1, [reading for reading in readings if reading.break_glass]),
    ):
        if (count := _files(chosen)) >= least:
            yield Reason(code, count)
    foreign = _files(reading for reading in readings if reading.of_care is False)
    if foreign > 5 and foreign * 2 > files:
        yield Reason("not_of_care", foreign)


def is_odd_hour(at: datetime) -> bool:
    """At night, on Friday evening or on Saturday, by the clock of the reading."""
    weekday = at.weekday()
    return (
        at.hour >= NIGHT[0]
        or at.hour < NIGHT[1]
        or weekday == SATURDAY
        or (weekday == FRIDAY and at.hour >= FRIDAY_EVENING)
    )


def _files(readings: Iterable[Reading]) -> int:
    return len({reading.file for reading in readings})
