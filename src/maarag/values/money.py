"""Money in whole agorot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation


@dataclass(frozen=True, order=True)
class Money:
    """An amount of Israeli shekels, held as whole agorot (1/100 shekel), never as a float."""

    agorot: int

    @classmethod
    def from_shekels(cls, amount: int | str | Decimal) -> Money:
        """Make money from shekels; raises ValueError for parts of an agora or for text that is no number."""
        try:
            agorot = Decimal(str(amount).replace(",", "")) * 100
        except InvalidOperation as error:
            raise ValueError(f"not an amount of money: {amount!r}") from error
        if not agorot.is_finite() or agorot != agorot.to_integral_value():
            raise ValueError(f"not a whole number of agorot: {amount!r}")
        return cls(int(agorot))

    @property
    def shekels(self) -> Decimal:
        return Decimal(self.agorot) / 100

    def __add__(self, other: Money) -> Money:
        return Money(self.agorot + other.agorot)

    def __sub__(self, other: Money) -> Money:
        return Money(self.agorot - other.agorot)

    def __neg__(self) -> Money:
        return Money(-self.agorot)

    def __mul__(self, factor: int) -> Money:
        return Money(self.agorot * factor)

    def split(self, weights: Sequence[int], *, unit: int = 1) -> list[Money]:
        """Parts in proportion to whole, not negative weights, in the same order; they add up to the whole.

        By largest remainder: each part is rounded down to `unit` agorot, and the units left go one each to
        the greatest remainders, the earlier first among equals. What is no whole unit goes to the greatest
        weight.
        Raises ValueError for negative or only zero weights and for a unit below one.
        """
        total = sum(weights)
        if unit < 1 or total <= 0 or min(weights) < 0:
            raise ValueError("weights must not be negative nor all zero, and a unit is at least one agora")
        sign, units = (-1, -self.agorot) if self.agorot < 0 else (1, self.agorot)
        units, rest = divmod(units, unit)
        parts = [units * weight // total for weight in weights]
        remainders = sorted(range(len(weights)), key=lambda at: (-(units * weights[at] % total), at))
        for at in remainders[: units - sum(parts)]:
            parts[at] += 1
        agorot = [part * unit for part in parts]
        agorot[max(range(len(weights)), key=lambda at: (weights[at], -at))] += rest
        return [Money(sign * part) for part in agorot]

    def __bool__(self) -> bool:
        return self.agorot != 0

    def __str__(self) -> str:
        sign, agorot = ("-", -self.agorot) if self.agorot < 0 else ("", self.agorot)
        return f"{sign}₪{agorot // 100:,}" + (f".{agorot % 100:02d}" if agorot % 100 else "")
