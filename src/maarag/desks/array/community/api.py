"""Community over out-of-home care through the API: the figures of the pages. Amounts are whole agorot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ninja import Field, Schema

from maarag.ui.figures import name_in_language
from maarag.values import Money, Shown, Suppressed, is_suppressed

from .assemble import Community, PlaceFigures, ResponseFigures
from .numbers import AWAY, COMMUNITY, OTHER
from .tables import costs_of
from .words import lacking_name


def plain(value: Any) -> Any:
    if value is None or isinstance(value, Suppressed):
        return None
    return value.agorot if isinstance(value, Money) else value


class CountedOut(Schema):
    """A barrier by its code and the alternatives that it stood in the way of; null where hidden."""

    code: str
    alternatives: int | None

    @classmethod
    def all_of(cls, counts: Mapping[str, Shown]) -> list[CountedOut]:
        return [cls(code=code, alternatives=plain(count)) for code, count in counts.items()]


class ConsideredOut(Schema):
    """Families of a place for which leaving home was considered; what is null and in `hidden` is not told."""

    place: str
    name: str
    considered: int | None
    community: int | None
    out_of_home: int | None = Field(description="Also for a time.")
    undecided: int | None = Field(description="Not decided, or no longer considered.")
    days_half: int | None = Field(description="Days until half were decided.")
    yearly_out_of_home: int | None
    yearly_alternative: int | None
    barriers: list[CountedOut]
    hidden: list[str]

    @classmethod
    def of(cls, line: PlaceFigures) -> ConsideredOut:
        costs = costs_of(line)
        told: dict[str, Any] = {
            "considered": line.considered,
            "community": line.groups[COMMUNITY],
            "out_of_home": line.groups[AWAY],
            "undecided": line.groups[OTHER],
            "days_half": line.half,
            "yearly_out_of_home": costs["away"],
            "yearly_alternative": costs["instead"],
        }
        return cls(
            place=line.place.code,
            name=name_in_language(line.place),
            barriers=CountedOut.all_of(line.barriers),
            hidden=[name for name, value in told.items() if is_suppressed(value)],
            **{name: plain(value) for name, value in told.items()},
        )


class IncentiveCountedOut(Schema):
    """Alternatives that an incentive spoke for: where the community was decided for, and otherwise."""

    code: str
    community: int | None
    otherwise: int | None


class ResponseConsideredOut(Schema):
    """Families for which a response out of the home was considered."""

    response: str
    name: str
    considered: int | None
    community: int | None
    out_of_home: int | None
    undecided: int | None
    barriers: list[CountedOut]

    @classmethod
    def of(cls, line: ResponseFigures) -> ResponseConsideredOut:
        return cls(
            response=line.response.code,
            name=name_in_language(line.response),
            considered=plain(line.considered),
            community=plain(line.groups[COMMUNITY]),
            out_of_home=plain(line.groups[AWAY]),
            undecided=plain(line.groups[OTHER]),
            barriers=CountedOut.all_of(line.barriers),
        )


class LackingOut(Schema):
    """An alternative in the community that was lacking: `kind` programme, method or words."""

    kind: str
    code: str | None
    name: str
    barriers: list[CountedOut]


class CommunityOut(Schema):
    """Community over out-of-home care in one place and year."""

    place: str
    exact: bool
    year: int
    years: list[int]
    whole: ConsideredOut
    decisions: dict[str, int] | None = Field(description="The five decisions; inside an authority only.")
    places: list[ConsideredOut]
    incentives: list[IncentiveCountedOut]
    across: str = Field(description="The place that `responses` and `lacking` are of.")
    responses: list[ResponseConsideredOut]
    lacking: list[LackingOut]

    @classmethod
    def of(cls, view: Community) -> CommunityOut:
        return cls(
            place=view.place.code,
            exact=view.exact,
            year=view.year,
            years=list(view.years),
            whole=ConsideredOut.of(view.whole),
            decisions=dict(view.whole.choices) if view.exact else None,
            places=[ConsideredOut.of(line) for line in (*view.districts, *view.authorities)],
            incentives=[
                IncentiveCountedOut(
                    code=line.code, community=plain(line.community), otherwise=plain(line.otherwise)
                )
                for line in view.incentives
            ],
            across=view.across.code,
            responses=[ResponseConsideredOut.of(line) for line in view.responses],
            lacking=[
                LackingOut(
                    kind=line.kind,
                    code=line.what.code if line.what is not None else None,
                    name=lacking_name(line),
                    barriers=CountedOut.all_of(line.lacking),
                )
                for line in view.lacking
            ],
        )
