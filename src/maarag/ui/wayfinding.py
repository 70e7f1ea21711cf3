"""Components that lead somewhere: breadcrumbs, tabs, paging, filters, search."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from . import icons
from .library import changed_query, register


@register.inclusion_tag("ui/components/breadcrumbs.html")
def breadcrumbs(items: Any) -> dict[str, Any]:
    """{% breadcrumbs items %}: (label, url) pairs from the top; the last, without url, is this page."""
    return {"items": [{"label": label, "url": url} for label, url in items]}


@register.inclusion_tag("ui/components/tabs.html")
def tabs(items: Any, label: Any = "") -> dict[str, Any]:
    """{% tabs items _("Views") %}: each item has `label`, `url`, `current` and maybe `count`."""
    return {"items": items, "label": label or _("Views")}


@register.inclusion_tag("ui/components/pagination.html", takes_context=True)
def pagination(context: Context, page: Page, region: str = "", parameter: str = "page") -> dict[str, Any]:
    """{% pagination page region="results" %}: a Django Page; the rest of the query is kept."""
    pages = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)

    def link(to: int) -> str:
        return changed_query(context, **{parameter: to})

    return {
        "page": page,
        "region": region,
        "pages": [
            {"number": n, "url": link(n) if isinstance(n, int) else "", "current": n == page.number}
            for n in pages
        ],
        "previous": link(page.previous_page_number()) if page.has_previous() else "",
        "next": link(page.next_page_number()) if page.has_next() else "",
    }


@register.simple_block_tag(takes_context=True)
def filterbar(
    context: Context, content: str, region: str = "", action: str = "", label: Any = ""
) -> SafeString:
    """{% filterbar region="results" %}fields{% endfilterbar %}: a GET form; with JavaScript it replaces only
    `#results` and the address follows, without it the button loads the page."""
    # An empty address would make htmx add to the query that is there instead of replacing it.
    action = action or getattr(context.get("request"), "path", "")
    live = (
        format_html(
            ' hx-get="{}" hx-target="#{}" hx-select="#{}" hx-swap="outerHTML" hx-push-url="true" '
            'hx-trigger="change, submit, input changed delay:400ms from:find input[type=search]"',
            action, region, region,
        )
        if region
        else ""
    )  # fmt: skip
    apply = format_html('<button class="button js-spare" type="submit">{}</button>', _("Show"))
    return format_html(
        '<form class="filters" method="get" action="{}" role="search" aria-label="{}"{}>{}{}</form>',
        action, label or _("Filter"), live, content, apply,
    )  # fmt: skip


@register.simple_tag
def search_field(name: str = "q", value: Any = "", label: Any = "", hint: Any = "") -> SafeString:
    """{% search_field "q" query _("Search for a place") %}: a labelled search field inside a form."""
    return format_html(
        '<div class="field"><label class="field__label" for="search-{}">{}</label>'
        '<input class="input" type="search" id="search-{}" name="{}" value="{}" placeholder="{}" '
        'autocomplete="off"></div>',
        name, label or _("Search"), name, name, value or "", hint,
    )  # fmt: skip


@register.simple_tag
def choice_field(name: str, choices: Any, value: Any = "", label: Any = "") -> SafeString:
    """{% choice_field "topic" topics chosen _("Topic") %}: a select for a filterbar; (value, label) pairs."""
    options = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((k, SafeString(" selected") if str(k) == str(value or "") else "", text) for k, text in choices),
    )
    return format_html(
        '<div class="field"><label class="field__label" for="filter-{}">{}</label>'
        '<select class="input" id="filter-{}" name="{}">{}</select></div>',
        name, label, name, name, options,
    )  # fmt: skip


@register.simple_tag
def search_box(
    action: str = "", name: str = "q", value: Any = "", label: Any = "", hint: Any = ""
) -> SafeString:
    """{% search_box url "q" query _("Search the services") %}: a search form with its button."""
    return format_html(
        '<form class="search" method="get" action="{}" role="search" aria-label="{}">{}'
        '<button class="button button--primary" type="submit">{}<span>{}</span></button></form>',
        action, label or _("Search"), search_field(name, value, label, hint), icons.icon("search"),
        _("Search"),
    )  # fmt: skip


@register.inclusion_tag("ui/components/task_list.html")
def task_list(items: Any) -> dict[str, Any]:
    """{% task_list items %}: each with `title`, `url`, `status` (a Status), and maybe `facts` and `hint`."""
    return {"items": items}


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """{% query page=2 topic=None %}: this page's query with changes, for an href."""
    return changed_query(context, **changes)
