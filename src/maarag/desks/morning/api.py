"""The morning's letter through the API: whether it comes, and the switch; one's own alone."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema
from ninja.errors import HttpError

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere

from .actions import switch_letter
from .queries import letter_of

router = Router(tags=["morning"])


class LetterIn(Schema):
    """Whether the letter is to come."""

    wanted: bool


class LetterOut(Schema):
    """Whether the letter comes on workdays, and when it last did."""

    wanted: bool
    last_on: date | None = Field(description="The day of the last letter; none before the first.")


@router.get("/letter", response=LetterOut, summary="The morning's letter", url_name="morning_letter")
def letter(request: HttpRequest) -> LetterOut:
    """Whether it comes to the asking account; who never switched it gets it."""
    return _told(_keeper(request))


@router.put(
    "/letter", response=LetterOut, summary="Switch the morning's letter", url_name="morning_letter_switch"
)
def switch(request: HttpRequest, body: LetterIn) -> LetterOut:
    """On or off for the asking account; the same again changes nothing."""
    account = _keeper(request)
    switch_letter(by=account, wanted=body.wanted)
    return _told(account)


def _keeper(request: HttpRequest) -> Account:
    if not holds_somewhere(request.user, Permission.VIEW_FAMILIES):
        raise HttpError(403, _("Your account may not do this."))
    return account_of(request)


def _told(account: Account) -> LetterOut:
    row = letter_of(account)
    return LetterOut(wanted=row.is_wanted, last_on=row.last_on)
