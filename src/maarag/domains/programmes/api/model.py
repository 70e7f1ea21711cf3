"""What a programme is, through the API: its facts, its methods, its conditions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Schema
from ninja.errors import HttpError

from maarag.domains.services.models import Programme as Listing
from maarag.kernel.people.models import Organisation
from maarag.kernel.places.api import found as place_of

from ..actions import remove_rule, save_programme, save_rule, set_methods
from ..actions.programmes import RULE_FIELDS
from ..engine_data import rules_of
from ..model_tables import rules_in_words
from ..models import EligibilityRule, Method, Programme, What
from .programmes import NamedIn, ProgrammeOut, done, programme_of, router, term_of, writer


class RuleData(Schema):
    """A condition for having a place."""

    what: What
    least: Decimal | None = Field(None, ge=0, le=999, description="Years, people, or a level of a rubric.")
    most: Decimal | None = Field(None, ge=0, le=999)
    term: str | None = Field(None, max_length=200, description="Of a situation or a language.")
    place: str | None = Field(None, max_length=40, description="Code of a place.")
    is_hard: bool = Field(True, description="Excludes whoever does not meet it; else it is weighed.")
    note_he: str = Field("", max_length=300)
    note_ar: str = Field("", max_length=300)
    note_en: str = Field("", max_length=300)


class ConditionOut(RuleData):
    """A condition, and what it asks in words."""

    words: str


class ModelOut(ProgrammeOut):
    """A programme with its intervention model: its methods, and its conditions."""

    is_active: bool
    methods: list[str]
    rules: list[ConditionOut]


class ProgrammeIn(NamedIn):
    """A programme as it is to be; what is left out stays as it is."""

    organisation: str = Field(max_length=80, description="Code of the body that runs it.")
    for_whom_he: str | None = Field(None, max_length=4000)
    for_whom_ar: str | None = Field(None, max_length=4000)
    for_whom_en: str | None = Field(None, max_length=4000)
    listing: str | None = Field(None, max_length=80)
    is_active: bool | None = None


class ModelIn(Schema):
    """All methods that a programme works by, and all its conditions."""

    methods: list[str] = Field(max_length=100)
    rules: list[RuleData] = Field(max_length=100)


def _out(programme: Programme) -> ModelOut:
    rules = rules_of([programme.pk])
    words = rules_in_words(rules)
    methods = Method.objects.filter(in_programmes__programme=programme)
    return ModelOut(
        **ProgrammeOut.of(programme).dict(),
        is_active=programme.is_active,
        methods=sorted(methods.values_list("code", flat=True)),
        rules=[ConditionOut(**_plain(rule), words=words[rule.pk]) for rule in rules],
    )


def _plain(rule: EligibilityRule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in RULE_FIELDS} | {
        "term": rule.term.code if rule.term else None,
        "place": rule.place.code if rule.place else None,
    }


@router.get(
    "/{code}",
    response=ModelOut,
    auth=None,
    summary="A programme with its methods and conditions",
    url_name="programme",
)
def get_programme(request: HttpRequest, code: str) -> ModelOut:
    """What it is, by which methods it works, and who may have a place."""
    return _out(programme_of(code))


@router.put("/{code}", response=ModelOut, summary="Make or change a programme", url_name="programme_save")
def put_programme(request: HttpRequest, code: str, body: ProgrammeIn) -> ModelOut:
    """The same again changes nothing."""
    by = writer(request)
    fields: dict[str, Any] = body.dict(exclude_unset=True, exclude={"organisation", "listing"})
    fields = {name: value for name, value in fields.items() if value is not None}
    organisation = Organisation.objects.filter(code=body.organisation).first()
    if organisation is None:
        raise HttpError(422, _("No organisation has the code %(code)s.") % {"code": body.organisation})
    if "listing" in body.model_fields_set:
        fields["listing"] = Listing.objects.filter(code=body.listing).first() if body.listing else None
        if body.listing and fields["listing"] is None:
            raise HttpError(422, _("The directory has no programme %(code)s.") % {"code": body.listing})
    saved = done(lambda: save_programme(by=by, code=code[:80], organisation=organisation, **fields))
    return _out(programme_of(saved.code))


@router.put(
    "/{code}/model",
    response=ModelOut,
    summary="Say by which methods a programme works, and its conditions",
    url_name="programme_model",
)
def put_model(request: HttpRequest, code: str, body: ModelIn) -> ModelOut:
    """Methods and conditions that are not named are taken away; all or nothing."""
    by, programme = writer(request), programme_of(code)
    methods = {method.code: method for method in Method.objects.filter(code__in=body.methods)}
    for missing in sorted(set(body.methods) - methods.keys()):
        raise HttpError(422, _("There is no method %(code)s.") % {"code": missing[:80]})
    rules = [
        {
            **rule.dict(),
            "what": str(rule.what.value),
            "term": term_of(rule.term) if rule.term else None,
            "place": place_of(rule.place, status=422) if rule.place else None,
        }
        for rule in body.rules
    ]

    @transaction.atomic
    def write() -> None:
        set_methods(by=by, programme=programme, methods=list(methods.values()))
        known = {_key(_plain(rule)): rule for rule in rules_of([programme.pk])}
        wanted = {
            _key({**rule.dict(), "what": rule.what.value}): fields
            for rule, fields in zip(body.rules, rules, strict=True)
        }
        for key, rule in known.items():
            if key not in wanted:
                remove_rule(by=by, rule=rule)
        for key, fields in wanted.items():
            if key not in known:
                save_rule(by=by, programme=programme, **fields)

    done(write)
    return _out(programme_of(code))


def _key(plain: dict[str, Any]) -> tuple[str, ...]:
    """The same for a condition that is there and one that is asked for."""
    numbers = {name: plain[name] and Decimal(plain[name]).normalize() for name in ("least", "most")}
    return tuple(str({**plain, **numbers}[name]) for name in RULE_FIELDS)
