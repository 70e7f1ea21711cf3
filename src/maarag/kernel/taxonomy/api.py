"""The shared language through the API: topics and terms, open to everyone."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from maarag.kernel.places.api import LocalName

from .models import Term, Topic, Vocabulary
from .queries import term_by_code

router = Router(tags=["taxonomy"])


class TermShort(Schema):
    """A term of the taxonomy."""

    code: str = Field(description="A path: a parent's code begins its children's.")
    vocabulary: str = Field(description="response, situation or setting.")
    name: LocalName
    is_current: bool

    @classmethod
    def of(cls, term: Term) -> TermShort:
        return cls(
            code=term.code, vocabulary=term.vocabulary, name=LocalName.of(term), is_current=term.is_current
        )


class TermFull(TermShort):
    """A term with what stands above and below it."""

    key: str
    version: str
    parent: TermShort | None
    children: list[TermShort]
    former_codes: list[str] = Field(description="Codes it had before it was renamed; they are understood.")


class TermPage(Schema):
    """A page of terms."""

    total: int
    items: list[TermShort]


class TopicOut(Schema):
    """A field of work in which needs are set against responses."""

    code: str
    name: LocalName
    reach_km: float = Field(description="How far people can be expected to go for a response.")
    yearly_cost_per_place: int | None = Field(description="In shekels.")
    responses: list[str]
    situations: list[str]


@router.get("/topics", response=list[TopicOut], auth=None, summary="Topics", url_name="taxonomy_topics")
def topics(request: HttpRequest) -> list[TopicOut]:
    """Every topic with the terms it joins, in the order of the picture."""
    return [
        TopicOut(
            code=topic.code,
            name=LocalName.of(topic),
            reach_km=topic.reach_km,
            yearly_cost_per_place=topic.yearly_cost_per_place,
            responses=sorted(term.code for term in topic.responses.all()),
            situations=sorted(term.code for term in topic.situations.all()),
        )
        for topic in Topic.objects.prefetch_related("responses", "situations")
    ]


@router.get("/terms", response=TermPage, auth=None, summary="List terms", url_name="taxonomy_terms")
def terms(
    request: HttpRequest,
    vocabulary: str = Query("", description="response, situation or setting."),
    q: str = Query("", max_length=120, description="A part of a name in any of the three languages."),
    under: str = Query("", max_length=200, description="Code of a term: itself and everything below it."),
    retired: bool = Query(False, description="Also terms that the newest version no longer has."),
    limit: int = Query(200, ge=1, le=500),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> TermPage:
    """Terms in the order of their codes, parents before children."""
    if vocabulary and vocabulary not in Vocabulary.values:
        raise HttpError(
            422,
            _("No vocabulary is called %(name)s. Vocabularies: %(known)s.")
            % {"name": vocabulary, "known": ", ".join(Vocabulary.values)},
        )
    found = Term.objects.all() if retired else Term.objects.filter(is_current=True)
    if vocabulary:
        found = found.filter(vocabulary=vocabulary)
    if under:
        top = term_by_code(under)
        if top is None:
            raise HttpError(422, _("No term has the code %(code)s.") % {"code": under})
        found = found.filter(Q(pk=top.pk) | Q(code__startswith=f"{top.code}:"))
    if q := q.strip():
        found = found.filter(Q(name_he__icontains=q) | Q(name_ar__icontains=q) | Q(name_en__icontains=q))
    shown = found.order_by("code")[offset : offset + limit]
    return TermPage(total=found.count(), items=[TermShort.of(term) for term in shown])


@router.get("/terms/{code}", response=TermFull, auth=None, summary="One term", url_name="taxonomy_term")
def one_term(request: HttpRequest, code: str) -> TermFull:
    """A term by its code, or by one it had before a rename."""
    term = term_by_code(code[:200])
    if term is None:
        raise HttpError(404, _("No term has the code %(code)s.") % {"code": code[:200]})
    return TermFull(
        **TermShort.of(term).dict(),
        key=term.key,
        version=term.version,
        parent=TermShort.of(term.parent) if term.parent else None,
        children=[TermShort.of(child) for child in term.children.filter(is_current=True)],
        former_codes=sorted(term.former_codes.values_list("code", flat=True)),
    )
