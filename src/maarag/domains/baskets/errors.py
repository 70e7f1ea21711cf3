"""What can stand in the way of a write of a basket; `in_words` tells each to whoever asked for it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maarag.kernel.ledger.actions import KeyReused, LimitPassed, PeriodClosed, WrongStage
from maarag.kernel.ledger.models import Pot, PotKind
from maarag.kernel.ledger.words import closed_in_words
from maarag.ui import figures
from maarag.ui.figures import name_in_language
from maarag.values import Money

if TYPE_CHECKING:
    from .limits import Decider

LEDGER = (LimitPassed, PeriodClosed, KeyReused, WrongStage)


class BasketError(ValueError, ABC):
    """A write that cannot be done as things are; nothing was written."""

    @abstractmethod
    def in_words(self) -> str:
        """What stands in the way, to whoever asked, in their language."""


@dataclass
class AlreadyDone(BasketError):
    """Somebody has moved the request on meanwhile."""

    stage: str
    who: str = ""
    on: date | None = None

    def in_words(self) -> str:
        if self.who and self.on:
            return _("It is done already: %(stage)s, by %(who)s on %(day)s. Nothing was done twice.") % {
                "stage": self.stage,
                "who": self.who,
                "day": figures.day(self.on),
            }
        return _("It stands at “%(stage)s” by now, so this can no longer be done. Nothing was changed.") % {
            "stage": self.stage
        }


@dataclass
class NotComplete(BasketError):
    """The request lacks something; `missing` names it."""

    missing: Sequence[Any]

    def in_words(self) -> str:
        return _("It cannot be sent yet. Still missing: %(missing)s.") % {
            "missing": figures.joined(self.missing)
        }


@dataclass
class PriceChanged(BasketError):
    """The price in the list is another than the one in the request."""

    before: Money
    after: Money

    def in_words(self) -> str:
        words = (
            _("The price rose from %(before)s to %(after)s.")
            if self.after > self.before
            else _("The price fell from %(before)s to %(after)s.")
        )
        return words % {"before": figures.money(self.before), "after": figures.money(self.after)}


class OwnRequest(BasketError):
    """Whoever wrote or asked for it does not decide."""

    def in_words(self) -> str:
        return _("You asked for it or wrote on it yourself, so somebody else decides.")


@dataclass
class AboveLimit(BasketError):
    """The amount is above what the account approves; `who` may decide it."""

    amount: Money
    limit: Money
    who: Decider

    def in_words(self) -> str:
        words = _("%(amount)s is above your limit of %(limit)s. It goes to: %(who)s.")
        return words % {
            "amount": figures.money(self.amount),
            "limit": figures.money(self.limit),
            "who": self.who.with_names,
        }


@dataclass
class DecidedHere(BasketError):
    """It is not asked above the department where somebody in it may decide."""

    who: Decider

    def in_words(self) -> str:
        return _("Somebody in the department may decide it: %(who)s. It is not asked above.") % {
            "who": self.who.with_names
        }


class NobodyAbove(BasketError):
    """Above the department too there is nobody but who wrote it or asks."""

    def in_words(self) -> str:
        return _(
            "Nobody above the department may decide it but who wrote it or asks. Withdraw it, and let"
            " somebody else in the department ask for it anew."
        )


class NamesTheFamily(BasketError):
    """What is told above names somebody of the family."""

    def in_words(self) -> str:
        return _("Write it without names: whoever decides sees no family.")


class NoOpinion(BasketError):
    """There is no professional opinion yet, or it is against and no reason is given."""

    def __init__(self, against: bool = False) -> None:
        super().__init__(against)
        self.against = against

    def in_words(self) -> str:
        if self.against:
            return _("The professional opinion is against it. Write why you approve it all the same.")
        return _("A professional opinion is needed first.")


class SamePerson(BasketError):
    """Whoever approved does not pay."""

    def in_words(self) -> str:
        return _("You approved it yourself, so somebody else pays.")


@dataclass
class InvoiceKnown(BasketError):
    """This invoice of this provider was paid already."""

    number: str
    provider: str
    on: date

    def in_words(self) -> str:
        return _("Invoice %(number)s of %(provider)s was paid already, on %(day)s. It is not paid twice.") % {
            "number": self.number,
            "provider": self.provider,
            "day": figures.day(self.on),
        }


@dataclass
class MoreThanDelivered(BasketError):
    """The payment is above what was delivered and not paid yet."""

    asked: Money
    payable: Money

    def in_words(self) -> str:
        if not self.payable:
            return _("Nothing of it waits to be paid: record what was delivered first.")
        return _("%(asked)s is more than what was delivered and not yet paid: %(payable)s.") % {
            "asked": figures.money(self.asked),
            "payable": figures.money(self.payable),
        }


@dataclass
class MoreThanReplaced(BasketError):
    """A swap stays within the money of what it takes the place of."""

    amount: Money
    most: Money

    def in_words(self) -> str:
        return _("A swap stays within the same money: %(amount)s is more than %(most)s.") % {
            "amount": figures.money(self.amount),
            "most": figures.money(self.most),
        }


class CameAlready(BasketError):
    """Something of what would be swapped came, or was paid: it is no longer given up as a whole."""

    def in_words(self) -> str:
        return _(
            "Something of it came or was paid already, so nothing else takes its place. Pay what came, return"
            " the rest to the basket, and ask for something new."
        )


@dataclass
class CameMeanwhile(BasketError):
    """Somebody, or the same form sent before, has written meanwhile that something came."""

    came: int
    quantity: int

    def in_words(self) -> str:
        return _(
            "What came was written meanwhile: %(came)s of %(all)s so far. Nothing was written twice; write it"
            " again only if more came."
        ) % {"came": figures.number(self.came), "all": figures.number(self.quantity)}


@dataclass
class PayFirst(BasketError):
    """What came is paid, not returned."""

    payable: Money

    def in_words(self) -> str:
        return _(
            "%(payable)s of what came are not paid yet: pay them first, then the rest may return. If it did"
            " not come, correct what was written of it."
        ) % {"payable": figures.money(self.payable)}


@dataclass
class QuotaFull(BasketError):
    """No family-place, or not enough money, is left of the quota."""

    families: int
    taken: int
    missing: Money | None = None

    def in_words(self) -> str:
        if self.missing is not None:
            return _(
                "The quota of the programme lacks %(missing)s for such a basket. Open a smaller one, or ask"
                " whoever manages the budget."
            ) % {"missing": figures.money(self.missing)}
        return _("All places of the quota are taken: %(taken)s of %(families)s families.") % {
            "taken": figures.number(self.taken),
            "families": figures.number(self.families),
        }


@dataclass
class FunderSpent(BasketError):
    """A funder of the quota's budget has less left than it would bear of the basket.

    How much less is not said: what is left tells of the families of other departments.
    """

    funder: str
    needs: Money

    def in_words(self) -> str:
        return _(
            "The money of the funder %(funder)s is not enough: it would bear %(needs)s, and less is left"
            " beside the open baskets of all departments. No basket was opened."
        ) % {"funder": self.funder, "needs": figures.money(self.needs)}


@dataclass
class ProgrammeShut(BasketError):
    """The programme of the quota no longer runs."""

    programme: str

    def in_words(self) -> str:
        words = _("%(programme)s no longer runs, so no basket is opened in it.")
        return words % {"programme": self.programme}


@dataclass
class PlacePromised(BasketError):
    """The places of the quota that are free are promised to other families on a board."""

    promised: int

    def in_words(self) -> str:
        words = ngettext(
            "The place that is free is promised to another family on a board: %(n)s. Give it only if that"
            " decision is to be taken back, and say so.",
            "The places that are free are promised to other families on a board: %(n)s. Give one only if"
            " such a decision is to be taken back, and say so.",
            self.promised,
        )
        return words % {"n": figures.number(self.promised)}


class BasketKnown(BasketError):
    """The family has an open basket in this programme and period."""

    def in_words(self) -> str:
        return _("The family has an open basket of this programme already.")


class BasketClosed(BasketError):
    """The basket, or the family's file, is closed."""

    def in_words(self) -> str:
        return _("The basket is closed; nothing more is asked of it.")


@dataclass
class StillUnderWay(BasketError):
    """A basket is closed when nothing of it is under way."""

    count: int

    def in_words(self) -> str:
        return ngettext(
            "%(count)s request is under way still. Pay, reverse or decline it, then close the basket.",
            "%(count)s requests are under way still. Pay, reverse or decline them, then close the basket.",
            self.count,
        ) % {"count": figures.number(self.count)}


@dataclass
class PaymentFaults(BasketError):
    """Some of the payments of one confirmation cannot be made; none was made."""

    faults: Mapping[UUID, str]

    def in_words(self) -> str:
        return ngettext(
            "%(count)s of the payments cannot be made; nothing was paid yet.",
            "%(count)s of the payments cannot be made; nothing was paid yet.",
            len(self.faults),
        ) % {"count": figures.number(len(self.faults))}


def in_words(error: Exception) -> str:
    """What the error says to whoever asked, in their language."""
    if isinstance(error, BasketError):
        return error.in_words()
    if isinstance(error, LimitPassed):
        return _passed(error.pot, error.missing)
    if isinstance(error, PeriodClosed):
        return closed_in_words(error)
    if isinstance(error, KeyReused):
        return _("The same form was sent with other figures. Open it again and look what was written.")
    if isinstance(error, WrongStage):
        return _("Its money has moved on meanwhile, so this can no longer be done. Nothing was changed.")
    raise error


def _passed(pot: Pot, missing: Money) -> str:
    words = {
        PotKind.BASKET: _("The basket of the family lacks %(missing)s."),
        PotKind.QUOTA: _("The quota of the programme in the authority lacks %(missing)s: %(pot)s."),
        # without the sum: what is free of it tells of what families elsewhere drew
        PotKind.SHARE: _("The share of a funder has too little free money: %(pot)s."),
    }.get(PotKind(pot.kind), _("%(pot)s lacks %(missing)s."))
    return (
        words % {"missing": figures.money(missing), "pot": name_in_language(pot.label)}
        + " "
        + _("Nothing was changed.")
    )
