"""The small part of YAML in which Open Eligibility is published: nested lists of names and values, by
indentation.

No anchors, types, or values over several lines: what is not of this part is refused, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from .refusals import FileRefused

_LINE = re.compile(r"^(?P<indent> *)(?P<dash>- )?(?P<name>[\w-]+):(?: +(?P<value>.*))?$")
DEEPEST = 40


def read_outline(lines: Iterable[str]) -> list[dict[str, Any]]:
    """The list at the top of the text. Raises FileRefused with the line that is not understood."""
    top: list[dict[str, Any]] = []
    # (indentation of its names, the mapping, name of it that is still open)
    open_maps: list[tuple[int, dict[str, Any]]] = []
    for number, raw in enumerate(lines, start=1):
        line = raw.rstrip().lstrip("\ufeff")
        if not line.strip() or line.lstrip().startswith("#") or line == "---":
            continue
        found = _LINE.match(line)
        if found is None or len(open_maps) > DEEPEST:
            raise FileRefused(_("Line %(line)s is not a name with a value.") % {"line": number})
        indent = len(found["indent"]) + (2 if found["dash"] else 0)
        value = _scalar(found["value"] or "", number)
        if found["dash"]:
            while open_maps and open_maps[-1][0] >= indent:
                open_maps.pop()
            item: dict[str, Any] = {}
            _list_for(open_maps, top, number).append(item)
            open_maps.append((indent, item))
        else:
            while open_maps and open_maps[-1][0] > indent:
                open_maps.pop()
            if not open_maps:
                raise FileRefused(_("Line %(line)s is not a name with a value.") % {"line": number})
            if indent > open_maps[-1][0]:
                parent = open_maps[-1][1]
                last = next(reversed(parent), None)
                if last is None or parent[last] not in (None, ""):
                    raise FileRefused(_("Line %(line)s is indented too far.") % {"line": number})
                parent[last] = {}
                open_maps.append((indent, parent[last]))
        open_maps[-1][1][found["name"]] = value
    return top


def _list_for(
    open_maps: list[tuple[int, dict[str, Any]]], top: list[dict[str, Any]], number: int
) -> list[Any]:
    if not open_maps:
        return top
    parent = open_maps[-1][1]
    last = next(reversed(parent), None)
    if last is not None and parent[last] in (None, ""):
        parent[last] = []
    if last is None or not isinstance(parent[last], list):
        raise FileRefused(_("Line %(line)s begins a list where none can be.") % {"line": number})
    found: list[Any] = parent[last]
    return found


def _scalar(value: str, number: int) -> str:
    value = value.strip()
    if value[:1] in ("'", '"') and len(value) > 1 and value[-1] == value[0]:
        inner = value[1:-1]
        return inner.replace("''", "'") if value[0] == "'" else inner.replace('\\"', '"')
    if value[:1] in ("&", "*", "!", "|", ">", "{", "[", "%", "@", "`"):
        raise FileRefused(_("Line %(line)s uses a form of YAML that is not read here.") % {"line": number})
    return value
