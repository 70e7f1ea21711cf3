"""The one template library of the interface; `templatetags/ui.py` hands it to Django."""

from __future__ import annotations

import itertools
from typing import Any

from django import template
from django.template import Context
from django.utils.http import urlencode

register = template.Library()
counter = itertools.count(1)


def changed_query(context: Context, **changes: Any) -> str:
    """The present address's query with some parameters changed (None takes one away)."""
    request = context.get("request")
    query: dict[str, list[str]] = dict(request.GET.lists()) if request is not None else {}
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = [str(value)]
    return f"?{urlencode(query, doseq=True)}"
