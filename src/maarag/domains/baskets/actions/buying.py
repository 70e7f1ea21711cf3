"""Writing which responses baskets of a programme may buy."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.domains.programmes.models import Programme
from maarag.domains.programmes.scope import may_write
from maarag.kernel.access.models import Account
from maarag.kernel.audit.actions import record
from maarag.kernel.taxonomy.models import Term, Vocabulary
from maarag.values import Money

from ..models import AllowedResponse

NOTES = ("note_he", "note_ar", "note_en")


@transaction.atomic
def allow_response(
    *,
    by: Account,
    programme: Programme,
    response: Term,
    most_of_request: Money | None = None,
    most_of_family: Money | None = None,
    **notes: str,
) -> AllowedResponse:
    """Let baskets of the programme buy the response and all below it, up to so much.

    Said again, it ends what was said of the response before; the same again writes nothing. `notes`: note_he,
    note_ar, note_en. Raises Http404, ValidationError.
    """
    _require_says(by, programme)
    if response.vocabulary != Vocabulary.RESPONSE or not response.is_current:
        raise ValidationError({"response": _("This is no response of the taxonomy in use.")})
    row = AllowedResponse(
        programme=programme,
        response=response,
        request_agorot=most_of_request.agorot if most_of_request else None,
        family_agorot=most_of_family.agorot if most_of_family else None,
        set_by=by,
        **{name: notes.get(name, "").strip() for name in NOTES},
    )
    if most_of_request and most_of_family and most_of_request > most_of_family:
        raise ValidationError(
            {"most_of_request": _("One request cannot cost more than a family may have in all.")}
        )
    known = AllowedResponse.objects.filter(programme=programme, response=response, ended_at=None).first()
    told = ("request_agorot", "family_agorot", *NOTES)
    if known is not None and all(getattr(known, name) == getattr(row, name) for name in told):
        return known
    if known is not None:
        _end(by, known)
    row.full_clean()
    row.save(force_insert=True)
    changes = {
        "programme": [None, programme.pk],
        "response": [None, response.pk],
        **{name: [getattr(known, name, None), getattr(row, name)] for name in told[:2]},
    }
    record(by=by, action="baskets.allow_response", subject=row, changes=changes)
    return row


@transaction.atomic
def end_allowed(*, by: Account, row: AllowedResponse) -> AllowedResponse:
    """Say no more that baskets may buy it; ended already, nothing is written. Raises Http404."""
    _require_says(by, row.programme)
    row = AllowedResponse.objects.select_related("programme", "response").get(pk=row.pk)
    if row.ended_at is not None:
        return row
    _end(by, row)
    changes = {"programme": [None, row.programme_id], "response": [row.response_id, None]}
    record(by=by, action="baskets.end_allowed", subject=row, changes=changes)
    return row


def _end(by: Account, row: AllowedResponse) -> None:
    row.ended_by, row.ended_at = by, timezone.now()
    row.full_clean(validate_unique=False)
    row.save(update_fields=["ended_by", "ended_at"])


def _require_says(by: Account, programme: Programme) -> None:
    """Whoever manages the nation's budgets, one at a time for each programme."""
    if not may_write(by):
        raise Http404
    Programme.objects.select_for_update().order_by().filter(pk=programme.pk).values_list("pk").first()
