"""The quotas of authorities through the API. Amounts are whole agorot (1/100 shekel)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema
from ninja.errors import HttpError

from maarag.domains.funding.actions import NotGranted
from maarag.domains.funding.data import agorot
from maarag.domains.funding.models import BudgetLine
from maarag.domains.funding.scope import manages
from maarag.domains.funding.words import REFUSALS, refusal_in_words
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere
from maarag.kernel.places.api import found as place_of
from maarag.values import Money

from ..actions import QuotaDraft, set_quotas
from ..models import Programme, Quota
from ..queries import lines_of, quotas_of
from ..use import QuotaRow, rows_for
from .programmes import programme_of, router


class QuotaOut(Schema):
    """An authority's places in a programme, and their money in agorot; use is null where it is not told."""

    budget: str
    line: str
    authority: str
    families: int
    granted: int
    is_estimate: bool
    is_fictional: bool
    source: str | None
    planned: int | None
    approved: int | None
    committed: int | None
    paid: int | None
    free: int | None

    @classmethod
    def of(cls, row: QuotaRow) -> QuotaOut:
        quota, use = row.quota, row.use or {}
        return cls(
            budget=quota.line.budget.code,
            line=quota.line.code,
            authority=quota.authority.code,
            families=quota.families,
            granted=row.granted.agorot,
            is_estimate=quota.is_estimate,
            is_fictional=quota.line.budget.is_fictional,
            source=quota.source.code if quota.source else None,
            **{
                stage: agorot(use.get(stage))
                for stage in ("planned", "approved", "committed", "paid", "free")
            },
        )


class QuotaIn(Schema):
    """What an authority's quota should be, and by which decision; no families take it back."""

    budget: str
    authority: str
    families: int = Field(ge=0, le=2_000_000)
    amount: int | None = Field(None, ge=0, le=10**14, description="In agorot; else families × cost.")
    what: str = Field(min_length=1, max_length=200)
    why: str = Field(min_length=1, max_length=500)
    document: str = Field("", max_length=300)


@router.get(
    "/{code}/quotas",
    response=list[QuotaOut],
    auth=None,
    summary="Quotas of a programme by authority",
    url_name="programme_quotas",
)
def list_quotas(
    request: HttpRequest, code: str, budget: str = Query("", description="Code of one budget.")
) -> list[QuotaOut]:
    """The places and money of each authority in the budgets that the account sees."""
    lines = [line for line in lines_of(programme_of(code), request.user) if budget in ("", line.budget.code)]
    return [QuotaOut.of(row) for row in rows_for(request.user, list(quotas_of(lines)))]


@router.put(
    "/{code}/quotas",
    response=QuotaOut,
    summary="Give an authority a quota by a decision, or take it back",
    url_name="programme_quota_set",
)
def set_quota(request: HttpRequest, code: str, body: QuotaIn) -> QuotaOut:
    """Bring one quota to what is wanted; 409 where the line has not enough, or what should go back
    is used.
    """
    if not holds_somewhere(request.user, Permission.MANAGE_BUDGETS):
        raise HttpError(403, _("Your account has no role that decides about budgets."))
    line = _line(request, programme_of(code), body.budget)
    authority = place_of(body.authority, status=422)
    amount = None if body.amount is None else Money(body.amount)
    words: dict[str, Any] = body.dict(include={"what", "why", "document"})
    try:
        set_quotas(
            by=account_of(request), line=line, drafts=[QuotaDraft(authority, body.families, amount)], **words
        )
    except NotGranted as error:
        raise HttpError(409, str(error)) from None
    except REFUSALS as error:
        raise HttpError(409, refusal_in_words(error)) from None
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    except Http404:
        raise HttpError(404, _("There is no such budget.")) from None
    quota = Quota.objects.filter(line=line, authority=authority).first()
    if quota is None:
        raise HttpError(422, _("The authority has no quota, so there is nothing to take back."))
    return QuotaOut.of(rows_for(request.user, list(quotas_of([line]).filter(pk=quota.pk)))[0])


def _line(request: HttpRequest, programme: Programme, budget: str) -> BudgetLine:
    for line in lines_of(programme, request.user):
        if line.budget.code == budget and manages(request.user, line.budget):
            return line
    raise HttpError(404, _("There is no such budget."))
