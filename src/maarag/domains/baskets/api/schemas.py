"""What the API says and takes of baskets; amounts are whole agorot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Schema
from ninja.errors import HttpError

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere
from maarag.kernel.ledger.queries import Balance

from ..above import Asked
from ..actions import ChangedMeanwhile, version_of
from ..buying import Buying, buying_of_each
from ..errors import LEDGER, BasketError, PaymentFaults, in_words
from ..models import Basket, Delivered, Helped, Request, Stance, Unit
from ..money import STAGES
from ..price_models import MOST_AGOROT
from ..queries import delivered_quantity, payable_of, writers_of
from ..words import missing_of

Result = TypeVar("Result")
MOST_QUANTITY = 10_000
SEEN = "`delivered` as it was read: 409 where more or less came by now, so that nothing counts twice."


class SumsOut(Schema):
    """Money of a basket by where it stands, in agorot."""

    granted: int
    planned: int
    approved: int
    committed: int
    paid: int
    free: int

    @classmethod
    def of(cls, sums: Balance) -> SumsOut:
        return cls(**{name: getattr(sums, name).agorot for name in STAGES})


class BasketOut(Schema):
    """A family's basket."""

    id: UUID
    family: UUID
    programme: str
    status: str
    opened_on: date
    closed_on: date | None
    sums: SumsOut

    @classmethod
    def of(cls, row: Basket, sums: Balance) -> BasketOut:
        return cls(
            id=row.pk,
            family=row.family_id,
            programme=row.quota.programme.code,
            status=row.status,
            opened_on=row.opened_on,
            closed_on=row.closed_on,
            sums=SumsOut.of(sums),
        )


class BasketPage(Schema):
    """A page of baskets."""

    total: int
    items: list[BasketOut]


class BasketIn(Schema):
    """A basket to open."""

    family: UUID
    programme: str = Field(max_length=80, description="Code of the programme.")
    amount_agorot: int | None = Field(None, ge=1, le=MOST_AGOROT)
    day: date | None = None
    although_promised: bool = Field(
        False, description="Also where all places that are free are promised to other families on a board."
    )


class RequestOut(Schema):
    """A request of a basket."""

    id: UUID
    basket: UUID
    family: UUID
    number: int
    stage: str
    response: str
    service: str | None
    unit: str
    unit_agorot: int | None
    quantity: int | None
    amount_agorot: int | None
    delivered: int = Field(description="How many came so far.")
    payable_agorot: int
    plan_goal: UUID | None = Field(description="Goal of the family's plan that it serves.")
    goal: str = Field(
        description="Its words; of older requests without a goal of the plan, as they were written."
    )
    asked_above_on: date | None = Field(description="When whoever manages the budget was asked to decide.")
    why: str
    choice: str
    missing: list[str]
    asked_by: str
    written_by: list[str] = Field(description="Who began it, wrote on it or sent it; none of them decides.")
    asked_on: date | None
    decided_by: str | None
    decided_on: date | None
    order_number: int | None
    helped: str
    barred: bool = Field(
        description="It is not decided, and the programme's baskets may not buy the response (any more)."
    )
    version: str = Field(description="Send it with a change, so that nobody's change is overwritten unseen.")

    @classmethod
    def of_each(cls, rows: Iterable[Request]) -> list[RequestOut]:
        """What the programmes' baskets may buy, and who wrote, is read once for all rows."""
        found = list(rows)
        buying = buying_of_each(row.basket.quota.programme for row in found)
        writers = writers_of(found)
        return [cls._of(row, buying[row.basket.quota.programme_id], writers[row.pk]) for row in found]

    @classmethod
    def of(cls, row: Request) -> RequestOut:
        return cls.of_each([row])[0]

    @classmethod
    def _of(cls, row: Request, buying: Buying, writers: Sequence[Account]) -> RequestOut:
        amount = row.amount
        return cls(
            id=row.pk,
            basket=row.basket_id,
            family=row.family_id,
            response=row.response.code,
            service=row.service.code if row.service else None,
            amount_agorot=None if amount is None else amount.agorot,
            delivered=delivered_quantity(row),
            payable_agorot=payable_of(row).agorot,
            plan_goal=row.plan_goal_id,
            goal=row.goal_words,
            asked_above_on=row.above_on,
            missing=[str(word) for word in missing_of(row)],
            asked_by=row.asked_by.name,
            written_by=[account.name for account in writers],
            decided_by=row.decided_by.name if row.decided_by else None,
            barred=buying.bars(row),
            version=version_of(row),
            **{
                name: getattr(row, name)
                for name in (
                    "number", "stage", "unit", "unit_agorot", "quantity", "why", "choice", "asked_on",
                    "decided_on", "order_number", "helped",
                )
            },
        )  # fmt: skip


class RequestPage(Schema):
    """A page of requests."""

    total: int
    items: list[RequestOut]


class RequestFields(Schema):
    """What is known of a request; without a price in the list, `unit` and `unit_agorot` are given."""

    service: str | None = Field(None, max_length=80, description="Code of the service that gives it.")
    unit: Unit | None = None
    unit_agorot: int | None = Field(None, ge=1, le=MOST_AGOROT)
    quantity: int | None = Field(None, ge=1, le=MOST_QUANTITY)
    plan_goal: UUID | None = Field(None, description="Goal of the family's plan that it serves.")
    why: str | None = Field(None, max_length=2000)
    choice: str | None = Field(None, max_length=1000)


class RequestIn(RequestFields):
    """A response to put on a basket's list."""

    response: str = Field(max_length=200, description="Code of the response.")
    replaces: UUID | None = Field(None, description="For a swap: the request whose place it takes.")


class RequestChange(RequestFields):
    """What to change of a request that was not sent."""

    version: str = ""


class SendIn(Schema):
    """Sending a request."""

    accept_price: bool = Field(False, description="Take the list's price where it changed.")


class OpinionIn(Schema):
    """A professional opinion."""

    stance: Stance
    text: str = Field(min_length=1, max_length=2000)


class DecisionIn(Schema):
    """A decision: approve, decline or back (to be completed)."""

    decision: str = Field(pattern="^(approve|decline|back)$")
    reason: str = Field("", max_length=1000)


class AboveIn(Schema):
    """What whoever manages the budget is told besides the figures; without names."""

    why: str = Field(min_length=1, max_length=500)


class AskedOut(Schema):
    """A request that a department asked above: its figures, and no family."""

    key: UUID
    authority: str
    programme: str
    budget: str
    response: str
    service: str | None
    unit: str
    unit_agorot: int | None
    quantity: int | None
    amount_agorot: int
    asked_on: date | None
    above_on: date | None
    asked_by: str
    opinions_for: int
    opinions_against: int
    why: str
    basket_free_agorot: int
    quota_free_agorot: int
    in_the_way: str = Field(description="What of the programme's rules stands in the way, in words.")

    @classmethod
    def of(cls, row: Asked) -> AskedOut:
        codes = {name: getattr(row, name).code for name in ("authority", "programme", "budget", "response")}
        plain = (
            "key",
            "unit",
            "quantity",
            "asked_on",
            "above_on",
            "asked_by",
            "opinions_for",
            "opinions_against",
            "why",
            "in_the_way",
        )
        return cls(
            **codes,
            service=row.service.code if row.service else None,
            unit_agorot=row.unit_price.agorot if row.unit_price else None,
            amount_agorot=row.amount.agorot,
            basket_free_agorot=row.basket_free.agorot,
            quota_free_agorot=row.quota_free.agorot,
            **{name: getattr(row, name) for name in plain},
        )  # fmt: skip


class ReasonIn(Schema):
    """Why."""

    reason: str = Field(min_length=1, max_length=1000)


class DeliveryIn(Schema):
    """Whether it came."""

    outcome: Delivered
    quantity: int | None = Field(None, ge=1, le=MOST_QUANTITY)
    day: date | None = None
    note: str = Field("", max_length=1000)
    came: int = Field(ge=0, description=SEEN)


class CorrectionIn(Schema):
    """How many came in all, fewer than were written."""

    quantity: int = Field(ge=0, le=MOST_QUANTITY)
    why: str = Field(min_length=1, max_length=500)
    came: int = Field(ge=0, description=SEEN)


class HelpedIn(Schema):
    """The family's own word."""

    helped: Helped
    words: str = Field("", max_length=1000)


class PaymentLineIn(Schema):
    """What to pay of one request; without an amount all that waits to be paid."""

    request: UUID
    invoice: str = Field(min_length=1, max_length=40)
    amount_agorot: int | None = Field(None, ge=1, le=MOST_AGOROT)


class PaymentIn(Schema):
    """Payments with one confirmation; `key` pays them once, however often they are sent."""

    key: UUID
    lines: list[PaymentLineIn] = Field(min_length=1, max_length=200)
    day: date | None = None
    leave_out_faulty: bool = False


class PaidLine(Schema):
    """One payment."""

    request: UUID
    invoice: str
    agorot: int


class PaidOut(Schema):
    """What was paid; `repeated`: it had been paid under this key before."""

    repeated: bool
    total_agorot: int
    items: list[PaidLine]
    left_out: dict[str, str]


def keeper(request: HttpRequest, permission: Permission = Permission.VIEW_FAMILIES) -> Account:
    """The account, if it holds the permission anywhere; else 403."""
    if not holds_somewhere(request.user, permission):
        raise HttpError(403, _("Your account may not do this."))
    return account_of(request)


def done(write: Callable[[], Result]) -> Result:
    """The result of a write, or what stood in its way as an answer of the API."""
    try:
        return write()
    except ChangedMeanwhile:
        raise HttpError(409, _("Somebody else changed the request meanwhile; read it again.")) from None
    except PaymentFaults as error:
        words = "; ".join(f"{pk}: {text}" for pk, text in error.faults.items())
        raise HttpError(409, words) from None
    except (BasketError, *LEDGER) as error:
        raise HttpError(409, in_words(error)) from None
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    except Http404:
        raise HttpError(404, nothing()) from None


def nothing() -> str:
    return _("There is no such basket or request in your authorities.")


Given = dict[str, Any]
