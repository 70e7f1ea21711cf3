"""The tag that makes a form keep drafts of itself."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse

from maarag.kernel.access.models import Account

from ..actions import KEY_FIELD, WRITER_FIELD, mark_of

register = template.Library()


def key_of(name: str, *rows: Any) -> str:
    """The key of a form's drafts: `key_of("casework:edit_goal", family.pk, goal.pk)`."""
    return ":".join([name, *(str(row) for row in rows if row)])


@register.inclusion_tag("drafts/draft.html", takes_context=True)
def draft(context: Context, name: str, *rows: Any, rerender: str = "") -> dict[str, Any]:
    """{% draft "casework:edit_goal" family.pk goal.pk %} as the first thing inside a <form method="post">.

    `name` is the kind of form, `rows` the family and the row that it is about: with them no form offers what
    was written about somebody else. The view calls `forget_draft(request)` once it saved. `rerender`: the
    name of a button that draws the form anew with what is posted, without saving; drafts with more fields
    than the page has are restored by it.
    """
    request = context["request"]
    user, posted, key = request.user, request.POST, key_of(name, *rows)
    first = not getattr(request, "has_drafts", False)
    request.has_drafts = True
    return {
        "key": key,
        "account": mark_of(user) if isinstance(user, Account) else "",
        "url": reverse("api:drafts"),
        "rerender": rerender,
        "key_field": KEY_FIELD,
        "writer_field": WRITER_FIELD,
        # of several forms on a page only the one that was refused goes on with its draft
        "writer": posted.get(WRITER_FIELD, "") if posted.get(KEY_FIELD) == key else "",
        "first": first,
    }
