"""Errors of the engine `reach`: each says what is wrong and where."""

from __future__ import annotations


class ReachError(ValueError):
    """Something in the input cannot be used. `position` is the index of the first bad entry, if any."""

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position


class QuantityError(ReachError):
    """People or capacity that is negative, infinite or not a number."""


class CoordinateError(ReachError):
    """A latitude or longitude that is missing or outside the globe."""


class CostError(ReachError):
    """A distance or travel time that is negative, infinite or not a number."""


class IndexOutOfRange(ReachError):
    """A pair that names a place or a service that does not exist."""


class ShapeError(ReachError):
    """Arrays whose lengths do not fit each other."""


class DuplicatePairError(ReachError):
    """The same place and service occur together more than once."""


class DecayError(ReachError):
    """A decay function or its bands that make no sense."""


class MethodError(ReachError):
    """An unknown method, or a parameter that the method cannot take."""
