"""How far raters of a department agree, through the API."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema
from ninja.errors import HttpError

from maarag.engines.agreement import Reading
from maarag.kernel.access.permissions import Permission
from maarag.kernel.rubrics.engine_data import DimensionAgreement, PairAgreement
from maarag.kernel.rubrics.queries import rubric_of

from ..queries.agreement import Agreed, agreed_in, departments_led
from ..queries.assessments import RUBRICS
from .answering import keeper, router


class DimensionAgreementOut(Schema):
    """How far raters agree on a dimension."""

    dimension: str = Field(description="Code of the dimension.")
    assessments: int = Field(description="Assessments in which two or more rated it.")
    measure: float | None = Field(
        description="1 for perfect agreement, 0 for chance; null where too few rated it, or nothing varies."
    )
    reading: Reading

    @classmethod
    def of(cls, found: DimensionAgreement) -> DimensionAgreementOut:
        return cls(
            dimension=found.dimension.code,
            assessments=found.alpha.units,
            measure=None if found.said is None else round(found.said, 4),
            reading=found.reading,
        )


class PairAgreementOut(Schema):
    """How far two raters agree: Cohen's kappa, weighted by the squared distance."""

    raters: list[str]
    together: int
    dimensions: list[DimensionAgreementOut]

    @classmethod
    def of(cls, pair: PairAgreement) -> PairAgreementOut:
        dimensions = [DimensionAgreementOut.of(one) for one in pair.dimensions]
        return cls(raters=[pair.first.name, pair.second.name], together=pair.together, dimensions=dimensions)


class RatersAgreementOut(Schema):
    """Agreement of raters in a department: Krippendorff's ordinal alpha by dimension, and each two raters."""

    rubric: str
    version: int
    place: str
    year: int | None
    assessments: int = Field(description="Closed assessments.")
    by_several: int = Field(description="Of these, those that two or more rated.")
    raters: int
    still_open: int = Field(description="Assessments that are open yet, and not counted.")
    dimensions: list[DimensionAgreementOut]
    pairs: list[PairAgreementOut]

    @classmethod
    def of(cls, found: Agreed) -> RatersAgreementOut:
        return cls(
            rubric=found.rubric.code,
            version=found.rubric.version,
            place=found.place.code,
            year=found.year,
            assessments=found.assessments,
            by_several=found.by_several,
            raters=found.raters,
            still_open=found.still_open,
            dimensions=[DimensionAgreementOut.of(one) for one in found.dimensions],
            pairs=[PairAgreementOut.of(pair) for pair in found.pairs],
        )


@router.get(
    "/agreement/{code}",
    response=RatersAgreementOut,
    summary="How far raters of a department agree",
    url_name="casework_agreement",
)
def agreement(
    request: HttpRequest,
    code: str,
    place: str = Query("", max_length=60, description="Code of an authority; without it, one's own first."),
    version: int | None = Query(None, ge=1, le=32_000, description="Without it, the version in use."),
    year: int | None = Query(None, ge=2000, le=2100, description="Of the assessments; without it, all."),
) -> RatersAgreementOut:
    """For whoever leads the raters; counts and coefficients over closed assessments, no family."""
    account = keeper(request, Permission.REVIEW_READING)
    rubric = rubric_of(code[:60], version) if code in RUBRICS else None
    if rubric is None:
        raise HttpError(404, _("No rubric has the code %(code)s.") % {"code": code[:60]})
    places = departments_led(account)
    found = places.filter(code=place).first() if place else places.first()
    if found is None:
        raise HttpError(404, _("You lead no department there."))
    return RatersAgreementOut.of(agreed_in(account, found, rubric, year))
