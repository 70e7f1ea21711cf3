"""Baskets in words: what a request lacks, where it stands, and what comes next."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from maarag.ui import figures
from maarag.ui.tables import Status

from .models import Basket, BasketStatus, Delivered, Request, Stage

REQUIRED = ("service", "unit_agorot", "quantity", "goal_words", "why", "choice")


def missing_of(request: Request) -> list[Any]:
    """What a request lacks before it can be sent, in words."""
    words = {
        "service": _("who gives it"),
        "unit_agorot": _("the price"),
        "quantity": _("how much of it"),
        "goal_words": _("a goal of the family's plan"),
        "why": _("why this response"),
        "choice": _("what the family chose"),
    }
    return [words[name] for name in REQUIRED if not getattr(request, name)]


def is_started(request: Request) -> bool:
    """Whether anything but the response was written."""
    return any(
        getattr(request, name) for name in REQUIRED if name != "goal_words" or request.replaces_id is None
    )


def status_of_basket(basket: Basket) -> Status:
    if basket.status == BasketStatus.CLOSED:
        return Status(pgettext("basket of a family", "Closed"), "neutral")
    return Status(pgettext("basket of a family", "Open"), "ok")


def status_of(request: Request, *, waits_for: Any = "") -> Status:
    """The word, shape and colour of where a request stands; `waits_for` names who approves."""
    match request.stage:
        case Stage.DRAFT:
            return _status_of_draft(request)
        case Stage.OPINION:
            return Status(_("Waits for a professional opinion"), "attention")
        case Stage.APPROVAL if waits_for:
            return Status(_("Waits for %(who)s") % {"who": waits_for}, "attention")
        case Stage.APPROVAL:
            return Status(_("Waits for approval"), "attention")
        case Stage.APPROVED:
            return Status(pgettext("request of a basket", "Approved"), "info")
        case Stage.ORDERED:
            return _status_of_ordered(request)
        case Stage.DELIVERED:
            return Status(_("Delivered"), "info")
        case Stage.PAID:
            return Status(pgettext("request of a basket", "Paid"), "ok")
        case Stage.DECLINED:
            return Status(pgettext("request of a basket", "Declined"), "critical")
        case _:
            return Status(pgettext("request of a basket", "Reversed"), "neutral")


def _status_of_draft(request: Request) -> Status:
    if not is_started(request):
        return Status(_("Not started"), "unknown")
    if missing_of(request):
        return Status(_("Not complete"), "attention")
    return Status(_("Ready to send"), "info")


def _status_of_ordered(request: Request) -> Status:
    last = request.deliveries.order_by("-at").first()
    if last is None:
        return Status(_("Ordered"), "info")
    if last.outcome == Delivered.NO:
        return Status(_("Not delivered"), "critical")
    return Status(_("Partly delivered"), "attention")


def next_step(request: Request) -> str:
    """What is to be done next, or what is missing; empty where nothing is."""
    match request.stage:
        case Stage.DRAFT:
            missing = missing_of(request)
            if not missing:
                return _("Send it.")
            return _("Missing: %(missing)s") % {"missing": figures.joined(missing)}
        case Stage.OPINION:
            return _("A professional writes an opinion, for or against.")
        case Stage.APPROVAL:
            return _("Somebody else than who asked approves or declines.")
        case Stage.APPROVED:
            return _("Order it from the service.")
        case Stage.ORDERED:
            return _("Say whether it came.")
        case Stage.DELIVERED:
            return _("Somebody else than who approved pays the invoice.")
        case Stage.PAID if not request.helped:
            return _("Ask the family what it gave.")
        case _:
            return ""
