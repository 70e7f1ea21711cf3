"""What a job may carry: ids of rows and codes, so that no queue, log or dump names anybody."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, get_type_hints
from uuid import UUID

Code = Annotated[str, "code"]
"""A word of the program's own: begins with a letter, at most 64 of A–Z a–z 0–9 . _ : / -. Never free text."""
Kinds = Mapping[str, Any]
"""Argument → int, UUID or Code; arguments without a default are `required`."""

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9._:/-]{0,63}\Z")
ALLOWED = (int, UUID, Code)
OPTIONS = frozenset({"lock", "at", "single"})
"""Words that `defer` keeps for itself."""


class NotAnIdentifier(TypeError):
    """A job was to carry something else than ids and codes."""


def kinds_of(function: Callable[..., Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """The arguments that the task takes, and which of them must be given.

    Raises NotAnIdentifier where one is not declared as int, UUID or Code.
    """
    hints = get_type_hints(function, include_extras=True)
    kinds: dict[str, Any] = {}
    required = set()
    for name, parameter in inspect.signature(function).parameters.items():
        kind = hints.get(name)
        plain = parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
        if not plain or name in OPTIONS or not any(kind == allowed for allowed in ALLOWED):
            raise NotAnIdentifier(
                f"{function.__module__}.{function.__qualname__}: argument {name} must be int, UUID or Code"
            )
        kinds[name] = kind
        if parameter.default is parameter.empty:
            required.add(name)
    return kinds, frozenset(required)


def packed(kinds: Kinds, required: frozenset[str], arguments: Mapping[str, Any]) -> dict[str, int | str]:
    """The arguments as JSON values. Raises NotAnIdentifier, TypeError for one too many or too few."""
    if unknown := set(arguments) - set(kinds):
        raise TypeError(f"no argument is called {', '.join(sorted(unknown))}")
    if missing := required - set(arguments):
        raise TypeError(f"these arguments are missing: {', '.join(sorted(missing))}")
    return {name: _packed(name, kinds[name], value) for name, value in arguments.items()}


def _packed(name: str, kind: Any, value: Any) -> int | str:
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind is UUID and isinstance(value, UUID):
        return str(value)
    if kind == Code and isinstance(value, str) and _CODE.match(value):
        return str(value)
    # the value itself is not told: it may be just what must not be written anywhere
    raise NotAnIdentifier(f"argument {name} is not an id or a code")


def unpacked(kinds: Kinds, values: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as the function takes them; what it does not take (such as `timestamp`) is left out."""
    return {
        name: UUID(value) if kinds[name] is UUID else value for name, value in values.items() if name in kinds
    }
