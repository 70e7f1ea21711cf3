"""Keeping, discarding and forgetting drafts. Each works on the caller's own rows and on no others.

They are not in the audit: a draft is nobody's record yet, and what is saved is recorded where it goes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from maarag.database.rows import current, under
from maarag.kernel.access.models import Account

from .models import KEY, WRITER, Draft

LONGEST = 300_000
"""Letters of a draft at most, with the names of its fields."""
MOST_OF_A_FORM, MOST = 20, 200
"""Drafts that an account has of one form, and of all; the oldest give way."""
WRITER_FIELD, KEY_FIELD = "draft_writer", "draft_key"
"""What a form with the tag sends of its draft: the window, and which form it is."""
Fields = Sequence[tuple[str, str]]


@contextmanager
def own_rows(account: Account) -> Iterator[None]:
    """One transaction in which the drafts of the account, and of nobody else, are there."""
    with under(replace(current(), account=account.pk)), transaction.atomic():
        yield


def mark_of(account: Account) -> str:
    """By what a page knows whose it is: the same for the same account, and telling nothing of it."""
    return salted_hmac("maarag.drafts", str(account.pk)).hexdigest()[:20]


def is_marked(account: Account, mark: str) -> bool:
    """Whether a page that sends this mark was drawn for the account."""
    return constant_time_compare(mark_of(account), mark)


def save_draft(*, by: Account, key: str, writer: str, fields: Fields) -> Draft:
    """Keep what `by` has written in one window so far; raises ValidationError."""
    content = json.dumps(list(fields), ensure_ascii=False)
    if len(content) > LONGEST:
        raise ValidationError(_("This is too long to be kept as a draft."))
    with own_rows(by):
        draft = Draft.objects.select_for_update().filter(account=by, key=key, writer=writer).first()
        draft = draft or Draft(account=by, key=key, writer=writer)
        draft.content, draft.saved_at = content, timezone.now()
        draft.full_clean(validate_unique=False, validate_constraints=False, exclude=["account"])
        is_new = draft._state.adding
        draft.save()
        if is_new:
            _make_room(by, key)
    return draft


def discard_draft(*, by: Account, key: str, writer: str) -> bool:
    """Throw a draft away; whether there was one."""
    with own_rows(by):
        return bool(Draft.objects.filter(account=by, key=key, writer=writer).delete()[0])


def forget_draft(request: HttpRequest) -> None:
    """Call it once the form is saved, and not where it is refused: the window's draft has done its work.

    The form itself says which draft is its own, as the template's tag wrote it. Without scripts there is no
    draft and nothing happens.
    """
    writer, key = request.POST.get(WRITER_FIELD, ""), request.POST.get(KEY_FIELD, "")
    named = re.fullmatch(WRITER, writer) and re.fullmatch(KEY, key)
    if named and isinstance(request.user, Account):
        discard_draft(by=request.user, key=key, writer=writer)


def _make_room(by: Account, key: str) -> None:
    for rows, most in (
        (Draft.objects.filter(account=by, key=key), MOST_OF_A_FORM),
        (Draft.objects.filter(account=by), MOST),
    ):
        old = list(rows.order_by("-saved_at").values_list("pk", flat=True)[most:])
        if old:
            Draft.objects.filter(pk__in=old).delete()
