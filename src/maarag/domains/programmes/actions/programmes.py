"""Writing programmes: what each is, what pays for it, its methods and its conditions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from maarag.domains.funding.models import BudgetLine
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import require
from maarag.kernel.audit.actions import changed_fields, record
from maarag.kernel.places.models import Place, PlaceKind
from maarag.kernel.taxonomy.models import Vocabulary
from maarag.ui.figures import name_in_language

from ..fit_facts import LANGUAGES
from ..fit_rules import within
from ..method_models import OF_NUMBERS, OF_TERMS
from ..models import EligibilityRule, Method, Programme, ProgrammeLine, ProgrammeMethod, What

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account
    from maarag.kernel.people.models import Organisation

RESERVED = frozenset({"new", "methods", "toolbox"})
"""Codes that are addresses of other pages."""


def require_nation(by: Account) -> None:
    """What a programme is, is said for the whole nation; raises Http404."""
    require(by, Permission.MANAGE_BUDGETS, place=Place.objects.filter(kind=PlaceKind.NATION).first())


@transaction.atomic
def save_programme(*, by: Account, code: str, organisation: Organisation, **fields: Any) -> Programme:
    """Make or change a programme; raises Http404, ValidationError."""
    require_nation(by)
    if code in RESERVED:
        raise ValidationError({"code": _("This code is taken by another page: choose another.")})
    programme = Programme.objects.select_for_update().filter(code=code).first() or Programme(code=code)
    given = {**fields, "organisation_id": organisation.pk}
    if "listing" in given:
        listing = given.pop("listing")
        given["listing_id"] = listing.pk if listing else None
    changes = changed_fields(
        {name: getattr(programme, name) for name in given} if programme.pk else {}, given
    )
    if programme.pk and not changes:
        return programme
    for name, value in given.items():
        setattr(programme, name, value)
    programme.full_clean(validate_unique=False)
    programme.save()
    told = {name.removesuffix("_id"): pair for name, pair in changes.items()}
    record(by=by, action="programmes.save", subject=programme, changes=told)
    return programme


@transaction.atomic
def fund_programme(*, by: Account, programme: Programme, line: BudgetLine) -> ProgrammeLine:
    """Say that the line of a budget pays for the programme; raises Http404, ValidationError."""
    require(by, Permission.MANAGE_BUDGETS, place=line.budget.place)
    known = ProgrammeLine.objects.filter(line=line).first()
    if known is not None and known.programme_id == programme.pk:
        return known
    if known is not None:
        raise ValidationError(
            _("This line pays for %(programme)s already.") % {"programme": name_in_language(known.programme)}
        )
    if programme.lines.filter(line__budget=line.budget_id).exists():
        raise ValidationError(_("Another line of this budget pays for the programme already."))
    paid = ProgrammeLine.objects.create(programme=programme, line=line)
    record(
        by=by,
        action="programmes.fund",
        subject=programme,
        place=line.budget.place,
        changes={"line": [None, line.pk]},
    )
    return paid


@transaction.atomic
def set_methods(*, by: Account, programme: Programme, methods: Sequence[Method]) -> list[str]:
    """Bring the programme's methods to these; their codes. Raises Http404, ValidationError."""
    require_nation(by)
    Programme.objects.select_for_update().get(pk=programme.pk)
    known = {row.method.code: row for row in programme.methods.select_related("method")}
    wanted = {method.code: method for method in methods}
    for method in wanted.values():
        if not method.is_active and method.code not in known:
            raise ValidationError(
                _("The method “%(method)s” is no longer in use.") % {"method": name_in_language(method)}
            )
    if wanted.keys() == known.keys():
        return sorted(known)
    programme.methods.filter(method__code__in=known.keys() - wanted.keys()).delete()
    ProgrammeMethod.objects.bulk_create(
        ProgrammeMethod(programme=programme, method=wanted[code])
        for code in sorted(wanted.keys() - known.keys())
    )
    changes = {"methods": [sorted(known), sorted(wanted)]}
    record(by=by, action="programmes.set_methods", subject=programme, changes=changes)
    return sorted(wanted)


@transaction.atomic
def save_rule(
    *, by: Account, programme: Programme, rule: EligibilityRule | None = None, **fields: Any
) -> EligibilityRule:
    """Add a condition for having a place, or change one; raises Http404, ValidationError.

    Fields that the kind of condition does not ask about are emptied.
    """
    require_nation(by)
    Programme.objects.select_for_update().get(pk=programme.pk)
    row = rule or EligibilityRule(programme=programme)
    before = {name: getattr(row, name) for name in RULE_FIELDS} if row.pk else {}
    what = fields.get("what", row.what)
    for name in RULE_FIELDS:
        if name in fields:
            setattr(row, name, fields[name])
        if name in ("least", "most", "term", "place") and name not in asked_by(what):
            setattr(row, name, None)
    _check_rule(row)
    row.full_clean()
    changes = changed_fields(
        {name: _told(value) for name, value in before.items()},
        {name: _told(getattr(row, name)) for name in RULE_FIELDS},
    )
    if row.pk and not changes:
        return row
    row.save()
    record(
        by=by, action="programmes.save_rule", subject=programme, changes={"rule": [None, row.pk], **changes}
    )
    return row


@transaction.atomic
def remove_rule(*, by: Account, rule: EligibilityRule) -> None:
    """Take a condition away; raises Http404."""
    require_nation(by)
    told = {name: [_told(getattr(rule, name)), None] for name in RULE_FIELDS}
    programme, key = rule.programme, rule.pk
    rule.delete()
    record(by=by, action="programmes.remove_rule", subject=programme, changes={"rule": [key, None], **told})


RULE_FIELDS = ("what", "least", "most", "term", "place", "is_hard", "note_he", "note_ar", "note_en")


def asked_by(what: str) -> tuple[str, ...]:
    """The fields that a kind of condition asks about."""
    if what in OF_NUMBERS:
        return ("least", "most")
    if what in OF_TERMS:
        return ("term",)
    return ("place",) if what == What.NEIGHBOURHOOD else ()


def _check_rule(row: EligibilityRule) -> None:
    if row.what in OF_NUMBERS:
        if row.least is None and row.most is None:
            raise ValidationError({"least": _("Say at least how many, or at most how many.")})
        if row.least is not None and row.most is not None and row.least > row.most:
            raise ValidationError({"most": _("“At most” is below “at least”.")})
        levels = row.what in (What.POVERTY, What.RISK)
        for name in ("least", "most"):
            value = getattr(row, name)
            if value is not None and levels and not 1 <= value <= 4:
                raise ValidationError({name: _("A level of the rubric is from 1 to 4.")})
    if row.what in OF_TERMS:
        if row.term is None or row.term.vocabulary != Vocabulary.SITUATION:
            raise ValidationError({"term": _("Choose a situation of the taxonomy.")})
        if within(row.term.code, LANGUAGES) != (row.what == What.LANGUAGE):
            raise ValidationError({"term": _("A condition on language takes a language, and no other does.")})
    if row.what == What.NEIGHBOURHOOD and row.place is None:
        raise ValidationError({"place": _("Choose the place.")})


def _told(value: Any) -> Any:
    """As the audit keeps it: rows by their code."""
    return getattr(value, "code", value if isinstance(value, (str, bool, type(None))) else str(value))
