"""What can stand in the way of a write of placements; `in_words` tells each to whoever asked for it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maarag.ui import figures


class PlacementsError(ValueError, ABC):
    """A write that cannot be done as things are; nothing was written."""

    @abstractmethod
    def in_words(self) -> str:
        """What stands in the way, to whoever asked, in their language."""


class RunNotReady(PlacementsError):
    """The run is not done, or has failed."""

    def in_words(self) -> str:
        return _("The run is not done, so nothing of it can be decided yet.")


class AlreadyCarriedOut(PlacementsError):
    """The family has the place by now."""

    def in_words(self) -> str:
        return _("It was carried out already: the family has its basket. Close that to take it back.")


@dataclass
class OutOfDate(PlacementsError):
    """What was proposed no longer holds: the file or the programme was closed, or the family has a place."""

    code: str

    def in_words(self) -> str:
        return stale_words(self.code)


@dataclass
class NoPlaceLeft(PlacementsError):
    """All places are taken, or promised by decisions of this run."""

    programme: str
    families: int
    taken: int
    promised: int

    def in_words(self) -> str:
        return _(
            "No place is left in %(programme)s: of %(families)s, %(taken)s are taken and %(promised)s decided"
            " in this run."
        ) % {
            "programme": self.programme,
            "families": figures.number(self.families),
            "taken": figures.number(self.taken),
            "promised": figures.number(self.promised),
        }


@dataclass
class Barred(PlacementsError):
    """A condition of the programme keeps the family out; an override with a reason would be needed."""

    programme: str
    reasons: Sequence[str]

    def in_words(self) -> str:
        return _(
            "%(programme)s is not open to the family: %(reasons)s Decide otherwise with a reason instead, if"
            " it is right all the same."
        ) % {"programme": self.programme, "reasons": " ".join(self.reasons)}


class SamePlace(PlacementsError):
    """Two proposals with the same place are not swapped."""

    def in_words(self) -> str:
        return _("Both families have the same place in this run: there is nothing to swap.")


class AlreadyWaits(PlacementsError):
    """The family is on this list."""

    def in_words(self) -> str:
        return _("The family waits for this programme already.")


@dataclass
class ProgrammeClosed(PlacementsError):
    """The programme no longer runs."""

    programme: str

    def in_words(self) -> str:
        return _("%(programme)s no longer runs, so nobody is put on its list.") % {
            "programme": self.programme
        }


class HasPlace(PlacementsError):
    """The family has an open basket in the programme."""

    def in_words(self) -> str:
        return _("The family has a place in this programme, so it does not wait for it.")


class AlreadyEnded(PlacementsError):
    """Somebody has ended or decided it meanwhile."""

    def in_words(self) -> str:
        return _("It was ended or decided meanwhile. Nothing was changed.")


class FileClosed(PlacementsError):
    """The family's file is closed."""

    def in_words(self) -> str:
        return _("The family's file is closed; nothing more is decided in it.")


@dataclass
class WorkersAboveRoom(PlacementsError):
    """Workers would carry more than they may, and nobody says why; `lines`: each, in words."""

    lines: Sequence[str]

    def in_words(self) -> str:
        words = _("Say why it is right all the same, or decide otherwise. Nothing was changed.")
        return " ".join((*self.lines, words))


@dataclass
class CannotCarryOut(PlacementsError):
    """Some of the decisions cannot be carried out; none was. `faults`: proposal → why, in words."""

    faults: Mapping[UUID, str]

    def in_words(self) -> str:
        count = len(self.faults)
        return ngettext(
            "%(count)s decision cannot be carried out, so none was: no basket was opened.",
            "%(count)s decisions cannot be carried out, so none was: no basket was opened.",
            count,
        ) % {"count": figures.number(count)}


def stale_words(code: str) -> str:
    """Why a proposal no longer holds."""
    return {
        "closed": _("The family's file was closed since the run."),
        "placed": _("The family has a place since the run."),
        "place_gone": _("The place no longer exists: the quota has ended or was taken back."),
        "programme_closed": _("The programme of the place no longer runs, so nobody comes to it any more."),
        "place_taken": _("The place was taken by others since the run."),
    }.get(code, code)
