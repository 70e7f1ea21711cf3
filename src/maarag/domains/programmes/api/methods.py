"""Methods of intervention through the API."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Field, Schema

from maarag.ui.figures import name_in_language

from ..actions import SituationDraft, save_method
from ..models import Effect, Method, Setting
from .programmes import NamedIn, done, router, term_of, writer


class SituationData(Schema):
    """What a situation says of a method: suits, cautions or excludes; strength 1 (a little) to 3."""

    term: str = Field(max_length=200, description="Code of a situation of the taxonomy.")
    effect: Effect = Effect.SUITS
    strength: int = Field(2, ge=1, le=3)


class MethodOut(Schema):
    """A way of working with families."""

    code: str
    name: str
    description: str
    setting: Setting
    hours_a_month: int | None
    months: int | None
    is_active: bool
    situations: list[SituationData]
    programmes: list[str] = Field(description="Codes of the programmes that work by it.")

    @classmethod
    def of(cls, method: Method) -> MethodOut:
        rows = sorted(method.situations.all(), key=lambda row: (row.effect, -row.strength, row.term.code))
        return cls(
            code=method.code,
            name=name_in_language(method),
            description=name_in_language(method, "description"),
            setting=Setting(method.setting),
            hours_a_month=method.hours_a_month,
            months=method.months,
            is_active=method.is_active,
            situations=[
                SituationData(term=row.term.code, effect=Effect(row.effect), strength=row.strength)
                for row in rows
            ],
            programmes=sorted(row.programme.code for row in method.in_programmes.all()),
        )


class MethodIn(NamedIn):
    """A method as it is to be; what is left out stays as it is, `situations` are all it has."""

    setting: Setting | None = None
    hours_a_month: int | None = Field(None, ge=0, le=744)
    months: int | None = Field(None, ge=1, le=120)
    is_active: bool | None = None
    situations: list[SituationData] | None = Field(None, max_length=300)


def _methods() -> Any:
    return Method.objects.prefetch_related("situations__term", "in_programmes__programme")


@router.get(
    "/methods",
    response=list[MethodOut],
    auth=None,
    summary="Methods of intervention",
    url_name="programme_methods",
)
def list_methods(request: HttpRequest) -> list[MethodOut]:
    """Every method, in use or not, with the situations that speak for and against it."""
    return [MethodOut.of(method) for method in _methods().order_by("code")]


@router.put(
    "/methods/{method}",
    response=MethodOut,
    summary="Make or change a method of intervention",
    url_name="programme_method_save",
)
def put_method(request: HttpRequest, method: str, body: MethodIn) -> MethodOut:
    """The same again changes nothing."""
    by = writer(request)
    fields: dict[str, Any] = body.dict(exclude_unset=True, exclude={"situations"})
    nullable = ("hours_a_month", "months")
    fields = {name: value for name, value in fields.items() if value is not None or name in nullable}
    drafts = None
    if body.situations is not None:
        drafts = [SituationDraft(term_of(one.term), one.effect, one.strength) for one in body.situations]
    saved = done(lambda: save_method(by=by, code=method[:80], situations=drafts, **fields))
    return MethodOut.of(_methods().get(pk=saved.pk))
