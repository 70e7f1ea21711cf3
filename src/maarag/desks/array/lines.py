"""The figures of one place, of one programme or of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from maarag.domains.referrals.counts import share_of
from maarag.values import Money, Shown, Suppressed

from .waiting_times import Times

USED = ("approved", "committed", "paid")
STAGES = (*USED, "free")
NOTHING = Money(0)
Amount = Money | Suppressed


@dataclass(frozen=True)
class Line:
    """The figures of a place, of a programme or of both; Suppressed where they would tell of few families.

    `places`: given to authorities; `not_given`: of the budget, and no authority has them yet. `most`:
    usual families that the recorded workers may carry together, `carried`: what the families in their
    programmes weigh, whatever year's place they have; None where no workers are known. `loop`, `help`: of
    referrals, which are of no programme.
    """

    key: Any
    places: int = 0
    not_given: int = 0
    is_estimate: bool = False
    taken: Shown = 0
    waits: Shown = 0
    granted: Money = NOTHING
    use: Mapping[str, Amount] = field(default_factory=lambda: dict.fromkeys(STAGES, NOTHING))
    most: int | None = None
    carried: Shown = None
    times: Times | Suppressed | None = None
    ended: Shown = 0
    reached: Shown = 0
    loop: Shown = None
    help: Shown = None

    @property
    def free(self) -> Shown:
        """Places that nobody has; hidden with those that are taken."""
        return self.taken if isinstance(self.taken, Suppressed) else self.places - (self.taken or 0)

    @property
    def share_taken(self) -> Shown:
        return _share(self.taken, self.places)

    @property
    def load(self) -> Shown:
        """Usual families that the recorded workers carry, for each that they may."""
        return None if self.most is None else _share(self.carried, self.most)

    @property
    def used(self) -> Amount:
        """What is bound or spent: approved, committed and paid together, which is what was granted and is
        not free; told where what is free is.
        """
        free = self.use["free"]
        return free if isinstance(free, Suppressed) else self.granted - free

    @property
    def share_used(self) -> Shown:
        used = self.used
        if isinstance(used, Suppressed):
            return used
        return used.agorot / self.granted.agorot if self.granted.agorot else None

    @property
    def half(self) -> Shown:
        """Days until half of the families have a first response."""
        return self.times if isinstance(self.times, Suppressed) else self.times.half if self.times else None

    @property
    def share_reached(self) -> Shown:
        return share_of(self.reached, self.ended)

    @property
    def is_empty(self) -> bool:
        return not (self.places or self.not_given or self.taken or self.waits)


def _share(part: Shown, whole: int) -> Shown:
    if isinstance(part, Suppressed):
        return part
    return (part or 0) / whole if whole else None
