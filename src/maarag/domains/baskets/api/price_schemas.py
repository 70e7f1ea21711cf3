"""What the API says and takes of prices and of limits of approval; amounts are whole agorot."""

from __future__ import annotations

from datetime import date

from ninja import Field, Schema

from ..models import Price, Unit
from ..price_models import MOST_AGOROT


class PriceOut(Schema):
    """A price in force."""

    service: str
    response: str
    unit: str
    agorot: int
    starts: date
    note: str

    @classmethod
    def of(cls, row: Price) -> PriceOut:
        return cls(
            service=row.service.code,
            response=row.response.code,
            unit=row.unit,
            agorot=row.agorot,
            starts=row.starts,
            note=row.note,
        )


class PriceIn(Schema):
    """A price to write down."""

    service: str = Field(max_length=80)
    response: str = Field(max_length=200)
    unit: Unit
    agorot: int = Field(ge=1, le=MOST_AGOROT)
    starts: date | None = None
    note: str = Field("", max_length=200)


class LimitOut(Schema):
    """Up to how much a role approves, in agorot."""

    role: str
    agorot: int
    is_default: bool


class LimitIn(Schema):
    """Up to how much a role approves in a programme, in agorot; everywhere, or in one authority."""

    role: str = Field(max_length=30)
    agorot: int = Field(ge=0, le=MOST_AGOROT)
    programme: str = Field("", max_length=80)
    authority: str = Field("", max_length=40)
