"""The departments of the ministry's table, matched to authorities; the labels were checked by hand."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from maarag.domains.services.importers.department_places import (
    DepartmentPlaces,
    DepartmentRow,
    authority_type,
)
from maarag.kernel.places.models import AuthorityType, Place, PlaceKind
from maarag.kernel.places.names import PlaceNames

# (office, department's code) → code at the Central Bureau of Statistics.
LABELS = {
    ("ירושלים - רמת שלמה", ""): "3000",
    ("ע.י-ם צוות גוננים", "1030051"): "3000",
    ("ע.י-ם בית וגן ב.הכרם", "1030062"): "3000",
    ("בית צפפה צור באהר", "1030075"): "3000",
    ("אשדוד", "1030075"): "70",
    ("אשדוד י', יא', יב', יג', טו'", "1040040"): "70",
    ("הר חברון", "1620000"): "10078",
    ("מטה יהודה", "1640000"): "10026",
    ("באר טוביה", "1730000"): "10033",
    ("מגילות", "1870000"): "10074",
    ('ע.ב"ב המחלקה לאנשים עם מוגבלויות ', "3000300"): "6100",
    ("כפר סבא - הדרים מזרח", "3050030"): "6900",
    ("ראשון לציון לקן", "3090030"): "8300",
    ("לשכת גיל הזהב הנהלה", "3130320"): "5000",
    ("כוכב יאיר", "3220000"): "1224",
    ("יהוד נוה מונסון", "3300000"): "9400",
    ("מודיעין - מכבים רעות", "3420000"): "1200",
    ("בני עייש", "3450000"): "1066",
    ("בית אריה", "3520000"): "3652",
    ("שדות דן (עמק לוד)", "3750000"): "10040",
    ("קלנסואה", "4250000"): "638",
    ("חדרה - צוות אולגה", "5000010"): "6500",
    ("טירת הכרמל", "5260000"): "2100",
    ("יבניאל", "5270000"): "46",
    ("יוקנעם", "5290000"): "240",
    ("מגדל", "5320000"): "65",
    ("מגדל העמק", "5330000"): "874",
    ("נצרת עילית", "5350000"): "1061",
    ("גליל עליון", "5640000"): "10001",
    ("גליל תחתון", "5650000"): "10003",
    ("חוף הכרמל - עתלית", "5670000"): "10015",
    ("מבואות החרמון", "5770000"): "10055",
    ("נצרת", "6000000"): "7300",
    ("ינוח-ג'ת", "6230000"): "1295",
    ("עג'ור", "6260000"): "4501",
    ("כפר  קמא", "6280000"): "508",
    ("מג'אר", "6290000"): "481",
    ("פרדיס", "6320000"): "537",
    ("פקיעין", "6330000"): "536",
    ("סכנין", "6430000"): "7500",
    ("עראבה", "6440000"): "531",
    ("גוש חלב", "6450000"): "487",
    ("מכר-ג'דידה", "6490000"): "1292",
    ("ערב אל שיבלי", "6580000"): "913",
    ("ערערה", "6640000"): "637",
    ("דיר  חנא", "6650000"): "492",
    ("כאוכב אל היג'", "6700000"): "505",
    ("בוסתאן אל מרג'", "6760000"): "10066",
    ("אל בטוף", "6770000"): "10065",
    ("ג'ת", "6910000"): "628",
    ("בית זרזיר", "6940000"): "975",
    ("אילת", "1000000"): "2600",
    ("באר שבע - עיריה", "1020000"): "9000",
    ("שדות הנגב", "1700000"): "10039",
    ("ת מ ר", "1750000"): "10051",
    ("ערערה - בנגב", "2400000"): "1192",
    ("לקייה", "2410000"): "1060",
    ("כסייפא", "2440000"): "1059",
    ("אל קאסום", "2450000"): "10069",
    ("נווה מדבר", "2460000"): "10068",
}


def authority(code: str, name: str, type_: str = AuthorityType.CITY, **names: str) -> Place:
    return Place(kind=PlaceKind.AUTHORITY, code=code, name_he=name, authority_type=type_, **names)


@pytest.fixture
def names() -> PlaceNames:
    return PlaceNames(
        [authority("6500", "חדרה"), authority("4000", "חיפה"), authority("5000", "תל אביב -יפו")]
    )


@pytest.mark.parametrize(
    ("words", "type_"),
    [
        ("עיריה ", AuthorityType.CITY),
        ("עיריה א", AuthorityType.CITY),
        ("מועצה  מקומית ?", AuthorityType.LOCAL_COUNCIL),
        ("מועצה איזורית", AuthorityType.REGIONAL_COUNCIL),
        ("ועדה מוניציפלית", None),
        ("", None),
    ],
)
def test_the_tables_words_for_kinds_of_authority(words: str, type_: AuthorityType | None) -> None:
    assert authority_type(words) == type_


def test_a_city_that_contradicts_the_office_is_settled_by_rows_of_the_same_number(names: PlaceNames) -> None:
    odd = DepartmentRow("חדרה - צוות אולגה", "חיפה   ", "עיריה", "500")
    rows = [DepartmentRow("חדרה", "חדרה", "", "500"), odd, DepartmentRow("חיפה - מערב", "חיפה", "", "501")]
    found = DepartmentPlaces(names, rows).find(odd)
    assert found.place is not None
    assert found.place.code == "6500"
    assert "חיפה" in found.note


def test_a_contradiction_that_nothing_settles_stays_open(names: PlaceNames) -> None:
    odd = DepartmentRow("חדרה - צוות אולגה", "חיפה")
    found = DepartmentPlaces(names, [odd]).find(odd)
    assert found.place is None
    assert {place.code for place in found.candidates} == {"6500", "4000"}
    assert "חדרה" in found.reason
    assert "חיפה" in found.reason


def test_an_office_without_a_city_is_known_by_its_number(names: PlaceNames) -> None:
    rows = [DepartmentRow("תל-אביב-מזרח", "", "", "313"), DepartmentRow("לשכת גיל הזהב", "", "", "313")]
    found = DepartmentPlaces(names, rows).find(rows[1])
    assert found.place is not None
    assert found.place.code == "5000"
    assert "313" in found.note


def test_every_department_of_the_real_table_but_one(shared: Path) -> None:
    """322 of 323; the one left is the municipal committee of the Jews of Hebron, which is no local
    authority.
    """
    with (shared / "data/authorities/local_authorities_255.csv").open(
        encoding="utf-8-sig", newline=""
    ) as file:
        names = PlaceNames(
            authority(
                row["cbs_code"], row["name_he"], row["type"], name_en=row["name_en"], name_ar=row["name_ar"]
            )
            for row in csv.DictReader(file)
        )
    table = shared / "data/departments/welfare_departments_noshmim_otzma.csv"
    with table.open(encoding="utf-8-sig", newline="") as file:
        read = list(csv.DictReader(file))
    rows = [
        DepartmentRow(row["location"], row["city"], row["authority_kind"], row["authority_num"])
        for row in read
    ]
    places = DepartmentPlaces(names, rows)
    found = {
        (row["location"], row["semel_machlaka"]): places.find(what)
        for row, what in zip(read, rows, strict=True)
    }
    assert len(found) == 323
    unresolved = [office for (office, _code), where in found.items() if where.place is None]
    assert unresolved == ["יהודי  חברון"]
    assert {key: where.place.code for key, where in found.items() if key in LABELS and where.place} == LABELS
    assert len({where.place.code for where in found.values() if where.place}) == 255
