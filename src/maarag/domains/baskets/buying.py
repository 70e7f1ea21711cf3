"""Which responses baskets of a programme may buy, up to how much, and who may say otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from maarag.domains.programmes.models import Programme
from maarag.kernel.places.models import Place, PlaceKind
from maarag.kernel.taxonomy.models import Term
from maarag.ui import figures
from maarag.ui.figures import name_in_language
from maarag.values import Money

from .errors import BasketError
from .limits import managers_at
from .models import AllowedResponse, Basket, Request, Stage
from .money import ZERO

MOST_NAMED = 12
UNDECIDED = (Stage.DRAFT, Stage.OPINION, Stage.APPROVAL)


@dataclass(frozen=True)
class Buying:
    """What is in force for one programme; without any row, its baskets may buy everything."""

    programme: Programme
    rows: Sequence[AllowedResponse]

    def over(self, response: Term) -> list[AllowedResponse]:
        """The rows of the response and of the branches that it stands in: each of their mosts holds."""
        return [row for row in self.rows if f"{response.code}:".startswith(f"{row.response.code}:")]

    def allows(self, response: Term) -> bool:
        return not self.rows or bool(self.over(response))

    def bars(self, request: Request) -> bool:
        """Whether the request is not decided and asks for what the baskets may not buy (any more)."""
        return request.stage in UNDECIDED and not self.allows(request.response)

    @property
    def kinds(self) -> str:
        """Their names, joined."""
        names = [name_in_language(row.response) for row in self.rows[:MOST_NAMED]]
        return figures.joined(names if len(self.rows) <= MOST_NAMED else [*names, "…"])


def buying_of(programme: Programme) -> Buying:
    """What baskets of the programme may buy now."""
    return buying_of_each([programme])[programme.pk]


def buying_of_each(programmes: Iterable[Programme]) -> dict[int, Buying]:
    """The same for several programmes, by their keys, in one query."""
    chosen = {one.pk: one for one in programmes}
    found: dict[int, list[AllowedResponse]] = defaultdict(list)
    rows = AllowedResponse.objects.filter(programme__in=chosen, ended_at=None).select_related("response")
    for row in rows.order_by("response__name_he", "response__code"):
        found[row.programme_id].append(row)
    return {pk: Buying(programme, found[pk]) for pk, programme in chosen.items()}


def not_bought_in_short() -> str:
    """For a line of a list: the request's own page says the rest."""
    return _("The programme's baskets may not buy it (any more).")


def whoever_says() -> str:
    """Who says what baskets may buy, with their names."""
    nation = Place.objects.filter(kind=PlaceKind.NATION).values_list("pk", flat=True).first()
    names = figures.joined(person.name for person in managers_at(nation)) if nation else ""
    label = _("whoever manages the nation's budgets")
    return f"{label} ({names})" if names else label


@dataclass
class NotBought(BasketError):
    """Baskets of the programme may not buy this response; `before`: it was asked for while they might."""

    buying: Buying
    response: Term
    before: bool = False

    def in_words(self) -> str:
        given = {
            "programme": name_in_language(self.buying.programme),
            "response": name_in_language(self.response),
            "kinds": self.buying.kinds,
            "who": whoever_says(),
        }
        said = _(
            "Baskets of “%(programme)s” may not buy “%(response)s”. They may buy: %(kinds)s."
            " Who may change it: %(who)s."
        )
        if self.before:
            said += " " + _(
                "It was asked for while it was allowed: it is approved only with a written reason, and sent"
                " back it cannot be sent again."
            )
        return said % given


@dataclass
class MoreThanAllowed(BasketError):
    """The amount is above the most of one request; or of one family, which has `used` of it already."""

    row: AllowedResponse
    amount: Money
    used: Money | None = None

    def in_words(self) -> str:
        most = self.row.most_of_request if self.used is None else self.row.most_of_family
        given = {
            "amount": figures.money(self.amount),
            "kind": name_in_language(self.row.response),
            "programme": name_in_language(self.row.programme),
            "most": figures.money(most),
            "used": figures.money(self.used),
            "who": whoever_says(),
        }
        if self.used is None:
            said = _(
                "%(amount)s is more than one request for “%(kind)s” may cost in “%(programme)s”: %(most)s."
                " Who may change it: %(who)s."
            )
        else:
            said = _(
                "A family may have “%(kind)s” for up to %(most)s in “%(programme)s”; %(used)s of it are given"
                " already, so %(amount)s is too much. Who may change it: %(who)s."
            )
        return said % given


def given_of(basket: Basket, term: Term, *, without: Iterable[Request | None] = ()) -> Money:
    """What is approved, ordered or paid of the response and all below it, for the family out of the quota."""
    rows = Request.objects.filter(
        Q(response__code=term.code) | Q(response__code__startswith=f"{term.code}:"),
        family=basket.family_id,
        basket__quota=basket.quota_id,
        spending__isnull=False,
    ).exclude(pk__in=[row.pk for row in without if row is not None])
    return sum(
        (
            row.spending.approved + row.spending.committed + row.spending.paid
            for row in rows.select_related("spending").order_by()
            if row.spending is not None
        ),
        ZERO,
    )


def require_bought(programme: Programme, response: Term) -> Buying:
    """What baskets of the programme may buy; raises NotBought where that leaves the response out."""
    buying = buying_of(programme)
    if not buying.allows(response):
        raise NotBought(buying, response)
    return buying


def excess_of(buying: Buying, request: Request, amount: Money) -> MoreThanAllowed | None:
    """How the amount is above a most, if it is; what the request takes the place of is not counted."""
    rows = buying.over(request.response)
    for row in rows:
        if row.most_of_request is not None and amount > row.most_of_request:
            return MoreThanAllowed(row, amount)
    for row in rows:
        if row.most_of_family is None:
            continue
        used = given_of(request.basket, row.response, without=[request, request.replaces])
        if used + amount > row.most_of_family:
            return MoreThanAllowed(row, amount, used)
    return None


def require_within(buying: Buying, request: Request, amount: Money) -> None:
    """Raise MoreThanAllowed where the amount is above a most."""
    if (excess := excess_of(buying, request, amount)) is not None:
        raise excess


def lock_given(buying: Buying, request: Request) -> None:
    """Let approvals for one family run one at a time where a most holds: none sees what another takes."""
    if all(row.most_of_family is None for row in buying.over(request.response)):
        return
    key = f"{request.family_id} {request.basket.quota_id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('baskets.buying'), hashtext(%s))", [key])


def in_the_way(request: Request) -> BasketError | None:
    """What of the programme's rules stands in the way of a request; nothing of one that is decided."""
    if request.stage not in UNDECIDED:
        return None
    buying = buying_of(request.basket.quota.programme)
    if not buying.allows(request.response):
        return NotBought(buying, request.response, before=request.asked_on is not None)
    return excess_of(buying, request, request.amount or ZERO)


def mosts_in_words(request: Request) -> list[str]:
    """Up to how much its response may be, for whoever writes the request."""
    buying = buying_of(request.basket.quota.programme)
    said = []
    for row in buying.over(request.response):
        given = {
            "kind": name_in_language(row.response),
            "request": figures.money(row.most_of_request),
            "family": figures.money(row.most_of_family),
        }
        if row.most_of_request is not None:
            said.append(_("One request for “%(kind)s” may cost up to %(request)s.") % given)
        if row.most_of_family is not None:
            used = given_of(request.basket, row.response, without=[request, request.replaces])
            left = max(ZERO, row.most_of_family - used)
            words = _("A family may have “%(kind)s” for up to %(family)s in all; %(left)s of it are left.")
            said.append(words % {**given, "left": figures.money(left)})
    return said
