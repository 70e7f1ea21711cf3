"""The tag that makes a form keep drafts of itself."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse

from maarag.kernel.access.models import Account

from ..actions import WRITER_FIELD, mark_of

register = template.Library()


def key_of(name: str, row: Any = "") -> str:
    """The key of a form's drafts: `key_of("families:edit", family.pk)`."""
    return f"{name}:{row}" if row else name


@register.inclusion_tag("drafts/draft.html", takes_context=True)
def draft(context: Context, name: str, row: Any = "", rerender: str = "") -> dict[str, Any]:
    """{% draft "families:edit" family.pk %} as the first thing inside a <form method="post">.

    The view calls `forget_draft(request, key_of("families:edit", family.pk))` once it saved. `rerender`: the
    name of a button that draws the form anew with what is posted, without saving; drafts with more fields
    than the page has are restored by it.
    """
    request = context["request"]
    user = request.user
    return {
        "key": key_of(name, row),
        "account": mark_of(user) if isinstance(user, Account) else "",
        "url": reverse("api:drafts"),
        "rerender": rerender,
        "writer_field": WRITER_FIELD,
        "writer": request.POST.get(WRITER_FIELD, "") if request.method == "POST" else "",
    }
