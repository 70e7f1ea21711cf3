"""A new file that resembles one which is there: what the API says of it, and how it is answered."""

from __future__ import annotations

from django.utils.translation import gettext as _
from ninja import Field, Schema
from ninja.errors import HttpError

from ..duplicates import Probable
from ..merging_models import DistinctReason


class ApartIn(Schema):
    """Why two files that resemble each other are of two families."""

    reason: DistinctReason
    note: str = Field("", max_length=500)


def refuse_duplicates(probable: list[Probable]) -> None:
    """Say which files a new one resembles, so that whoever opens it decides."""
    if probable:
        numbers = ", ".join(str(one.family.number) for one in probable)
        raise HttpError(
            409,
            _(
                "There may be a file of this family already: %(numbers)s. Go on with it, or send"
                " another_family with the reason why it is another one."
            )
            % {"numbers": numbers},
        )
