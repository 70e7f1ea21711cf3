"""What is shown of a file to somebody who does not keep it, for the API."""

from __future__ import annotations

from datetime import date

from ninja import Field, Schema

from ..models import SharedField
from ..shown import ShownFile


class ShownPersonOut(Schema):
    """Somebody of the family; null stands for what is not shown or not known."""

    name: str | None
    age: int | None
    relation: str | None
    phone: str | None
    national_id: str | None


class ShownFileOut(Schema):
    """A file as far as it is shown."""

    fields_shown: list[str] = Field(description="What is shown; of all else only null is told.")
    authority: str
    number: int
    name: str | None
    address: str | None
    neighbourhood: str | None
    worker: str | None
    review_on: date | None
    people: list[ShownPersonOut]

    @classmethod
    def of(cls, file: ShownFile) -> ShownFileOut:
        return cls(
            fields_shown=[field.value for field in SharedField if field in file.fields],
            authority=file.authority.code,
            number=file.number,
            name=file.name,
            address=file.address,
            neighbourhood=file.neighbourhood.code if file.neighbourhood else None,
            worker=file.worker,
            review_on=file.review_on,
            people=[ShownPersonOut.from_orm(person) for person in file.people],
        )
