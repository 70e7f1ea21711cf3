"""What stands in the header. An item whose address does not exist is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Entry:
    """One room of the house: its name, its address, and the permission (None: everyone) that opens it."""

    label: Any
    url_name: str
    permission: str | None = None


@dataclass(frozen=True)
class Link:
    """An entry that this account may see, with its address; `current` where the page belongs to it."""

    label: Any
    url: str
    current: bool


NO_ID = UUID(int=0)
ENTRIES: list[Entry] = [
    Entry(_("The picture"), "picture:index"),
    Entry(_("Services"), "services:index"),
    Entry(_("Needs"), "needs:index"),
    Entry(_("Families"), "families:index", "view_families"),
    Entry(_("Baskets"), "baskets:index", "view_families"),
    Entry(_("Placing families"), "placements:index", "run_placements"),
    Entry(_("Shared with us"), "families:shared", "view_shared_files"),
    Entry(_("Programmes"), "programmes:index"),
    Entry(_("Missions"), "missions:index", "open_missions"),
    Entry(_("Imports"), "imports:index", "import_data"),
    Entry(_("Audit"), "audit:index", "view_audit"),
    Entry(_("Access"), "access:index", "manage_access"),
]


def register(label: Any, url_name: str, permission: str | None = None) -> None:
    """Add an item to the header; calling twice with the same address changes nothing."""
    if all(entry.url_name != url_name for entry in ENTRIES):
        ENTRIES.append(Entry(label, url_name, permission))


def addresses(url_name: str) -> Callable[[UUID], str]:
    """What makes the address of each row of a list (an address with one id), looked up once for them all."""
    before, after = reverse(url_name, args=[NO_ID]).split(str(NO_ID))
    return lambda pk: f"{before}{pk}{after}"


def may_see(account: Any, permission: str | None) -> bool:
    """Whether the account holds the permission anywhere; open items are for everyone."""
    if permission is None:
        return True
    if not getattr(account, "is_authenticated", False):
        return False
    ask = getattr(account, "may_somewhere", None)
    return bool(ask(permission)) if callable(ask) else True


def links(request: HttpRequest) -> list[Link]:
    """The header's items for this request, in order."""
    account = getattr(request, "user", None)
    # All of an account's permissions at once: a query for each item would cost more than the page.
    held = getattr(account, "permissions_somewhere", lambda: None)()
    shown = []
    for entry in ENTRIES:
        try:
            url = reverse(entry.url_name)
        except NoReverseMatch:
            continue
        if may_see(account, entry.permission) if held is None else entry.permission in (None, *held):
            shown.append(Link(entry.label, url, url != "/" and request.path.startswith(url)))
    return shown
