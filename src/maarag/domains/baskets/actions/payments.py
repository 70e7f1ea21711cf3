"""Paying invoices, one or many with one confirmation, and taking back what was spent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.audit.actions import Change, record, record_many
from maarag.kernel.ledger.actions import KeyReused, pay, reverse
from maarag.kernel.ledger.errors import LedgerError
from maarag.kernel.people.models import Organisation
from maarag.values import Money

from ..errors import (
    AlreadyDone,
    InvoiceKnown,
    MoreThanDelivered,
    PayFirst,
    PaymentFaults,
    SamePerson,
    in_words,
)
from ..models import BasketStatus, Invoice, Payment, Request, Stage
from ..money import ZERO, key_of, paid_of, unpaid_of
from ..queries import PAYABLE, payable_of
from .baskets import take_out_free
from .steps import day_or_today, lock_money, locked, require_stage

_FILLING = re.compile(r"[\s\-–/._]")


@dataclass(frozen=True)
class PaymentDraft:
    """What somebody means to pay of one request: all that may be paid where no amount is given."""

    request: Request
    invoice: str
    amount: Money | None = None


@dataclass(frozen=True)
class Paid:
    """What was paid; `repeated`: it had been paid under this key before, and nothing was paid again."""

    payments: Sequence[Payment]
    repeated: bool = False
    faults: dict[UUID, str] = field(default_factory=dict)
    """Why the others were left out, by request."""

    @property
    def total(self) -> Money:
        return sum((payment.amount for payment in self.payments), ZERO)


def invoice_index(number: str) -> str:
    """How an invoice's number is told apart: without signs between its parts and leading zeros."""
    plain = _FILLING.sub("", number).upper()
    return plain.lstrip("0") or plain


@transaction.atomic
def pay_requests(
    *,
    by: Account,
    drafts: Sequence[PaymentDraft],
    key: UUID,
    day: date | None = None,
    leave_out_faulty: bool = False,
) -> Paid:
    """Pay the drafts with one confirmation; those with the same provider and number are of one invoice.

    All or none are paid, unless `leave_out_faulty`. `key` is of this confirmation: sent again, it pays
    nothing more and gives what was paid, with other content it is refused. Raises Http404, PaymentFaults,
    KeyReused, ValidationError.
    """
    if not drafts:
        raise ValidationError(_("Choose what is to be paid."))
    if len({draft.request.pk for draft in drafts}) < len(drafts):
        raise ValidationError(_("A request stands once in a confirmation."))
    authorities = sorted({draft.request.authority_id for draft in drafts})
    for authority in authorities:
        lock_money(authority, alone=True)
    if known := list(Payment.objects.filter(invoice__key=key).select_related("invoice__provider", "request")):
        return _repeated(known, drafts, key, day, leave_out_faulty)
    day = day_or_today(day)
    faults: dict[UUID, str] = {}
    ready: list[tuple[PaymentDraft, Request, Money]] = []
    for draft in sorted(drafts, key=lambda draft: draft.request.pk):
        request = locked(by, draft.request, Permission.PAY_SPENDING)
        try:
            ready.append((draft, request, _checked(by, request, draft, day)))
        except (ValueError, ValidationError) as error:
            faults[request.pk] = _fault(error)
    payments: list[Payment] = []
    if not faults or leave_out_faulty:
        payments = _pay_all(by, ready, key, day, faults)
    if faults and not (leave_out_faulty and payments):
        raise PaymentFaults(faults)
    return Paid(payments, faults=faults)


@transaction.atomic
def reverse_request(*, by: Account, request: Request, reason: str, day: date | None = None) -> Request:
    """Take it back: what is not paid returns to the basket; where all is paid, by counter entries.

    Where a part is paid and the rest is not, the rest alone returns and the request counts as paid. Of a
    basket that is closed the money goes on to the quota. What came is paid and not returned. Raises Http404,
    AlreadyDone, PayFirst, ValidationError.
    """
    lock_money(request.authority_id, alone=True)
    is_paid = request.stage == Stage.PAID
    wanted = Permission.PAY_SPENDING if is_paid else Permission.APPROVE_SPENDING
    request = locked(by, request, wanted)
    require_stage(request, *((Stage.PAID,) if is_paid else (Stage.APPROVED, *PAYABLE)))
    if request.spending is None:
        raise Http404
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    day = day_or_today(day, after=request.decided_on)
    if payable := payable_of(request):
        raise PayFirst(payable)
    unpaid, paid = unpaid_of(request), paid_of(request)
    before = request.stage
    if unpaid:
        reverse(
            by=by, spending=request.spending, reason="returned", key=key_of(request, "return"), paid=False,
            day=day,
        )  # fmt: skip
    else:
        _reverse_payments(by, request, day)
    if request.basket.status == BasketStatus.CLOSED:
        take_out_free(by, request.basket, key_of(request, "close"), day)
    request.stage = Stage.PAID if unpaid and paid else Stage.REVERSED
    request.ended_by, request.ended_on, request.end_reason = by, day, reason.strip()
    request.full_clean(validate_unique=False)
    request.save()
    changes = {
        "stage": [before, request.stage],
        "amount": [None, str(-(unpaid or paid))],
    }
    record(by=by, action="baskets.reverse_request", subject=request, changes=changes)
    return request


def _repeated(
    known: list[Payment], drafts: Sequence[PaymentDraft], key: UUID, day: date | None, leave_out_faulty: bool
) -> Paid:
    """What was paid under the key, where this asks for the same; what was left out then is left out again."""
    asked = {draft.request.pk: draft for draft in drafts}
    left_out = asked.keys() - {payment.request_id for payment in known}
    if left_out and not leave_out_faulty:
        raise KeyReused(str(key))
    for payment in known:
        draft = asked.get(payment.request_id)
        if (
            draft is None
            or payment.invoice.number_index != invoice_index(draft.invoice)
            or draft.amount not in (None, payment.amount)
            or day not in (None, payment.invoice.day)
        ):
            raise KeyReused(str(key))
    words = _("It was not paid with the others then; pay it with a confirmation of its own.")
    return Paid(known, repeated=True, faults=dict.fromkeys(left_out, words))


def _checked(by: Account, request: Request, draft: PaymentDraft, day: date) -> Money:
    """What will be paid of the request; raises what stands in the way."""
    require_stage(request, *PAYABLE)
    if request.decided_by_id == by.pk:
        raise SamePerson
    if not invoice_index(draft.invoice):
        raise ValidationError(_("Write the number of the invoice."))
    last = request.deliveries.filter(quantity__gt=0).order_by("-day").first()
    if last is not None and day < last.day:
        raise ValidationError(_("This day lies before the delivery."))
    payable = payable_of(request)
    amount = payable if draft.amount is None else draft.amount
    if not payable or amount > payable:
        raise MoreThanDelivered(amount, payable)
    provider = _provider(request)
    known = Invoice.objects.filter(
        authority=request.authority_id,
        provider=provider,
        number_index=invoice_index(draft.invoice),
        reversed_on=None,
    ).first()
    if known is not None:
        raise InvoiceKnown(known.number, provider.name_he, known.day)
    return amount


def _pay_all(
    by: Account,
    ready: Sequence[tuple[PaymentDraft, Request, Money]],
    key: UUID,
    day: date,
    faults: dict[UUID, str],
) -> list[Payment]:
    invoices: dict[tuple[int, int, str], Invoice] = {}
    payments = []
    for draft, request, amount in ready:
        if request.spending is None:
            continue
        try:
            entry = pay(
                by=by, spending=request.spending, amount=amount, key=f"basket:{key}:{request.pk}", day=day
            )
        except LedgerError as error:
            faults[request.pk] = in_words(error)
            continue
        provider = _provider(request)
        which = (request.authority_id, provider.pk, invoice_index(draft.invoice))
        if which not in invoices:
            invoices[which] = Invoice(
                authority=request.authority,
                provider=provider,
                number=draft.invoice.strip(),
                number_index=which[2],
                day=day,
                key=key,
                paid_by=by,
            )
            invoices[which].full_clean(validate_unique=False)
            invoices[which].save(force_insert=True)
        payment = Payment(
            authority=request.authority,
            family=request.family,
            request=request,
            invoice=invoices[which],
            agorot=amount.agorot,
            entry=entry,
        )
        payment.save(force_insert=True)
        payments.append(payment)
        if not unpaid_of(request):
            request.stage = Stage.PAID
        request.save(update_fields=["stage", "updated_at"])
    told = [
        Change(
            payment.request, {"amount": [None, str(payment.amount)], "stage": [None, payment.request.stage]}
        )
        for payment in payments
    ]
    if told:
        record_many(by=by, action="baskets.pay", changes=told)
    return payments


def _reverse_payments(by: Account, request: Request, day: date) -> None:
    """Counter entries for all payments of the request; an invoice of which nothing is left may come anew."""
    if request.spending is None or not request.spending.paid:
        raise AlreadyDone(str(request.get_stage_display()))
    reverse(
        by=by,
        spending=request.spending,
        reason="payment reversed",
        key=key_of(request, "reverse"),
        paid=True,
        day=day,
    )
    mine = request.payments.filter(reversed_on=None)
    invoices = set(mine.values_list("invoice_id", flat=True))
    mine.update(reversed_on=day)
    empty = Invoice.objects.filter(pk__in=invoices).exclude(payments__reversed_on=None)
    Invoice.objects.filter(pk__in=list(empty.values_list("pk", flat=True))).update(
        reversed_on=day, reversed_by=by
    )


def _provider(request: Request) -> Organisation:
    if request.service is None:
        raise Http404
    return request.service.organisation


def _fault(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else in_words(error)
