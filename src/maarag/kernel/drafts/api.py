"""Drafts through the API: by the script of the pages, and only one's own."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from maarag.kernel.access.scope import account_of

from .actions import LONGEST, discard_draft, is_marked, mark_of, save_draft
from .models import KEY, WRITER
from .queries import drafts_of

router = Router(tags=["drafts"])
KEYED = Query(..., description="Names the form, and the row it changes.", pattern=rf"^{KEY}$")


class DraftFieldOut(Schema):
    """A field of a form; a name may come more than once."""

    name: str = Field(max_length=200)
    value: str = Field(max_length=LONGEST)


class DraftOut(Schema):
    """What was written and not saved yet."""

    writer: str = Field(description="The window of a browser in which it was written.")
    saved_at: datetime
    fields: list[DraftFieldOut]


class DraftsOut(Schema):
    """The drafts of a form, newest first."""

    account: str = Field(description="A mark of the signed-in account.")
    token: str = Field(description="The token that a form of this session sends.")
    drafts: list[DraftOut]


class DraftIn(Schema):
    """What is written in a form so far."""

    key: str = Field(pattern=rf"^{KEY}$")
    writer: str = Field(pattern=rf"^{WRITER}$")
    account: str = Field(
        "", max_length=40, description="The mark of the account for whom the page was drawn."
    )
    fields: list[DraftFieldOut] = Field(max_length=3000)


class Kept(Schema):
    """When it was kept."""

    saved_at: datetime


@router.get("/", response=DraftsOut, summary="My drafts of a form", url_name="drafts")
def my_drafts(request: HttpRequest, key: str = KEYED) -> DraftsOut:
    """What the account wrote in this form and did not save; nobody else sees it."""
    by = account_of(request)
    drafts = [
        DraftOut(
            writer=one.writer,
            saved_at=one.saved_at,
            fields=[DraftFieldOut(name=name, value=value) for name, value in one.fields],
        )
        for one in drafts_of(by, key)
    ]
    return DraftsOut(account=mark_of(by), token=get_token(request), drafts=drafts)


@router.put("/", response=Kept, summary="Keep a draft", url_name="draft_keep")
def keep(request: HttpRequest, body: DraftIn) -> Kept:
    """Keep what is written in a form so far, in place of what this window kept before."""
    by = account_of(request)
    if body.account and not is_marked(by, body.account):
        raise HttpError(409, _("Another account is signed in by now; this is not its draft."))
    try:
        draft = save_draft(
            by=by, key=body.key, writer=body.writer, fields=[(one.name, one.value) for one in body.fields]
        )
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    return Kept(saved_at=draft.saved_at)


@router.delete("/", response={204: None}, summary="Throw a draft away", url_name="draft_throw_away")
def throw_away(
    request: HttpRequest, key: str = KEYED, writer: str = Query(..., pattern=rf"^{WRITER}$")
) -> tuple[int, None]:
    """Throw a draft away; nothing happens where there is none."""
    discard_draft(by=account_of(request), key=key, writer=writer)
    return 204, None
