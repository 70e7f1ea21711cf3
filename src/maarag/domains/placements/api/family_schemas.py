"""What the API says and takes of one family: programmes ranked, waiting, alternatives to leaving home."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from ..models import Alternative, AlternativeOption
from ..queries import Ranked, WaitLine

OF_OPTION = (
    "words", "fit", "barriers", "barrier_words", "incentives", "incentive_words", "yearly_agorot",
)  # fmt: skip


class RankedQuotaOut(Schema):
    """A quota of a programme that is in force: a place of its own, with its own money and price.

    `id`: what a decision otherwise on a proposal names. `promised`: places that boards promise to others,
    which are not among the `free` ones.
    """

    id: int
    starts: date
    ends: date
    budget: str
    advice: str
    free: int
    promised: int
    families: int
    price: float
    priced: datetime | None = Field(description="When the run ended whose price it is.")
    scarce: str = Field(description="What the price is mostly for: place, money or work; empty: no price.")
    net: float

    @classmethod
    def all_of(cls, one: Ranked) -> list[RankedQuotaOut]:
        return [
            cls(
                id=seat.quota.pk,
                starts=seat.quota.starts,
                ends=seat.quota.ends,
                budget=seat.quota.line.budget.code,
                advice=seat.advice,
                free=seat.free,
                promised=seat.promised,
                families=seat.families,
                price=round(seat.price, 3),
                priced=seat.priced,
                scarce=seat.worth.most,
                net=round(seat.net, 3),
            )
            for seat in one.quotas
            if seat.quota
        ]


class ThroughOut(Schema):
    """A place with which a method can be had: the programme's that pays and holds it.

    `quotas`: every one of it in force, the best first; `quota` and what follows are of that one.
    """

    programme: str
    quota: int | None
    quotas: list[RankedQuotaOut]
    fit: int
    advice: str
    free: int
    promised: int
    waits_before: int
    price: float
    priced: datetime | None = Field(description="When the run ended whose price it is.")
    scarce: str = Field(description="What the price is mostly for: place, money or work; empty: no price.")
    net: float

    @classmethod
    def of(cls, one: Ranked) -> ThroughOut:
        return cls(
            programme=one.programme.code,
            quota=one.quota.pk if one.quota else None,
            quotas=RankedQuotaOut.all_of(one),
            fit=one.fit,
            advice=one.advice,
            free=one.free,
            promised=one.promised,
            waits_before=one.waits_before,
            price=round(one.price, 3),
            priced=one.priced,
            scarce=one.worth.most,
            net=round(one.net, 3),
        )


class RankedOut(Schema):
    """A programme before a family; in a department with one toolbox a method, through the best place.

    `method`: none where a programme is ranked. `through`: every place with which the method can be had, the
    best first; `programme` and what follows are of that one. `quotas`: every one of the programme in force,
    the best first; `free` and the price are of that one.
    """

    method: str | None
    through: list[ThroughOut]
    programme: str
    quotas: list[RankedQuotaOut]
    fit: int
    certainty: float
    advice: str
    free: int
    promised: int
    waits_before: int
    price: float
    priced: datetime | None = Field(description="When the run ended whose price it is.")
    scarce: str = Field(description="What the price is mostly for: place, money or work; empty: no price.")
    net: float
    judgement: dict[str, Any]

    @classmethod
    def of(cls, one: Ranked) -> RankedOut:
        return cls(
            method=one.method.code if one.method else None,
            through=[ThroughOut.of(place) for place in one.through],
            programme=one.programme.code,
            quotas=RankedQuotaOut.all_of(one),
            fit=one.fit,
            certainty=one.judgement.certainty,
            advice=one.advice,
            free=one.free,
            promised=one.promised,
            waits_before=one.waits_before,
            price=round(one.price, 3),
            priced=one.priced,
            scarce=one.worth.most,
            net=round(one.net, 3),
            judgement=one.judgement.data(),
        )


class RankingOut(Schema):
    """All programmes before a family, or all methods, the advised one first; and methods by where they are
    carried out.
    """

    family: UUID
    by_method: bool
    prices_of: UUID | None = Field(description="The last run; `priced` of a place says whose its price is.")
    places: list[RankedOut]
    methods: dict[str, list[dict[str, Any]]]


class WaitingOut(Schema):
    """A family on a waiting list."""

    id: UUID
    family: UUID
    programme: str
    since: date
    priority: int
    why: str
    note: str = Field(description="What the family waits for, in words of whoever keeps the file.")
    position: int
    waiting: int

    @classmethod
    def of(cls, line: WaitLine) -> WaitingOut:
        row = line.waiting
        return cls(
            id=row.pk,
            family=row.family_id,
            programme=row.programme.code,
            since=row.since,
            priority=row.priority,
            why=row.why,
            note=row.note,
            position=line.position,
            waiting=line.of,
        )


class WaitIn(Schema):
    """A family that is to wait for a programme."""

    family: UUID
    programme: str = Field(max_length=80)
    why: str = Field("proposed", max_length=14)
    priority: int = Field(0, ge=0, le=2)
    since: date | None = None
    note: str = Field("", max_length=1000)


class ChangeWaitIn(Schema):
    """How urgently the family waits, and why."""

    priority: int = Field(ge=0, le=2)
    why: str = Field(max_length=14)
    note: str | None = Field(None, max_length=1000, description="None: as it is.")


class StopIn(Schema):
    """How waiting ended."""

    outcome: str = Field(max_length=16)


class OptionIn(Schema):
    """Something in the community instead of leaving home."""

    method: str = Field("", max_length=80)
    programme: str = Field("", max_length=80)
    words: str = Field("", max_length=1000)
    barriers: list[str] = Field([], max_length=20)
    barrier_words: str = Field("", max_length=2000)
    incentives: list[str] = Field([], max_length=20)
    incentive_words: str = Field("", max_length=2000)
    yearly_agorot: int | None = Field(None, ge=0, le=10**12)


class OptionOut(Schema):
    """An alternative in the community."""

    id: UUID
    method: str | None
    programme: str | None
    words: str
    fit: int | None
    barriers: list[str]
    barrier_words: str
    incentives: list[str]
    incentive_words: str
    yearly_agorot: int | None

    @classmethod
    def of(cls, row: AlternativeOption) -> OptionOut:
        return cls(
            id=row.pk,
            method=row.method.code if row.method else None,
            programme=row.programme.code if row.programme else None,
            **{name: getattr(row, name) for name in OF_OPTION},
        )


class AlternativeIn(Schema):
    """Leaving home is considered."""

    family: UUID
    response: str = Field(max_length=200, description="Code of a response of the taxonomy.")
    why: str = Field(min_length=1, max_length=2000)
    member: UUID | None = None
    yearly_agorot: int | None = Field(None, ge=0, le=10**12)


class AlternativeOut(Schema):
    """What is considered, the alternatives in the community, and the decision."""

    id: UUID
    family: UUID
    member: UUID | None
    response: str
    why: str
    yearly_agorot: int | None
    opened_on: date
    choice: str
    chosen: UUID | None
    reason: str
    options: list[OptionOut]

    @classmethod
    def of(cls, row: Alternative) -> AlternativeOut:
        return cls(
            id=row.pk,
            family=row.family_id,
            member=row.member_id,
            response=row.response.code,
            why=row.why,
            yearly_agorot=row.yearly_agorot,
            opened_on=row.opened_on,
            choice=row.choice,
            chosen=row.chosen_id,
            reason=row.reason,
            options=[OptionOut.of(one) for one in row.options.all()],
        )


class ChoiceIn(Schema):
    """What was decided, and why."""

    choice: str = Field(max_length=12)
    reason: str = Field(min_length=1, max_length=2000)
    chosen: UUID | None = None
