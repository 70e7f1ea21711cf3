"""Writing methods of intervention, with the situations that speak for and against them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from maarag.kernel.audit.actions import changed_fields, record
from maarag.kernel.taxonomy.models import Term, Vocabulary
from maarag.ui.figures import name_in_language

from ..models import Effect, Method, MethodSituation
from .programmes import RESERVED, require_nation

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account


@dataclass(frozen=True)
class SituationDraft:
    """What a situation says of a method, and how strongly (1 to 3)."""

    term: Term
    effect: str = Effect.SUITS
    strength: int = 2


@transaction.atomic
def save_method(
    *, by: Account, code: str, situations: Sequence[SituationDraft] | None = None, **fields: Any
) -> Method:
    """Make or change a method; with `situations`, those are all it has. Raises Http404, ValidationError."""
    require_nation(by)
    if code in RESERVED:
        raise ValidationError({"code": _("This code is taken by another page: choose another.")})
    method = Method.objects.select_for_update().filter(code=code).first() or Method(code=code)
    before = {name: getattr(method, name) for name in fields} if method.pk else {}
    changes = changed_fields(before, fields)
    for name, value in fields.items():
        setattr(method, name, value)
    if changes or not method.pk:
        method.full_clean()
        method.save()
    if situations is not None and (told := _set_situations(method, situations)):
        changes["situations"] = told
    if changes:
        record(by=by, action="programmes.save_method", subject=method, changes=changes)
    return method


def _set_situations(method: Method, drafts: Sequence[SituationDraft]) -> list[Any] | None:
    """Bring the method's situations to these: what they were and are, or None where nothing changes."""
    wanted = {draft.term.code: draft for draft in drafts}
    if len(wanted) != len(drafts):
        raise ValidationError(_("A situation stands twice: a method has one word about each."))
    for draft in drafts:
        if draft.term.vocabulary != Vocabulary.SITUATION:
            raise ValidationError(_("“%(term)s” is no situation.") % {"term": name_in_language(draft.term)})
    known = {row.term.code: row for row in method.situations.select_related("term")}
    before = {code: [row.effect, row.strength] for code, row in sorted(known.items())}
    after = {code: [str(draft.effect), draft.strength] for code, draft in sorted(wanted.items())}
    if before == after:
        return None
    changed = [code for code in before if before[code] != after.get(code)]
    method.situations.filter(term__code__in=changed).delete()
    rows = [
        MethodSituation(method=method, term=draft.term, effect=draft.effect, strength=draft.strength)
        for code, draft in sorted(wanted.items())
        if before.get(code) != after[code]
    ]
    for row in rows:
        row.full_clean(validate_unique=False, validate_constraints=False)
    MethodSituation.objects.bulk_create(rows)
    return [before, after]
