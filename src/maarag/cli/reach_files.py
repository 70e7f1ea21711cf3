"""The files of `maarag reach`, as people send them: every doubt is named with its line."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from maarag.standards.text_files import ServiceFileError, csv_rows, decode, is_workbook, workbook_rows

SHOWN = 20
"""Bad rows that a message lists before it only counts the rest."""

# Accepted names of a column, best first; letters and digits only, lower case (see `_plain`).
ID = "id code geoid cbscode מזהה קוד סמל"
PLACE = "placeid demandid originid place origin demand מזההמקום קודמקום סמליישוב קודרשות מקום מוצא"
SERVICE = (
    "serviceid supplyid destinationid destid facilityid service destination dest facility supply"
    " מזההשירות קודשירות שירות יעד"
)
PEOPLE = (
    "people persons need demand population pop families value"
    " אנשים נפשות צורך ביקוש אוכלוסיה אוכלוסייה תושבים משפחות"
)
CAPACITY = "capacity supply places slots value קיבולת תפוסה היצע מקומות מכסה"
LATITUDE = "lat latitude y קורוחב קואורוחב רוחב"
LONGITUDE = "lon lng long longitude x קואורך אורך"
NAME = "name namehe placename servicename title שם שםמקום שםשירות שםהרשות"
PAIR_PLACE = f"{PLACE} from ביקוש צורך"
PAIR_SERVICE = f"{SERVICE} to היצע"
COST = (
    "cost minutes min traveltime time duration distance distancekm km dist"
    " מרחק מרחקקמ דקות זמן זמןנסיעה עלות קמ"
)

# Where no name fits: the only column whose name contains one of these.
HINTS = {
    "the place": "demand orig place מקום",
    "the service": "supply dest service facilit שירות",
    "people": "people person popul אנשים אוכלוס תושבים",
    "capacity": "capac קיבול",
    "the latitude": "latit רוחב",
    "the longitude": "longit אורך",
    "the distance or time": "minut dist time cost מרחק דקות זמן",
}


class FileError(Exception):
    """A file that cannot be used as it is. The message names the file, the lines and what to do."""


@dataclass(frozen=True)
class BadRow:
    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.reason}"


@dataclass
class Points:
    """Places with people, or services with capacity (`amount`); one entry each, in the order of the file."""

    ids: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    amounts: list[float] = field(default_factory=list)
    lats: list[float] = field(default_factory=list)
    lons: list[float] = field(default_factory=list)


@dataclass
class PairRows:
    """Indices into places and services, with cost; `unit` is the header of the cost column."""

    origins: list[int] = field(default_factory=list)
    destinations: list[int] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    unit: str = ""


class _Table:
    """Header and rows of one file."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        try:
            data = path.read_bytes()
        except OSError as error:
            raise FileError(f"{path}: cannot be read ({error.strerror})") from error
        try:
            rows: Sequence[Sequence[Any]]
            if is_workbook(data):
                rows = workbook_rows(data, self.name)
            else:
                rows = csv_rows(decode(data, self.name), self.name)
        except ServiceFileError as error:
            raise FileError(f"{self.name}: {error}") from error
        self.numbered = [(n, row) for n, row in enumerate(rows, 1) if any(_text(cell) for cell in row)]
        if not self.numbered:
            raise FileError(f"{self.name}: the file is empty; the first row must name the columns")
        self.header = [_text(cell) for cell in self.numbered[0][1]]
        self.plain = [_plain(cell) for cell in self.header]
        self.taken: set[int] = set()

    def column(self, what: str, names: str, *, required: bool = True) -> int | None:
        for name in names.split():
            for index, plain in enumerate(self.plain):
                if plain == name and index not in self.taken:
                    self.taken.add(index)
                    return index
        likely = [
            index
            for index, plain in enumerate(self.plain)
            if index not in self.taken and any(hint in plain for hint in HINTS.get(what, "").split())
        ]
        if len(likely) == 1:
            self.taken.add(likely[0])
            return likely[0]
        if not required:
            return None
        found = ", ".join(cell for cell in self.header if cell) or "none"
        accepted = ", ".join(names.split()[:4])
        raise FileError(f"{self.name}: no column for {what} (for example {accepted}). Columns found: {found}")

    def rows(self) -> Iterator[tuple[int, Callable[[int | None], str]]]:
        for line, row in self.numbered[1:]:
            yield line, partial(_cell, row)


def read_points(path: Path, kind: str, *, located: bool, bad: list[BadRow]) -> Points:
    """Places (`kind` "demand") or services ("supply"). Rows that cannot be used are added to `bad`."""
    table = _Table(path)
    demand = kind == "demand"
    what = "people" if demand else "capacity"
    id_column = table.column("the id", f"{ID} {PLACE if demand else SERVICE}")
    amount_column = table.column(what, PEOPLE if demand else CAPACITY)
    lat_column = table.column("the latitude", LATITUDE, required=located)
    lon_column = table.column("the longitude", LONGITUDE, required=located)
    name_column = table.column("the name", NAME, required=False)
    points = Points()
    seen: dict[str, int] = {}
    for line, cell in table.rows():
        try:
            identity = cell(id_column)
            if not identity:
                raise ValueError("the id is empty")
            if identity in seen:
                raise ValueError(f"the id {identity} already stands in line {seen[identity]}")
            amount = _number(cell(amount_column), what)
            lat = _coordinate(cell(lat_column), "latitude", 90) if located else math.nan
            lon = _coordinate(cell(lon_column), "longitude", 180) if located else math.nan
        except ValueError as error:
            bad.append(BadRow(table.name, line, str(error)))
            continue
        seen[identity] = line
        points.ids.append(identity)
        points.names.append(cell(name_column))
        points.amounts.append(amount)
        points.lats.append(lat)
        points.lons.append(lon)
    return points


def read_pairs(path: Path, places: Points, services: Points, bad: list[BadRow]) -> PairRows:
    """Pairs of place and service with the distance or time between them."""
    table = _Table(path)
    place_column = table.column("the place", PAIR_PLACE)
    service_column = table.column("the service", PAIR_SERVICE)
    cost_column = table.column("the distance or time", COST)
    assert cost_column is not None
    place_index = {identity: index for index, identity in enumerate(places.ids)}
    service_index = {identity: index for index, identity in enumerate(services.ids)}
    pairs = PairRows(unit=table.header[cost_column])
    seen: dict[tuple[int, int], int] = {}
    for line, cell in table.rows():
        try:
            place, service = cell(place_column), cell(service_column)
            if place not in place_index:
                raise ValueError(f"place {place or '(empty)'} is not in the demand file")
            if service not in service_index:
                raise ValueError(f"service {service or '(empty)'} is not in the supply file")
            key = (place_index[place], service_index[service])
            if key in seen:
                raise ValueError(f"place {place} and service {service} already stand in line {seen[key]}")
            cost = _number(cell(cost_column), table.header[cost_column])
        except ValueError as error:
            bad.append(BadRow(table.name, line, str(error)))
            continue
        seen[key] = line
        pairs.origins.append(key[0])
        pairs.destinations.append(key[1])
        pairs.costs.append(cost)
    return pairs


def listing(bad: Sequence[BadRow]) -> str:
    """The bad rows, one a line, the first few of them."""
    lines = [str(row) for row in bad[:SHOWN]]
    if len(bad) > SHOWN:
        lines.append(f"and {len(bad) - SHOWN} more")
    return "\n".join(lines)


def _cell(row: Sequence[Any], index: int | None) -> str:
    return _text(row[index]) if index is not None and index < len(row) else ""


def _plain(cell: str) -> str:
    return re.sub(r"[\W_]+", "", cell.lower())


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a workbook keeps whole numbers as 12.0
    return "" if cell is None else str(cell).strip().strip("\u200e\u200f\u202a\u202b\u202c\ufeff")


def _number(text: str, what: str) -> float:
    """A plain number, 0 or more. Thousands separators are not guessed: 1,200 is 1.2 to some."""
    if not text:
        raise ValueError(f"{what} is empty; write 0 if there is none")
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text, flags=re.ASCII):
        raise ValueError(f"{what} {text!r} is not a plain number; write digits only, as 1200 or 12.5")
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{what} {text!r} is too large")
    if value < 0:
        raise ValueError(f"{what} {text} is negative; it must be 0 or more")
    return value


def _coordinate(text: str, what: str, limit: float) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{what} {text!r} is not a number in degrees") from None
    if not abs(value) <= limit:
        raise ValueError(f"{what} {text} is outside ±{limit}; are latitude and longitude swapped?")
    return value
