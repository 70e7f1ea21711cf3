"""A small nation for tests of the picture: two authorities, one of them with three neighbourhoods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from maarag.domains.needs.actions import EstimateDraft, save_estimates
from maarag.domains.services.actions import CapacityDraft
from maarag.kernel.places.actions import PlaceDraft
from maarag.kernel.places.models import DistrictOf, Place, PlaceKind
from maarag.kernel.taxonomy.actions import save_topic
from maarag.kernel.taxonomy.models import Term, Topic

from .services import AS_OF, PLACES, World
from .services import world as make_world

TODAY = date(2026, 11, 21)


@dataclass
class Nation:
    """The world of services, with neighbourhoods, a district and two topics."""

    world: World
    district: Place
    neighbourhoods: list[Place]
    food: Topic
    care: Topic

    def need(self, place: Place, number: int, topic: Topic | None = None, **fields: Any) -> None:
        """One estimate."""
        topic = topic or self.food
        fields.setdefault("situation", self.world.term("families"))
        fields.setdefault("as_of", AS_OF)
        draft = EstimateDraft(
            place=place,
            topic=topic,
            unit=fields.pop("unit", "people"),
            number=number,
            certainty=fields.pop("certainty", "estimated"),
            **fields,
        )
        save_estimates(by=self.world.system, source=self.world.source, drafts=[draft])

    def meals(self, code: str, places: int | None, at: Place | None = None, **fields: Any) -> Any:
        """A food service with so many places, standing at a place's own point."""
        if places is not None:
            fields["capacities"] = [CapacityDraft("people", places)]
        if at is not None:
            fields["locations"] = [self.world.at(f"L{code}", at.latitude or 0, at.longitude or 0, at)]
        return self.world.service(code, f"ארוחות {code}", "meals", **fields)


def make_nation() -> Nation:
    """Nation ⊃ district ⊃ city (three neighbourhoods 1 km apart) and sister city, 60 km away."""
    nation, city, sister = PLACES
    district = PlaceDraft(
        "D-north",
        [nation.code],
        {"kind": PlaceKind.DISTRICT, "district_of": DistrictOf.INTERIOR, "name_he": "הצפון"},
    )
    neighbourhoods = [
        PlaceDraft(
            f"{city.code}-{number}",
            [city.code],
            {
                "kind": PlaceKind.NEIGHBOURHOOD,
                "name_he": name,
                "latitude": 32.0 + number / 100,
                "longitude": 35.0,
            },
        )
        for number, name in enumerate(("הדרים", "כרמים", "המושבה"))
    ]
    within = [nation.code, district.code]
    world = make_world(
        [nation, district, _moved(city, within, 32.0), _moved(sister, within, 32.54), *neighbourhoods]
    )
    food = _topic(world, "food-security", "ביטחון תזונתי", ["food"], 10.0, yearly_cost_per_place=1000)
    care = _topic(world, "older-people", "אזרחים ותיקים", ["care"], 10.0)
    return Nation(
        world,
        world.places[district.code],
        [world.places[draft.code] for draft in neighbourhoods],
        food,
        care,
    )


def _moved(draft: PlaceDraft, within: Sequence[str], latitude: float) -> PlaceDraft:
    figures = {"population": 20_000, "population_year": 2021, "socioeconomic_cluster": 4}
    return replace(draft, within=within, fields={**draft.fields, **figures, "latitude": latitude})


def _topic(world: World, code: str, name: str, responses: list[str], reach: float, **fields: Any) -> Topic:
    terms: list[Term] = [world.term(ending) for ending in responses]
    return save_topic(
        by=world.system,
        code=code,
        responses=terms,
        situations=[],
        name_he=name,
        name_ar=name,
        name_en=code,
        reach_km=reach,
        **fields,
    )
