"""Up to how much each role approves, and to whom goes what is above it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from maarag.domains.families.models import Family
from maarag.domains.funding.models import Budget
from maarag.domains.programmes.models import Programme
from maarag.kernel.access.models import Account, Grant
from maarag.kernel.access.permissions import ROLE_PERMISSIONS, Permission, Role, roles_with
from maarag.kernel.access.queries import in_force
from maarag.kernel.access.scope import Viewer, grants_of
from maarag.kernel.places.models import Containment, Place, PlaceKind
from maarag.ui import figures
from maarag.values import Money

from .models import ApprovalLimit, Request

LADDER: tuple[Role, ...] = (Role.SOCIAL_WORKER, Role.TEAM_LEADER, Role.DEPARTMENT_HEAD)
"""Who approves, the lowest first."""
DEFAULTS: dict[Role, Money] = {
    Role.SOCIAL_WORKER: Money.from_shekels(500),
    Role.TEAM_LEADER: Money.from_shekels(3_000),
    Role.DEPARTMENT_HEAD: Money.from_shekels(35_000),
}
"""Where nobody set anything else: a small purchase, a course of treatment, the largest basket there is."""
NOTHING = Money(0)


@dataclass(frozen=True)
class Limits:
    """The limits in force for one programme in one authority."""

    amounts: dict[Role, Money]
    set_rows: dict[Role, ApprovalLimit]
    """Where the amount was set and is no default."""

    def of(self, roles: Sequence[Role]) -> Money:
        """The highest limit of somebody with these roles."""
        return max((self.amounts[role] for role in roles if role in self.amounts), default=NOTHING)


def limits(programme: Programme | None, authority: Place | None) -> Limits:
    """The nearest row wins: of programme and authority, of the authority, of the programme, of all."""
    rows = ApprovalLimit.objects.filter(
        Q(programme=None) | Q(programme=programme), Q(authority=None) | Q(authority=authority)
    ).select_related("programme", "authority", "set_by")
    nearest: dict[Role, ApprovalLimit] = {}
    for row in sorted(rows, key=lambda row: (row.authority_id is not None, row.programme_id is not None)):
        nearest[Role(row.role)] = row
    amounts = {role: nearest[role].amount if role in nearest else DEFAULTS[role] for role in LADDER}
    return Limits(amounts, nearest)


def roles_for(viewer: Viewer, family: Family) -> list[Role]:
    """The roles by which the account approves spending for this family."""
    if isinstance(viewer, Account) and viewer.is_system:
        return list(LADDER)
    place = family.neighbourhood or family.authority
    around = Containment.objects.filter(descendant=place).values("ancestor")
    held = grants_of(viewer, Permission.APPROVE_SPENDING).filter(
        place__in=around, place__kind__in=[PlaceKind.AUTHORITY, PlaceKind.NEIGHBOURHOOD]
    )
    return [Role(role) for role in held.order_by().values_list("role", flat=True).distinct()]


def people_with(role: Role, family: Family, *, without: Collection[int] = ()) -> list[Account]:
    """Who approves for this family in this role, but for those with these ids."""
    if Permission.APPROVE_SPENDING not in ROLE_PERMISSIONS[role]:
        return []
    place = family.neighbourhood or family.authority
    around = Containment.objects.filter(descendant=place).values("ancestor")
    held = Grant.objects.filter(
        in_force(),
        account=OuterRef("pk"),
        role=role,
        place__in=around,
        place__kind__in=[PlaceKind.AUTHORITY, PlaceKind.NEIGHBOURHOOD],
    )
    found = Account.objects.filter(Exists(held), is_active=True, is_system=False).exclude(pk__in=without)
    return list(found.order_by("name", "pk"))


def managers_of(budget: Budget, *, without: Collection[int] = ()) -> list[Account]:
    """Who manages the budget that a basket is paid from: they granted its money, and see no family."""
    return managers_at(budget.place_id, without=without)


def managers_at(place: int, *, without: Collection[int] = ()) -> list[Account]:
    """Who manages budgets of the place with this id."""
    around = Containment.objects.filter(descendant=place).values("ancestor")
    held = Grant.objects.filter(
        in_force(), account=OuterRef("pk"), role__in=roles_with(Permission.MANAGE_BUDGETS), place__in=around
    )
    found = Account.objects.filter(Exists(held), is_active=True, is_system=False).exclude(pk__in=without)
    return list(found.order_by("name", "pk"))


@dataclass(frozen=True)
class Decider:
    """Who may decide a request: people of the department in a role, or else whoever manages the budget.

    Nobody decides what they wrote or asked for, and nobody below approves what is above their limit: where
    the department has nobody else, it is asked above it, with figures and without the family.
    """

    role: Role | None
    people: Sequence[Account] = ()

    @property
    def is_above(self) -> bool:
        return self.role is None

    def others_than(self, account: Account) -> list[Account]:
        """Whoever asks above does not decide there either."""
        return [one for one in self.people if one.pk != account.pk]

    @property
    def label(self) -> str:
        return str(self.role.label) if self.role else _("whoever manages the budget")

    @property
    def with_names(self) -> str:
        names = figures.joined(person.name for person in self.people)
        return f"{self.label} ({names})" if names else self.label


def decider_of(
    amount: Money, found: Limits, family: Family, written_by: Collection[int], budget: Budget
) -> Decider:
    """The lowest role that approves the amount and in which there is somebody else than who wrote it."""
    for role in LADDER:
        if found.amounts[role] >= amount and (people := people_with(role, family, without=written_by)):
            return Decider(role, people)
    return Decider(None, managers_of(budget, without=written_by))


def decider_for(request: Request) -> Decider:
    """Who decides this request."""
    quota = request.basket.quota
    in_force_now = limits(quota.programme, request.family.authority)
    amount = request.amount or NOTHING
    return decider_of(amount, in_force_now, request.family, request.written_by, quota.line.budget)
