"""The files of `maarag reach`, as people send them: every doubt is named with its line."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

from maarag.cli.table_files import TableFile, in_line, plain_number
from maarag.database.errors import translate as _

# Accepted names of a column, best first; letters and digits only, lower case.
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
PEOPLE_HINTS = "people person popul אנשים אוכלוס תושבים"
CAPACITY_HINTS = "capac קיבול"
PLACE_HINTS, SERVICE_HINTS = "demand orig place מקום", "supply dest service facilit שירות"
COST_HINTS = "minut dist time cost מרחק דקות זמן"


@dataclass(frozen=True)
class BadRow:
    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return in_line(self.file, self.line, self.reason)


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


def read_points(path: Path, kind: str, *, located: bool, bad: list[BadRow]) -> Points:
    """Places (`kind` "demand") or services ("supply"). Rows that cannot be used are added to `bad`."""
    table = TableFile(path)
    demand = kind == "demand"
    what = "people" if demand else "capacity"
    id_column = table.column("the id", f"{ID} {PLACE if demand else SERVICE}")
    amount_column = table.column(
        what, PEOPLE if demand else CAPACITY, hints=PEOPLE_HINTS if demand else CAPACITY_HINTS
    )
    lat_column = table.column("the latitude", LATITUDE, hints="latit רוחב", required=located)
    lon_column = table.column("the longitude", LONGITUDE, hints="longit אורך", required=located)
    name_column = table.column("the name", NAME, required=False)
    points = Points()
    seen: dict[str, int] = {}
    for line, cell in table.rows():
        try:
            identity = cell(id_column)
            if not identity:
                raise ValueError(_("the id is empty"))
            if identity in seen:
                raise ValueError(
                    _("the id %(id)s already stands in line %(line)s")
                    % {"id": identity, "line": seen[identity]}
                )
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
    table = TableFile(path)
    place_column = table.column("the place", PAIR_PLACE, hints=PLACE_HINTS)
    service_column = table.column("the service", PAIR_SERVICE, hints=SERVICE_HINTS)
    cost_column = table.column("the distance or time", COST, hints=COST_HINTS)
    assert cost_column is not None
    place_index = {identity: index for index, identity in enumerate(places.ids)}
    service_index = {identity: index for index, identity in enumerate(services.ids)}
    pairs = PairRows(unit=table.header[cost_column])
    seen: dict[tuple[int, int], int] = {}
    for line, cell in table.rows():
        try:
            place, service = cell(place_column), cell(service_column)
            if place not in place_index:
                raise ValueError(_("place %(id)s is not in the demand file") % {"id": place or _("(empty)")})
            if service not in service_index:
                raise ValueError(
                    _("service %(id)s is not in the supply file") % {"id": service or _("(empty)")}
                )
            key = (place_index[place], service_index[service])
            if key in seen:
                raise ValueError(
                    _("place %(place)s and service %(service)s already stand in line %(line)s")
                    % {"place": place, "service": service, "line": seen[key]}
                )
            cost = _number(cell(cost_column), table.header[cost_column])
        except ValueError as error:
            bad.append(BadRow(table.name, line, str(error)))
            continue
        seen[key] = line
        pairs.origins.append(key[0])
        pairs.destinations.append(key[1])
        pairs.costs.append(cost)
    return pairs


def _number(text: str, what: str) -> float:
    if not text:
        raise ValueError(_("%(what)s is empty; write 0 if there is none") % {"what": what})
    return plain_number(text, what)


def _coordinate(text: str, what: str, limit: float) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(
            _("%(what)s '%(value)s' is not a number in degrees") % {"what": what, "value": text}
        ) from None
    if not abs(value) <= limit:
        raise ValueError(
            _("%(what)s %(value)s is outside ±%(limit)s; are latitude and longitude swapped?")
            % {"what": what, "value": text, "limit": limit}
        )
    return value
