"""What programmes there are, through the API; and what a write answers where it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema
from ninja.errors import HttpError

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere
from maarag.kernel.taxonomy.models import Term
from maarag.ui.figures import name_in_language

from ..models import Programme
from ..scope import may_write

router = Router(tags=["programmes"])
T = TypeVar("T")


class NamedIn(Schema):
    """What something is called, and words about it; what is left out stays as it is."""

    name_he: str | None = Field(None, min_length=1, max_length=200)
    name_ar: str | None = Field(None, max_length=200)
    name_en: str | None = Field(None, max_length=200)
    description_he: str | None = Field(None, max_length=4000)
    description_ar: str | None = Field(None, max_length=4000)
    description_en: str | None = Field(None, max_length=4000)


class ProgrammeOut(Schema):
    """An organised way of working with families."""

    code: str
    name: str
    description: str
    for_whom: str
    organisation: str
    listing: str | None = Field(description="Code of its entry in the directory of services.")

    @classmethod
    def of(cls, programme: Programme) -> ProgrammeOut:
        return cls(
            code=programme.code,
            name=name_in_language(programme),
            description=name_in_language(programme, "description"),
            for_whom=name_in_language(programme, "for_whom"),
            organisation=programme.organisation.code,
            listing=programme.listing.code if programme.listing else None,
        )


def programme_of(code: str) -> Programme:
    programme = Programme.objects.select_related("organisation", "listing").filter(code=code).first()
    if programme is None:
        raise HttpError(404, _("There is no such programme."))
    return programme


def writer(request: HttpRequest) -> Account:
    """Whoever says what programmes are; 403 for who manages no budgets, 404 below the nation."""
    if not holds_somewhere(request.user, Permission.MANAGE_BUDGETS):
        raise HttpError(403, _("Your account has no role that decides about budgets."))
    if not may_write(request.user):
        raise HttpError(404, _("What programmes are is said for the whole nation."))
    return account_of(request)


def done(write: Callable[[], T]) -> T:
    """What an action answers; 422 in words where it refuses, 404 where the row is not the account's."""
    try:
        return write()
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    except Http404:
        raise HttpError(404, _("There is nothing like this here.")) from None


def term_of(code: str) -> Term:
    term = Term.objects.filter(code=code[:200], is_current=True).first()
    if term is None:
        raise HttpError(422, _("No situation has the code %(code)s.") % {"code": code[:200]})
    return term


@router.get(
    "/", response=list[ProgrammeOut], auth=None, summary="Programmes for families", url_name="programmes"
)
def list_programmes(request: HttpRequest) -> list[ProgrammeOut]:
    """Every programme that runs."""
    programmes = Programme.objects.filter(is_active=True).select_related("organisation", "listing")
    return [ProgrammeOut.of(programme) for programme in programmes]
