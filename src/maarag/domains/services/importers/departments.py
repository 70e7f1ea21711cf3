"""The welfare departments of the authorities, and which of the two national programmes run in each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
from maarag.kernel.imports.lookups import TermLookup, named_source, stable_code
from maarag.kernel.people.actions import save_organisation
from maarag.kernel.people.models import Organisation, Sector
from maarag.kernel.places.models import Place
from maarag.kernel.places.names import PlaceNames

from ..actions import ServiceDraft, save_programme, save_services
from ..models import Programme, Service, ServiceArea, ServiceStatus
from .department_places import DepartmentPlaces, DepartmentRow
from .ministry import ministry_of_welfare

SOURCE = "welfare-departments-2023"
PROGRAMMES = {
    "noshmim": ("נושמים לרווחה", "תכנית לליווי משפחות בעוני, עם סל מענים גמיש."),
    "otzma": ("מרכז עוצמה", "מרכז למיצוי זכויות ולליווי כלכלי של משפחות."),
}
TERMS = {
    "noshmim": ("human_services:care:guidance", "human_situations:household:families"),
    "otzma": ("human_services:legal:advocacy_legal_aid:understand_government_programs",),
}


@dataclass(frozen=True)
class _Target:
    code: str
    name: str
    place: Place
    programmes: tuple[str, ...]


@register
class Departments(Importer):
    """One row for each department; its authority is found from names, lists of localities and shared
    numbers.
    """

    kind = "departments"
    title = _l("Welfare departments")
    description = _l(
        "Departments of the authorities, and whether Noshmim Lirvacha and an Otzma centre run there."
    )
    fields = (
        Field("office", _l("Department"), ("location", "שם המחלקה", "מחלקה", "לשכה", "القسم"), required=True),
        Field("code", _l("Code of the department"), ("semel_machlaka", "סמל מחלקה", "סמל המחלקה")),
        Field(
            "number",
            _l("Ministry's number of the authority"),
            ("authority_num", "מספר רשות", "סמל רשות במשרד"),
        ),
        Field("city", _l("City or localities"), ("city", "יישוב", "ישוב", "עיר", "יישובים"), parsing.lines),
        Field("kind_of_authority", _l("Kind of authority"), ("authority_kind", "סוג רשות", "מעמד")),
        Field("district", _l("District"), ("מחוז",)),
        Field("noshmim", "נושמים לרווחה", ("נושמים לרווחה", "נושמים"), parsing.yes_no),
        Field("otzma", "מרכז עוצמה", ("מרכז עוצמה", "עוצמה"), parsing.yes_no),
        Field("note", _l("Note"), ("הערה", "הערות"), parsing.lines),
    )
    example = (
        {
            "district": "חיפה",
            "number": 999,
            "code": "9990000",
            "office": "עיר לדוגמה - לשכת מרכז",
            "city": "עיר לדוגמה",
            "kind_of_authority": "עיריה",
            "noshmim": "יש",
            "otzma": "אין",
        },
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._names = PlaceNames.load()
        self._places = DepartmentPlaces(self._names)
        self._codes: Counter[str] = Counter()
        self._owner: dict[str, int] = {}
        self._programmes_wanted: dict[str, tuple[str, ...]] = {}

    def survey(self, rows: Iterable[Row]) -> None:
        """Which authority a number of the ministry's stands for, and which row of several a code belongs
        to.
        """
        seen: list[DepartmentRow] = []
        claims: dict[str, list[tuple[bool, int]]] = defaultdict(list)
        for row in rows:
            seen.append(_where(row))
            if code := row.get("code", ""):
                # the code of a department begins with its authority's number: the row of which that is true
                # has it
                claims[code].append((not code.startswith(row.get("number", "")), row.number))
        self._places = DepartmentPlaces(self._names, seen)
        self._codes = Counter({code: len(claimed) for code, claimed in claims.items()})
        self._owner = {code: min(claimed)[1] for code, claimed in claims.items()}

    def understand(self, row: Row) -> Understood:
        found = self._places.find(_where(row))
        if found.place is None:
            near = " ".join(f"“{place}” ({place.code})" for place in found.candidates[:3])
            hint = (
                _("Near: %(places)s.") % {"places": near}
                if near
                else _("Is it an office that belongs to no authority?")
            )
            raise RowRefused(Problem("office", found.reason, hint))
        notes = [found.note] if found.note else []
        code, name = row.get("code", ""), row.get("office")
        if not code:
            notes.append(_("The department has no code: it will be known again by its name."))
        elif self._codes[code] > 1 and self._owner.get(code) != row.number:
            notes.append(
                _(
                    "The code %(code)s is also that of row %(row)s: this department will be known "
                    "again by its name."
                )
                % {"code": code, "row": self._owner[code]}
            )
            code = ""
        key = f"department-{code}" if code else stable_code("department", found.place.code, name)
        programmes = tuple(programme for programme in PROGRAMMES if row.get(programme))
        title = _title(name)
        self._programmes_wanted[key] = programmes
        shown = {
            "department": title,
            "authority": f"{found.place} ({found.place.code})",
            "programmes": [PROGRAMMES[programme][0] for programme in programmes],
        }
        target = _Target(key, title, found.place, programmes)
        return Understood(key, shown, target, frozenset({found.place.pk}), tuple(notes))

    def existing(self, keys: Sequence[str]) -> Mapping[str, Existing]:
        stored = Organisation.objects.filter(code__in=keys).select_related("place")
        running = _running({office.place_id for office in stored if office.place_id})
        found: dict[str, Existing] = {}
        for office in stored:
            wanted = self._programmes_wanted.get(office.code, ())
            shown = {
                "department": office.name_he,
                "authority": f"{office.place} ({office.place.code})" if office.place else "",
                "programmes": [PROGRAMMES[p][0] for p in wanted if (p, office.place_id) in running],
            }
            places = frozenset({office.place_id}) if office.place_id else frozenset()
            found[office.code] = Existing(shown, places)
        return found

    def apply(self, rows: Sequence[Understood]) -> None:
        targets: list[_Target] = [row.target for row in rows]
        offices = {
            target.code: save_organisation(
                by=self.by,
                code=target.code,
                name_he=target.name,
                sector=Sector.LOCAL_GOVERNMENT,
                place=target.place,
            )
            for target in targets
        }
        names = {
            "name_he": "טבלת המחלקות לשירותים חברתיים",
            "name_en": "Table of social services departments",
        }
        source = named_source(SOURCE, by=self.by, names=names)
        running = _running({target.place.pk for target in targets})
        lookup = TermLookup()
        drafts: dict[str, ServiceDraft] = {}
        for target in targets:
            for programme in target.programmes:
                # one service for each authority, however many of its departments say that they run it
                code = f"{programme}-{target.place.code}"
                if (programme, target.place.pk) in running or code in drafts:
                    continue
                name, description = PROGRAMMES[programme]
                drafts[code] = ServiceDraft(
                    code=code,
                    organisation=offices[target.code],
                    source=source,
                    as_of=self.date_of_file(),
                    fields={
                        "name_he": f"{name} – {target.place}",
                        "description_he": description,
                        "programme": self._programme(programme),
                        "source_row": target.code,
                        "status": ServiceStatus.ACTIVE,
                    },
                    terms=[term for code_ in TERMS[programme] if (term := lookup.by_code(code_))],
                    areas=[target.place],
                )
        save_services(by=self.by, drafts=list(drafts.values()))

    def _programme(self, code: str) -> Programme | None:
        """The national programme; it is the ministry's, so whoever may not write for the ministry uses
        what is there.
        """
        known = Programme.objects.filter(code=code).first()
        if known or not self.by.is_system:
            return known
        name, description = PROGRAMMES[code]
        return save_programme(
            by=self.by,
            code=code,
            organisation=ministry_of_welfare(by=self.by),
            name_he=name,
            description=description,
        )


def _where(row: Row) -> DepartmentRow:
    return DepartmentRow(
        row.get("office", ""), row.get("city", ""), row.get("kind_of_authority", ""), row.get("number", "")
    )


def _title(office: str) -> str:
    return f"המחלקה לשירותים חברתיים – {office}"[:200]


def _running(place_ids: set[int]) -> set[tuple[str, int]]:
    """(programme, place) of every service that runs."""
    areas = ServiceArea.objects.filter(
        place__in=place_ids, service__programme__code__in=PROGRAMMES, service__status=ServiceStatus.ACTIVE
    ).values_list("service__programme__code", "place_id")
    named = Service.objects.filter(
        code__in=[
            f"{p}-{c}"
            for p in PROGRAMMES
            for c in Place.objects.filter(pk__in=place_ids).values_list("code", flat=True)
        ],
        status=ServiceStatus.ACTIVE,
    ).values_list("code", "areas__place_id")
    return set(areas) | {(code.partition("-")[0], pk) for code, pk in named if pk}
