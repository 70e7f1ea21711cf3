"""Local authorities with their districts, clusters, population and indicators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from maarag.kernel.imports import parsing
from maarag.kernel.imports.importer import (
    Existing,
    Field,
    Importer,
    Problem,
    Row,
    RowRefused,
    Understood,
    register,
)
from maarag.kernel.imports.lookups import named_source
from maarag.kernel.places.actions import PlaceDraft, save_figures, save_places
from maarag.kernel.places.models import AuthorityType, Containment, DistrictOf, Place, PlaceFigure, PlaceKind

SOURCE = "cbs-authorities"
DISTRICTS = {
    "D-jerusalem": ("ירושלים", "מחוז ירושלים", "Jerusalem", "القدس"),
    "D-north": ("הצפון", "צפון", "מחוז הצפון", "North", "Northern", "الشمال"),
    "D-haifa": ("חיפה", "מחוז חיפה", "Haifa", "حيفا"),
    "D-centre": ("המרכז", "מרכז", "מחוז המרכז", "Central", "Center", "المركز"),
    "D-telaviv": ("תל אביב", "תל-אביב", "מחוז תל אביב", "Tel Aviv", "تل أبيب"),
    "D-south": ("הדרום", "דרום", "מחוז הדרום", "South", "Southern", "الجنوب"),
    "D-judea-samaria": ("אזור יהודה ושומרון", "יהודה ושומרון", 'יו"ש', "Judea and Samaria"),
}
TYPES = {
    AuthorityType.CITY: ("עירייה", "עיריה", "עיר", "City", "municipality", "بلدية"),
    AuthorityType.LOCAL_COUNCIL: ("מועצה מקומית", "מ. מקומית", "Local council", "مجلس محلي"),
    AuthorityType.REGIONAL_COUNCIL: ("מועצה אזורית", "מועצה איזורית", "Regional council", "مجلس إقليمي"),
}
FIGURES: dict[str, tuple[str, ...]] = {
    "socioeconomic_index": ("ses_index", "מדד חברתי כלכלי", "ערך המדד"),
    "socioeconomic_rank": ("ses_rank", "דירוג", "דירוג חברתי כלכלי"),
    "index_population": ("index_population", "אוכלוסיית המדד"),
    "median_age": ("median_age", "גיל חציוני"),
    "dependency_ratio": ("dependency_ratio", "יחס תלות"),
    "families_with_4_or_more_children_percent": (
        "pct_families_4plus_children",
        "אחוז משפחות עם 4 ילדים ומעלה",
    ),
    "years_of_schooling": ("avg_years_schooling_25_54", "ממוצע שנות לימוד"),
    "academic_degree_percent": ("pct_academic_27_54", "אחוז בעלי תואר אקדמי"),
    "earners_percent": ("pct_earners_25_54", "אחוז בעלי הכנסה מעבודה"),
    "women_without_income_from_work_percent": (
        "pct_women_no_work_income_25_54",
        "אחוז נשים ללא הכנסה מעבודה",
    ),
    "above_twice_the_average_wage_percent": (
        "pct_earn_above_2x_avg_wage",
        "אחוז משתכרים מעל פעמיים השכר הממוצע",
    ),
    "below_minimum_wage_percent": ("pct_earn_below_min_wage", "אחוז משתכרים מתחת לשכר מינימום"),
    "income_support_recipients_20plus_percent": ("pct_income_support_20plus", "אחוז מקבלי הבטחת הכנסה"),
    "monthly_income_per_person": ("avg_monthly_income_per_capita", "הכנסה חודשית ממוצעת לנפש"),
    "vehicles_per_100": ("vehicles_per_100_17plus", "כלי רכב ל-100 תושבים"),
    "vehicle_licence_fee": ("avg_vehicle_licence_fee", "ממוצע אגרת רישוי"),
    "days_abroad": ("avg_days_abroad", "ממוצע ימי שהייה בחוץ לארץ"),
    "localities": ("localities", "מספר יישובים"),
}
LABELS: dict[str, Any] = {
    "socioeconomic_index": _l("Socio-economic index"),
    "socioeconomic_rank": _l("Socio-economic rank"),
    "index_population": _l("Population of the index"),
    "median_age": _l("Median age"),
    "dependency_ratio": _l("Dependency ratio"),
    "families_with_4_or_more_children_percent": _l("Families with four children or more, percent"),
    "years_of_schooling": _l("Years of schooling"),
    "academic_degree_percent": _l("With an academic degree, percent"),
    "earners_percent": _l("With income from work, percent"),
    "women_without_income_from_work_percent": _l("Women without income from work, percent"),
    "above_twice_the_average_wage_percent": _l("Above twice the average wage, percent"),
    "below_minimum_wage_percent": _l("Below the minimum wage, percent"),
    "income_support_recipients_20plus_percent": _l("With income support from age 20 on, percent"),
    "monthly_income_per_person": _l("Monthly income per person"),
    "vehicles_per_100": _l("Vehicles per 100 residents"),
    "vehicle_licence_fee": _l("Vehicle licence fee"),
    "days_abroad": _l("Days abroad"),
    "localities": _l("Localities"),
}
_decimal = parsing.decimal(-1_000_000, 100_000_000)


@dataclass(frozen=True)
class _Target:
    code: str
    fields: Mapping[str, Any]
    district: str
    cluster: tuple[str, str]
    figures: Mapping[str, tuple[int, float]]


@register
class Authorities(Importer):
    """One row for each authority; known again by its number at the Central Bureau of Statistics."""

    kind = "authorities"
    title = _l("Local authorities")
    description = _l("Names, type, district, regional cluster, population and socio-economic indicators.")
    is_national = True
    fields = (
        Field(
            "code",
            _l("Code"),
            ("סמל רשות", "סמל הרשות", "קוד רשות", "סמל למ״ס", "cbs_code", "رمز السلطة"),
            parsing.whole(1, 99_999),
            required=True,
            help=_l("The number of the authority at the Central Bureau of Statistics."),
        ),
        Field(
            "name_he",
            _l("Name in Hebrew"),
            ("שם הרשות", "שם רשות", "שם", "רשות", "اسم السلطة"),
            required=True,
        ),
        Field("name_en", _l("Name in English"), ("שם באנגלית", "שם רשות באנגלית", "name")),
        Field("name_ar", _l("Name in Arabic"), ("שם בערבית", "الاسم بالعربية")),
        Field(
            "type",
            _l("Type"),
            ("סוג רשות", "מעמד מוניציפלי", "סוג", "نوع السلطة"),
            parsing.choice(TYPES),
            required=True,
        ),
        Field(
            "district",
            _l("District"),
            ("מחוז", "district_he", "لواء"),
            parsing.choice(DISTRICTS),
            required=True,
        ),
        Field(
            "cluster_number",
            _l("Number of the cluster"),
            ("מספר אשכול רשויות", "eshkol_id"),
            parsing.whole(1, 9999),
        ),
        Field("cluster_name", _l("Regional cluster"), ("אשכול רשויות", "eshkol_he", "عنقود")),
        Field(
            "population",
            _l("Population"),
            ("אוכלוסייה", "אוכלוסיה", "מספר תושבים", "عدد السكان"),
            parsing.whole(),
        ),
        Field("population_year", _l("Year of population"), ("שנת אוכלוסייה",), parsing.whole(1948, 2100)),
        Field(
            "socioeconomic_cluster",
            _l("Socio-economic cluster"),
            ("אשכול חברתי כלכלי", "אשכול חברתי-כלכלי", "ses_cluster"),
            parsing.whole(1, 10),
        ),
        Field("indicator_year", _l("Year of the indicators"), ("שנת המדד",), parsing.whole(1948, 2100)),
        Field("latitude", _l("Latitude"), ("קו רוחב", "lat", "خط العرض"), parsing.decimal(-90, 90)),
        Field(
            "longitude", _l("Longitude"), ("קו אורך", "lon", "lng", "خط الطول"), parsing.decimal(-180, 180)
        ),
        *(Field(code, LABELS[code], names, _decimal) for code, names in FIGURES.items()),
    )
    example = (
        {
            "code": 9999,
            "name_he": "עיר לדוגמה",
            "name_en": "Exampleville",
            "type": "עירייה",
            "district": "הצפון",
            "population": 12500,
            "population_year": 2024,
            "socioeconomic_cluster": 4,
            "latitude": 32.5,
            "longitude": 35.1,
        },
    )

    def understand(self, row: Row) -> Understood:
        if (row.get("latitude") is None) != (row.get("longitude") is None):
            raise RowRefused(Problem("latitude", _("A point needs both a latitude and a longitude.")))
        year = row.get("population_year") or self.year_of("population")
        if row.get("population") is not None and year is None:
            hint = _("Add a column for it, or write the year in the name of the column: population_2024.")
            raise RowRefused(Problem("population", _("The year of the population is not known."), hint))
        fields: dict[str, Any] = {"name_he": row.get("name_he"), "authority_type": str(row.get("type"))}
        for name in ("name_en", "name_ar", "population", "socioeconomic_cluster", "latitude", "longitude"):
            if row.get(name) is not None:
                fields[name] = row.get(name)
        if "population" in fields:
            fields["population_year"] = year
        figures = self._figures(row)
        number, cluster = row.get("cluster_number"), row.get("cluster_name", "")
        target = _Target(
            code=str(row.get("code")),
            fields=fields,
            district=row.get("district"),
            cluster=(f"C{number}", cluster or f"C{number}") if number else ("", ""),
            figures=figures,
        )
        shown = {
            **fields,
            "district": target.district,
            "cluster": target.cluster[0],
            **{code: round(value, 4) for code, (_year, value) in figures.items()},
        }
        return Understood(target.code, shown, target)

    def _figures(self, row: Row) -> dict[str, tuple[int, float]]:
        found: dict[str, tuple[int, float]] = {}
        for code in FIGURES:
            year = row.get("indicator_year") or self.year_of(code) or self.year_of("socioeconomic_cluster")
            if row.get(code) is not None and year:
                found[code] = (year, row.get(code))
        return found

    def existing(self, keys: Sequence[str]) -> Mapping[str, Existing]:
        places = {place.pk: place for place in Place.objects.filter(code__in=keys, kind=PlaceKind.AUTHORITY)}
        shown: dict[int, dict[str, Any]] = {}
        for pk, place in places.items():
            shown[pk] = {
                name: getattr(place, name)
                for name in (
                    *("name_he", "name_en", "name_ar", "authority_type", "population", "population_year"),
                    *("socioeconomic_cluster", "latitude", "longitude"),
                )
            } | {"district": "", "cluster": ""}
        for pk, code, kind, of in Containment.objects.filter(descendant__in=places, depth=1).values_list(
            "descendant_id", "ancestor__code", "ancestor__kind", "ancestor__district_of"
        ):
            if kind == PlaceKind.CLUSTER:
                shown[pk]["cluster"] = code
            elif of == DistrictOf.INTERIOR:
                shown[pk]["district"] = code
        figures = PlaceFigure.objects.filter(place__in=places, source__code=SOURCE, code__in=FIGURES)
        for pk, code, value in figures.order_by("year").values_list("place_id", "code", "value"):
            shown[pk][code] = float(value)
        return {place.code: Existing(shown[pk]) for pk, place in places.items()}

    def apply(self, rows: Sequence[Understood]) -> None:
        names = {"name_he": "קובץ הרשויות המקומיות", "name_en": "File of local authorities"}
        source = named_source(SOURCE, by=self.by, names=names)
        targets: list[_Target] = [row.target for row in rows]
        known = set(Place.objects.values_list("code", flat=True))
        above = [PlaceDraft("IL", [], {"kind": PlaceKind.NATION, "name_he": "ישראל", "name_en": "Israel"})]
        for code in {target.district for target in targets}:
            fields = {
                "kind": PlaceKind.DISTRICT,
                "district_of": DistrictOf.INTERIOR,
                "name_he": DISTRICTS[code][0],
            }
            above.append(PlaceDraft(code, ["IL"], fields))
        for code, name in {target.cluster for target in targets if target.cluster[0]}:
            above.append(PlaceDraft(code, ["IL"], {"kind": PlaceKind.CLUSTER, "name_he": name}))
        if missing := [draft for draft in above if draft.code not in known]:
            save_places(by=self.by, drafts=missing)
        kept = self._other_parents([target.code for target in targets])
        save_places(
            by=self.by,
            drafts=[
                PlaceDraft(
                    target.code,
                    [target.district, *filter(None, [target.cluster[0]]), *kept.get(target.code, ())],
                    {
                        "kind": PlaceKind.AUTHORITY,
                        **target.fields,
                        **({} if target.code in known else {"source_id": source.pk}),
                    },
                )
                for target in targets
            ],
        )
        places = {place.code: place for place in Place.objects.filter(code__in=[t.code for t in targets])}
        save_figures(
            by=self.by,
            source=source,
            figures=[
                (places[target.code], code, year, round(value, 4))
                for target in targets
                for code, (year, value) in target.figures.items()
            ],
        )

    def _other_parents(self, codes: Sequence[str]) -> dict[str, list[str]]:
        """The places above that this file says nothing of, such as districts of other ministries."""
        found: dict[str, list[str]] = {}
        direct = Containment.objects.filter(descendant__code__in=codes, depth=1).exclude(
            ancestor__kind=PlaceKind.CLUSTER
        )
        for code, above in direct.exclude(ancestor__district_of=DistrictOf.INTERIOR).values_list(
            "descendant__code", "ancestor__code"
        ):
            found.setdefault(code, []).append(above)
        return found
