"""Alternatives to leaving home, through the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Status
from ninja.errors import HttpError

from maarag.domains.families.actions import read_words
from maarag.domains.programmes.models import Method, Programme
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.taxonomy.models import Term
from maarag.values import Money

from .. import actions
from ..models import Alternative
from ..scope import alternatives_of
from .family_schemas import AlternativeIn, AlternativeOut, ChoiceIn, OptionIn, OptionOut
from .schemas import done, family_of, keeper, nothing, router


@router.get(
    "/families/{uuid:pk}/alternatives",
    response=list[AlternativeOut],
    summary="Alternatives to leaving home",
    url_name="placement_alternatives",
)
def listed(request: HttpRequest, pk: UUID) -> list[AlternativeOut]:
    """What was considered for the family, with what the community could do instead."""
    by = keeper(request)
    return [AlternativeOut.of(row) for row in alternatives_of(by).filter(family=family_of(by, pk))]


@router.post(
    "/alternatives",
    response={201: AlternativeOut},
    summary="Leaving home is considered",
    url_name="placement_consider",
)
def consider(request: HttpRequest, body: AlternativeIn) -> Status[AlternativeOut]:
    """Write down what is considered, for whom and why."""
    by = keeper(request, Permission.EDIT_FAMILIES)
    family = family_of(by, body.family)
    response = Term.objects.filter(code=body.response, is_current=True).first()
    if response is None:
        raise HttpError(422, _("There is no such response."))
    member = None
    if body.member is not None:
        member = family.members.filter(pk=body.member).first()
        if member is None:
            raise HttpError(404, nothing())
    row = done(
        lambda: actions.consider(
            by=by,
            family=family,
            response=response,
            why=body.why,
            member=member,
            yearly_cost=_money(body.yearly_agorot),
        )
    )
    return Status(201, AlternativeOut.of(_alternative(by, row.pk)))


@router.post(
    "/alternatives/{uuid:pk}/options",
    response={201: OptionOut},
    summary="Add an alternative in the community",
    url_name="placement_option",
)
def add_option(request: HttpRequest, pk: UUID, body: OptionIn) -> Status[OptionOut]:
    """A method, a programme or something in words, with its barriers and incentives."""
    by = keeper(request, Permission.EDIT_FAMILIES)
    row = _alternative(by, pk)
    given: dict[str, Any] = body.dict(exclude={"method", "programme", "yearly_agorot"})
    method = _known(Method, body.method)
    programme = _known(Programme, body.programme)
    made = done(
        lambda: actions.add_option(
            by=by,
            alternative=row,
            method=method,
            programme=programme,
            yearly_cost=_money(body.yearly_agorot),
            **given,
        )
    )
    return Status(201, OptionOut.of(made))


@router.post(
    "/alternatives/{uuid:pk}/decide",
    response=AlternativeOut,
    summary="Decide between the community and leaving home",
    url_name="placement_choose",
)
def decide(request: HttpRequest, pk: UUID, body: ChoiceIn) -> AlternativeOut:
    """With the reason; whoever decides for the department."""
    by = keeper(request, Permission.DECIDE_PLACEMENTS)
    row = _alternative(by, pk)
    chosen = None
    if body.chosen is not None:
        chosen = row.options.filter(pk=body.chosen).first()
        if chosen is None:
            raise HttpError(404, nothing())
    done(
        lambda: actions.decide_alternative(
            by=by, alternative=row, choice=body.choice, reason=body.reason, chosen=chosen
        )
    )
    return AlternativeOut.of(_alternative(by, pk))


def _alternative(by: Account, pk: UUID) -> Alternative:
    found = alternatives_of(by).filter(pk=pk).first()
    if found is None:
        raise HttpError(404, nothing())
    read_words(by=by, rows=[found])
    return found


def _known(model: Any, code: str) -> Any:
    if not code:
        return None
    found = model.objects.filter(code=code, is_active=True).first()
    if found is None:
        raise HttpError(422, _("There is no such programme or method: %(code)s.") % {"code": code})
    return found


def _money(agorot: int | None) -> Money | None:
    return None if agorot is None else Money(agorot)
