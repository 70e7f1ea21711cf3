"""What the operations of casework have in common: whose file, and what a refusal says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError

from maarag.domains.families.actions import AlreadyClosed, ChangedMeanwhile, read_family
from maarag.domains.families.models import Family
from maarag.domains.families.scope import may
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere
from maarag.kernel.rubrics.actions import RoundClosed
from maarag.kernel.taxonomy.models import Term
from maarag.kernel.taxonomy.queries import term_by_code

from ..actions import AlreadyDone, NothingToAgree
from ..file_kinds import FileRefused

router = Router(tags=["casework"])
T = TypeVar("T")


def keeper(request: HttpRequest, permission: Permission = Permission.VIEW_FAMILIES) -> Account:
    """The account, if it keeps files at all."""
    if not holds_somewhere(request.user, permission):
        raise HttpError(403, _("Your account keeps no families' files."))
    return account_of(request)


def file_for(request: HttpRequest, pk: UUID, permission: Permission = Permission.VIEW_FAMILIES) -> Family:
    """The family, if the account may; that it is read is recorded."""
    family = read_family(by=keeper(request, permission), pk=pk)
    if family is None or not may(request.user, permission, family):
        raise HttpError(404, _("There is no such family in your authorities."))
    return family


def row_for(model: Any, family: Family, key: UUID) -> Any:
    """A row of the family's file."""
    row = model.objects.filter(family=family, pk=key).first()
    if row is None:
        raise HttpError(404, _("There is nothing like this in the file of the family."))
    return row


def term(code: str) -> Term:
    found = term_by_code(code)
    if found is None:
        raise HttpError(422, _("The taxonomy has no term %(code)s.") % {"code": code})
    return found


def given_in(body: Schema) -> dict[str, Any]:
    """What a change names; what it leaves out stays."""
    given = body.dict(exclude={"version"}, exclude_unset=True)
    return {name: value for name, value in given.items() if value is not None}


def written(write: Callable[[], T]) -> T:
    """What an action gives, or what it refuses in words: 404, 409 or 422."""
    try:
        return write()
    except AlreadyClosed:
        raise HttpError(409, _("The file is closed; open it again before you change it.")) from None
    except ChangedMeanwhile:
        raise HttpError(409, _("Somebody else changed it meanwhile; read it again.")) from None
    except (AlreadyDone, RoundClosed):
        raise HttpError(409, _("Somebody did this already; look at how it stands now.")) from None
    except NothingToAgree:
        raise HttpError(409, _("The plan has no items yet; add what is agreed first.")) from None
    except FileRefused as refused:
        raise HttpError(422, str(refused)) from None
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    except Http404:
        raise HttpError(404, _("There is nothing like this in the file of the family.")) from None
