"""Errors of the engine `matching`: each says what is wrong and, for a file, in which line."""

from __future__ import annotations


class MatchingError(ValueError):
    """Something that cannot be matched. `template` is a message to translate, which `values` fill; `line`
    (from 1) is where in the file it was met, if known."""

    def __init__(self, template: str, line: int | None = None, **values: object) -> None:
        message = template % values if values else template
        super().__init__(message if line is None else f"line {line}: {message}")
        self.template, self.values, self.line = template, values, line


class InstanceError(MatchingError):
    """Numbers that make no assignment problem: missing, too many, not whole, negative."""


class SeveralProblemsError(InstanceError):
    """The file holds several problems, and which is meant was not said. `count`: how many."""

    def __init__(self, template: str, count: int) -> None:
        super().__init__(template, count=count)
        self.count = count


class InfeasibleError(MatchingError):
    """It is proved that no assignment keeps within the capacities."""


class NotFoundError(MatchingError):
    """No assignment within the capacities was found in the time given; there may be one."""


class PlacementError(MatchingError):
    """Something in the problem cannot be used. `position` is the index of the first bad entry, if any."""

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position


class FixedDecisionError(PlacementError):
    """A decision to be kept names a family or place that is not eligible, or passes a limit by itself."""


class PlacementCancelled(Exception):
    """Whoever asked for the run no longer wants it."""
