"""Reading families: lists, one file, and finding somebody by name, number, national id or phone."""

from __future__ import annotations

from functools import cache

from django.db.models import Exists, F, Func, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery

from maarag.database.encryption.fields import matching
from maarag.database.rows import current
from maarag.kernel.access.scope import Viewer
from maarag.kernel.audit.queries import Told, told_of

from ..models import Family, FamilyStatus, Member
from ..scope import visible_to

LISTED = (
    *("number", "name", "status", "opened_on", "review_on", "closed_on", "closing_reason", "worker__name"),
    *("worker__email", "authority__code", "authority__is_fictional", "neighbourhood__code"),
    *(f"{place}__name_{code}" for place in ("authority", "neighbourhood") for code in ("he", "ar", "en")),
)
LONGEST_NUMBER = 7
"""Digits of a file number at most; more of them are an id or a phone."""


def listed(viewer: Viewer) -> QuerySet[Family]:
    """The families of the viewer's scope with the number of their people, as a list shows them.

    No more of them is read than that: no address is decrypted. A query of its own counts the people, so that
    PostgreSQL does it for the families of the page alone.
    """
    return visible_to(viewer).annotate(people=_number_of_people()).only(*LISTED)


@cache
def _number_of_people() -> Subquery:
    people = Member.objects.filter(authority=OuterRef("authority"), family=OuterRef("pk")).order_by()
    number = people.annotate(number=Func(F("pk"), function="COUNT")).values("number")
    return Subquery(number, output_field=IntegerField())


def file_of(viewer: Viewer, pk: object) -> Family | None:
    """One family with its people, if the viewer may read it."""
    people = Prefetch("members", Member.objects.order_by("position"))
    return visible_to(viewer).filter(pk=pk).prefetch_related(people).first()


def found_by(families: QuerySet[Family], text: str) -> QuerySet[Family]:
    """The families that a text finds: a file number, a national id or phone as a whole, or parts of names.

    Ids and phones are looked up by their fingerprints in the authorities of the scope.
    """
    words = text.split()
    if not words:
        return families
    families = families.exclude(status=FamilyStatus.MERGED)
    digits = "".join(character for character in text if character.isdigit())
    exact = Q()
    if digits and not any(character.isalpha() for character in text):
        authorities = current().authorities
        exact |= matching(Member, "phone", text, authorities=authorities)
        exact |= matching(Member, "national_id", text, authorities=authorities)
        found = Q(Exists(Member.objects.filter(exact, family=OuterRef("pk"))))
        if len(digits) <= LONGEST_NUMBER:
            # the number of a file that was merged into another one finds the one that goes on
            number = int(digits)
            found |= Q(number=number)
            found |= Q(Exists(Family.objects.filter(merged_into=OuterRef("pk"), number=number)))
        return families.filter(found)
    for word in words:
        people = Member.objects.filter(
            Q(first_name__icontains=word) | Q(last_name__icontains=word), family=OuterRef("pk")
        )
        families = families.filter(Q(name__icontains=word) | Exists(people))
    return families


def history(family: Family) -> list[Told]:
    """What happened to the file, newest first."""
    return told_of(family)
