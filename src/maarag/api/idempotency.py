"""Writes that may be sent again: with the same `Idempotency-Key` they are done once and answered alike.

The answer is kept in the transaction of the write itself, so that there is never one without the other. It
is given again for as long as the record counts a second reading as the same one, to an account whose rights
are what they were; afterwards a repeat is told that it was done. A refusal is not kept and leaves its key
free; what it recorded (an attempt, its event) stays as without a key.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from maarag.database.encryption.errors import EncryptionError
from maarag.kernel.access.kept import rights
from maarag.kernel.access.models import Account
from maarag.kernel.audit.actions import READS_ARE_ONE

from .models import StoredAnswer
from .problems import is_of_the_api, problem

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
WRITING = ("POST", "PUT", "PATCH", "DELETE")
KEPT = timedelta(days=7)
"""How long a key is known, so that nothing is done twice."""
SHOWN = timedelta(minutes=READS_ARE_ONE)
"""How long its answer is given again: it may hold a family's words, and reading them is recorded."""
PATIENCE = "10s"
"""How long a twin waits for the first to be done."""
_KEY = re.compile(r"[\x21-\x7e]{1,128}")


class Once:
    """Middleware, the innermost: does a write with a key once, and answers its repeats as the first time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        key = request.headers.get(HEADER)
        if key is None or request.method not in WRITING or not is_of_the_api(request):
            return None
        if not isinstance(request.user, Account):
            return None  # nobody's write is refused by the operation itself
        if not _KEY.fullmatch(key):
            return problem(
                400, _("%(header)s takes 1 to 128 visible characters without spaces.") % {"header": HEADER}
            )
        return answer_once(request, request.user, key, lambda: view(request, *args, **kwargs))


def answer_once(
    request: HttpRequest, account: Account, key: str, work: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """The answer of `work`, or the one kept from when this account sent the same with this key."""
    asked = fingerprint(request, account)
    with transaction.atomic():
        try:
            mine = _claim(account, key, asked)
        except OperationalError:
            return problem(409, _("A request with this key is being worked on; ask again."), Retry_After="1")
        if not mine:
            return _again(account, key, asked)
        response = work()
        claim = StoredAnswer.objects.filter(account=account, key=key)
        if response.status_code >= 500:
            transaction.set_rollback(True)
        elif response.status_code >= 400 or not isinstance(response, HttpResponse):
            claim.delete()
        else:
            whose = [account.pk, key, asked, _rights(account)]
            content = [*whose, response.headers.get("Content-Type", ""), response.content.decode()]
            claim.update(status=response.status_code, answer=json.dumps(content))
    return response


def _claim(account: Account, key: str, asked: str) -> bool:
    """Whether the key is free and now ours. Waits for whoever is at work under it; raises OperationalError
    where that takes too long.
    """
    expired = timezone.now() - KEPT
    StoredAnswer.objects.filter(account=account, key=key, created_at__lt=expired).delete()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
        cursor.execute(
            "INSERT INTO api_storedanswer (account_id, key, request, created_at) VALUES (%s, %s, %s, now())"
            " ON CONFLICT (account_id, key) DO NOTHING",
            [account.pk, key, asked],
        )
        mine = cursor.rowcount == 1
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [before])
    return mine


def _again(account: Account, key: str, asked: str) -> HttpResponse:
    mine = StoredAnswer.objects.filter(account=account, key=key)
    kept = mine.values("status", "request", "created_at").first()
    if kept is None or kept["status"] is None:
        return problem(409, _("A request with this key is being worked on; ask again."), Retry_After="1")
    if not constant_time_compare(kept["request"], asked):
        return problem(422, _("This key was sent with another request; take a new key."))
    try:
        *whose, kind, body = json.loads(mine.values_list("answer", flat=True).get())
    except EncryptionError:  # its key is no longer kept
        whose = []
    # a row that was moved from another account opens nothing, nor does one of rights that were lost
    is_theirs = whose == [account.pk, key, asked, _rights(account)]
    if not is_theirs or kept["created_at"] < timezone.now() - SHOWN:
        return problem(409, _("The request was done already; its answer can no longer be shown."))
    response = HttpResponse(body, status=kept["status"], content_type=kind or None)
    if not kind:
        del response["Content-Type"]
    response[REPLAYED] = "true"
    return response


def _rights(account: Account) -> str:
    return hashlib.sha256(repr(rights(account)).encode()).hexdigest()


def fingerprint(request: HttpRequest, account: Account) -> str:
    """A keyed hash of what is asked for: 64 hexadecimal digits, from which the body cannot be guessed.

    A form with files is told by its fields and the content of its files, for its boundary differs each time.
    """
    limits = sorted(account.limited_to) if account.limited_to is not None else None
    whole = hashlib.sha256(repr((request.method, request.get_full_path(), limits)).encode())
    if (request.content_type or "") == "multipart/form-data" and request.method == "POST":
        for name, values in sorted(request.POST.lists()):
            whole.update(repr((name, values)).encode())
        for name, files in sorted(request.FILES.lists()):
            for file in files:
                whole.update(repr((name, file.name, file.size)).encode())
                for chunk in file.chunks():
                    whole.update(chunk)
                file.seek(0)
    else:
        whole.update(repr(request.content_type).encode() + request.body)
    return salted_hmac("maarag.api.answers", whole.digest(), algorithm="sha256").hexdigest()


def delete_expired() -> int:
    """Forget the answers that are older than a week; returns how many."""
    deleted, _by_model = StoredAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return deleted
