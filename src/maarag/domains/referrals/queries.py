"""Reading referrals: of one family, of a worker, of a body; what helps to choose a service."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.database.rows import RowScope, visible
from maarag.domains.families.consented import Consented
from maarag.domains.families.models import Basis, Family, SharedField
from maarag.domains.services.models import Service
from maarag.domains.services.search import DirectoryPage, search_directory
from maarag.kernel.access.models import Account, Grant
from maarag.kernel.access.permissions import Permission, roles_with
from maarag.kernel.access.queries import in_force
from maarag.kernel.access.scope import Viewer
from maarag.kernel.places.models import Place
from maarag.ui.figures import name_in_language

from .limits import TOLD_AFTER
from .models import OPEN, HelpWord, Referral, ReferralStatus, ReferralStep, WithdrawalNotice
from .scope import bodies_of, visible_to

SUGGESTED = 8
FOLLOWED_DAYS = 14
"""For so long after a refusal its sender is asked to think of another service."""


def with_help(referrals: QuerySet[Referral]) -> QuerySet[Referral]:
    """With `help`: the family's newest word, or "" where it has said none."""
    newest = HelpWord.objects.filter(referral=OuterRef("pk")).order_by("-said_on", "-recorded_at")
    word = Subquery(newest.values("help")[:1], output_field=CharField())
    return referrals.annotate(help=Coalesce(word, Value("")))


def of_family(viewer: Viewer, family: Family) -> QuerySet[Referral]:
    """The referrals of one family, the open ones first, then the newest."""
    found = with_help(visible_to(viewer).filter(family=family))
    return found.order_by(F("due_on").asc(nulls_last=True), "-sent_at")


def one_of(viewer: Viewer, pk: UUID) -> Referral | None:
    """One referral of a family whose file the viewer may read."""
    return with_help(visible_to(viewer)).filter(pk=pk).first()


def is_late(referral: Referral, today: date | None = None) -> bool:
    """Whether the present step is past its day."""
    return referral.due_on is not None and referral.due_on < (today or timezone.localdate())


def late() -> Q:
    """The condition that the present step is past its day."""
    return Q(due_on__lt=timezone.localdate())


def of_worker(account: Account) -> Q:
    """The condition that a referral is the account's to follow: sent by it, or of a family in its care."""
    return Q(sent_by=account) | Q(family__worker=account)


def steps_of(referral: Referral) -> QuerySet[ReferralStep]:
    """What happened to it, in order."""
    return referral.steps.select_related("by").order_by("at", "recorded_at")


def words_of(referral: Referral) -> QuerySet[HelpWord]:
    """What the family said, newest first."""
    return referral.help_words.select_related("recorded_by").order_by("-said_on", "-recorded_at")


def for_same_need(viewer: Viewer, referral: Referral) -> QuerySet[Referral]:
    """The family's other referrals for the same need, newest first."""
    found = visible_to(viewer).filter(family=referral.family_id, need=referral.need).exclude(pk=referral.pk)
    return with_help(found).order_by("-sent_at")


def open_ones_like(family: Family, service: Service, response: int | None) -> QuerySet[Referral]:
    """Open referrals of the family to the service for the same response: there is one at most."""
    return Referral.objects.filter(family=family, service=service, response=response, status__in=OPEN)


def not_followed(referrals: QuerySet[Referral]) -> QuerySet[Referral]:
    """Of these, what was declined or lapsed of late and for whose need nothing was sent since."""
    since = timezone.now() - timedelta(days=FOLLOWED_DAYS)
    ended = referrals.filter(
        status__in=[ReferralStatus.DECLINED, ReferralStatus.LAPSED],
        ended_at__gte=since,
        consent_withdrawn_at=None,
    )
    later = Referral.objects.filter(
        family=OuterRef("family"), need=OuterRef("need"), sent_at__gt=OuterRef("sent_at")
    )
    return ended.annotate(later=Subquery(later.values("pk")[:1])).filter(later=None)


def services_for(
    family: Family, query: str = "", *, term: str = "", limit: int = SUGGESTED, offset: int = 0
) -> DirectoryPage:
    """What the directory has for the people of the family's place."""
    place = family.neighbourhood or family.authority
    return search_directory(query, term=term or None, place=place, limit=limit, offset=offset)


def suggested_after(referral: Referral) -> list[Service]:
    """Other services within reach that give the same response, best first, without those that were tried."""
    if referral.response is None:
        return []
    tried = Referral.objects.filter(family=referral.family_id, need=referral.need)
    known = set(tried.values_list("service_id", flat=True))
    page = services_for(referral.family, term=referral.response.code, limit=SUGGESTED + len(known))
    return [row.service for row in page.rows if row.service.pk not in known][:SUGGESTED]


def answered_here(organisations: Collection[int]) -> frozenset[int]:
    """Of these organisations, those for which somebody with an account answers referrals."""
    grants = Grant.objects.filter(
        in_force(),
        role__in=roles_with(Permission.ANSWER_REFERRALS),
        organisation__in=organisations,
        account__is_active=True,
    )
    return frozenset(pk for pk in grants.values_list("organisation_id", flat=True) if pk is not None)


def workers_of(organisation: int) -> QuerySet[Account]:
    """The accounts that answer referrals for a body."""
    grants = Grant.objects.filter(
        in_force(), role__in=roles_with(Permission.ANSWER_REFERRALS), organisation=organisation
    )
    return Account.objects.filter(pk__in=grants.values("account"), is_active=True, is_system=False)


def sent_to(viewer: Viewer) -> QuerySet[Referral]:
    """The referrals to the viewer's bodies that they see today: what their authorities keep to themselves
    is left out.
    """
    today = timezone.localdate()
    return (
        Referral.objects.filter(organisation__in=bodies_of(viewer), seen_until__gte=today)
        .select_related("authority", "organisation", "service", "response", "sent_by")
        .defer("basis_details", "end_words", "authority__outline")
        .order_by(F("due_on").asc(nulls_last=True), "-sent_at")
    )


def notices_to(viewer: Viewer) -> QuerySet[WithdrawalNotice]:
    """Of which referrals to the viewer's bodies families withdrew their consent of late, newest first."""
    since = timezone.now() - timedelta(days=TOLD_AFTER)
    found = WithdrawalNotice.objects.filter(organisation__in=bodies_of(viewer), at__gte=since)
    return found.select_related("service", "authority", "organisation").defer("authority__outline")


def consented_referrals(family: Family) -> list[Consented]:
    """The referrals of the family by its consent that are open, or that their body still sees."""
    shown = Q(status__in=OPEN) | Q(seen_until__gte=timezone.localdate())
    rows = Referral.objects.filter(
        shown, family=family, basis=Basis.CONSENT, consent_withdrawn_at=None
    ).select_related("service", "organisation")
    return [
        Consented(
            "referrals.referral",
            row.pk,
            _("The referral to %(service)s of %(body)s")
            % {"service": name_in_language(row.service), "body": name_in_language(row.organisation)},
            row.seen_until,
        )
        for row in rows
    ]


@dataclass(frozen=True)
class InboxLine:
    """A referral as the body's list shows it: by the family's name only where that is shared."""

    referral: Referral
    number: int
    name: str | None


@transaction.atomic
def inbox_lines(
    viewer: Viewer, found: QuerySet[Referral], *, limit: int, offset: int = 0
) -> tuple[int, list[InboxLine]]:
    """(how many there are, a part of them)."""
    lines = (_line(viewer, referral) for referral in found[offset : offset + limit])
    return found.count(), [line for line in lines if line is not None]


def _line(viewer: Viewer, referral: Referral) -> InboxLine | None:
    wanted = ("number", "name") if SharedField.FAMILY_NAME in referral.fields else ("number",)
    with visible(one_family(getattr(viewer, "pk", None), referral)):
        row = Family.objects.filter(pk=referral.family_id).values(*wanted).first()
    return None if row is None else InboxLine(referral, row["number"], row.get("name"))


def one_family(account: int | None, referral: Referral) -> RowScope:
    """The scope of one referral's family, for a step that its service takes."""
    return RowScope(frozenset({referral.authority_id}), account, family=referral.family_id)


def place_of(referral: Referral) -> Place:
    """Where the family lives, as near as is known."""
    return referral.family.neighbourhood or referral.family.authority
