"""Components as template tags and filters, loaded in every template (docs/design-system.md)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.template import Context
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _

from maarag.values import is_suppressed

from .. import figures, forms, icons, tables, wayfinding
from ..browsers import browser_name
from ..library import changed_query, counter, register
from ..tables import Status

__all__ = ["forms", "register", "wayfinding"]  # forms and wayfinding register tags of their own

register.filter("number", figures.number, is_safe=False)
register.filter("signed", figures.signed)
register.filter("percent", figures.percent)
register.filter("money", figures.money)
register.filter("money_short", figures.money_short)
register.filter("day", figures.day)
register.filter("moment", figures.moment)
register.filter("name_in_language", figures.name_in_language)
register.filter("joined", figures.joined)
register.filter("localtext", figures.name_in_language)
register.filter("browser_name", browser_name)
register.simple_tag(icons.icon, name="icon")

TONES = ("ok", "attention", "critical", "neutral", "info", "unknown")
SHAPES = {
    "ok": '<circle cx="5" cy="5" r="5"/>',
    "attention": '<path d="M5 0 10 5 5 10 0 5Z"/>',
    "critical": '<path d="M0 0H10V10H0Z"/>',
    "neutral": '<path d="M0 3.5H10V6.5H0Z"/>',
    "info": '<path d="M5 0 10 10H0Z"/>',
    "unknown": '<circle cx="5" cy="5" r="3.5"/>',
}


def _tone(tone: Any) -> str:
    return tone if tone in TONES else "neutral"


@register.filter
def bdi(value: Any) -> SafeString:
    """A name or a number that keeps its own direction: {{ name|bdi }}."""
    return format_html(
        "<bdi>{}</bdi>", figures.name_in_language(value) if not isinstance(value, (int, float)) else value
    )


@register.filter
def figure(value: Any, kind: str = "number") -> SafeString:
    """{{ row.cost|figure:"money_short" }}: a figure in <bdi>, with the reason where it is hidden."""
    text = tables.shown(value, kind)
    if is_suppressed(value):
        return format_html(
            '<span class="hidden-figure" title="{}"><bdi>{}</bdi></span>', why_hidden(value), text
        )
    return format_html('<bdi class="num">{}</bdi>', text)


def why_hidden(value: Any) -> str:
    """The explanation of a hidden figure."""
    if value.primary:
        return _("Fewer than %(threshold)s; not shown, so that nobody can be recognised.") % {
            "threshold": value.threshold
        }
    return _("Not shown, so that a small figure beside it cannot be worked out.")


@register.simple_tag
def unique_id(prefix: str = "id") -> str:
    """An id that no other element of the page has: {% unique_id "how" as how_id %}."""
    return f"{prefix}-{next(counter)}"


@register.simple_tag
def status(word: Any, tone: str = "neutral") -> SafeString:
    """{% status _("In order") "ok" %}: tones ok, attention, critical, neutral, info, unknown."""
    if isinstance(word, Status):
        word, tone = word.word, word.tone
    return _status(str(word), _tone(tone))


@lru_cache(maxsize=500, typed=True)
def _status(word: str, tone: str) -> SafeString:
    """Lists say the same few words in every row. Text and markup of the same letters are two."""
    return format_html(
        '<span class="status status--{}"><svg class="status__shape" viewBox="0 0 10 10" aria-hidden="true" '
        'focusable="false">{}</svg><bdi>{}</bdi></span>',
        tone,
        mark_safe(SHAPES[tone]),
        word,
    )


@register.simple_tag
def coverage(value: Any, tone: str = "") -> SafeString:
    """{% coverage 0.61 %}: a bar with its number; tone attention or critical colours it. Unknown: "–"."""
    if value is None or is_suppressed(value) or value != value:
        return figure(value, "percent")
    width = max(0, min(100, round(float(value) * 100)))
    return format_html(
        '<span class="coverage coverage--{}"><svg viewBox="0 0 100 10" preserveAspectRatio="none" '
        'aria-hidden="true" focusable="false"><rect class="coverage__track" width="100" height="10" rx="3"/>'
        '<rect class="coverage__fill" width="{}" height="10" rx="3"/></svg>'
        '<bdi class="coverage__figure num">{}</bdi></span>',
        tone or "plain",
        width,
        figures.percent(value),
    )


def _attributes(more: dict[str, Any]) -> SafeString:
    """Keyword arguments as HTML attributes: underscores become hyphens, False and None are left out."""
    parts = [
        format_html(" {}", name.replace("_", "-")) if value is True
        else format_html(' {}="{}"', name.replace("_", "-"), value)
        for name, value in more.items()
        if value is not False and value is not None and value != ""
    ]  # fmt: skip
    return mark_safe("".join(parts))


def _button_classes(kind: str, small: bool) -> str:
    return "button" + (f" button--{kind}" if kind else "") + (" button--small" if small else "")


@register.simple_tag
def button(
    label: Any, kind: str = "", icon: str = "", type: str = "submit", small: bool = False, **more: Any
) -> SafeString:
    """{% button _("Save") kind="primary" icon="check" name="act" value="save" data_confirm=_("Sure?") %}."""
    drawing = icons.icon(icon) if icon else ""
    return format_html(
        '<button class="{}" type="{}"{}>{}<span>{}</span></button>',
        _button_classes(kind, small), type, _attributes(more), drawing, label,
    )  # fmt: skip


@register.simple_tag
def link_button(
    url: Any, label: Any, kind: str = "", icon: str = "", small: bool = False, **more: Any
) -> SafeString:
    """{% link_button url _("Export to Excel") icon="download" %}: kinds primary, danger, plain, or none."""
    drawing = icons.icon(icon) if icon else ""
    return format_html(
        '<a class="{}" href="{}"{}>{}<span>{}</span></a>',
        _button_classes(kind, small), url, _attributes(more), drawing, label,
    )  # fmt: skip


@register.inclusion_tag("ui/components/tile.html")
def tile(
    label: Any,
    value: Any,
    note: Any = "",
    tone: str = "",
    how: Any = "",
    href: str = "",
    kind: str = "number",
) -> dict[str, Any]:
    """{% tile _("Gaps") 37 note=… tone="critical" how=_("…") href=… kind="percent" %}.

    The value may be a number, Suppressed, None or text.
    """
    shown = value if isinstance(value, str) else figure(value, kind)
    return {"label": label, "shown": shown, "note": note, "tone": tone, "how": how, "href": href}


@register.simple_block_tag
def tiles(content: str) -> SafeString:
    """{% tiles %}{% tile … %}{% tile … %}{% endtiles %}: a row of tiles."""
    return format_html('<div class="tiles">{}</div>', content)


@register.simple_block_tag
def card(
    content: str, title: Any = "", subtitle: Any = "", id: str = "", level: int = 2, end: Any = ""
) -> SafeString:
    """{% card title=_("Map") subtitle=… id="map" end=html %}…{% endcard %}; `end` stands beside the title."""
    id = id or f"card-{next(counter)}"
    named = format_html(' aria-labelledby="{}-title"', id) if title else ""
    head = ""
    if title or end:
        under = format_html('<p class="card__sub">{}</p>', subtitle) if subtitle else ""
        heading = format_html('<h{} id="{}-title">{}</h{}>', level, id, title, level) if title else ""
        head = format_html('<div class="card__head"><div>{}{}</div>{}</div>', heading, under, end)
    return format_html('<section class="card" id="{}"{}>{}{}</section>', id, named, head, content)


@register.simple_block_tag
def disclosure(
    content: str, summary: Any = "", open: bool = False, id: str = "", name: str = ""
) -> SafeString:
    """{% disclosure summary=_("Details") id="x" %}…{% enddisclosure %}; an id keeps it open over a swap.
    Of those with the same `name` one is open at a time."""
    return format_html(
        '<details class="disclosure"{}{}{}><summary>{}<span>{}</span></summary>'
        '<div class="disclosure__body">{}</div></details>',
        format_html(' id="{}"', id) if id else "", format_html(' name="{}"', name) if name else "",
        mark_safe(" open") if open else "",
        icons.icon("chevron-down", css="icon--turn"), summary, content,
    )  # fmt: skip


@register.simple_block_tag
def how(content: str, id: str = "") -> SafeString:
    """{% how %}<p>…</p>{% endhow %}: "How was this computed?" with its answer."""
    return format_html(
        '<details class="disclosure"{}><summary>{}<span>{}</span></summary>'
        '<div class="disclosure__body">{}</div></details>',
        format_html(' id="{}"', id) if id else "", icons.icon("circle-help"),
        _("How was this computed?"), content,
    )  # fmt: skip


@register.simple_block_tag
def notice(content: str, tone: str = "info", title: Any = "") -> SafeString:
    """{% notice tone="attention" title=… %}…{% endnotice %}: tones info, ok, attention, critical."""
    name = {"ok": "circle-check", "attention": "triangle-alert", "critical": "circle-x"}.get(tone, "info")
    heading = format_html('<p class="notice__title">{}</p>', title) if title else ""
    return format_html(
        '<div class="notice notice--{}">{}<div class="notice__body">{}{}</div></div>',
        tone,
        icons.icon(name),
        heading,
        content,
    )


@register.simple_block_tag
def empty(content: str, title: Any = "", icon: str = "inbox") -> SafeString:
    """{% empty title=_("No missions yet") %}<p>what to do</p>{% endempty %}."""
    return format_html(
        '<div class="empty">{}<p class="empty__title">{}</p><div class="empty__more">{}</div></div>',
        icons.icon(icon),
        title,
        content,
    )


@register.simple_tag
def facts(items: Any) -> SafeString:
    """{% facts items %}: a definition list of (term, value) pairs; None is shown as unknown."""
    rows = "".join(
        format_html(
            "<dt>{}</dt><dd>{}</dd>",
            term,
            figures.UNKNOWN if value is None or value == "" else conditional_escape(value),
        )
        for term, value in items
    )
    return format_html('<dl class="facts">{}</dl>', mark_safe(rows))


@register.simple_tag
def progress(value: int, maximum: int, label: Any) -> SafeString:
    """{% progress done total _("Rows read") %}."""
    id = f"progress-{next(counter)}"
    return format_html(
        '<div class="progress"><label for="{}">{} <bdi class="num muted">{} / {}</bdi></label>'
        '<progress id="{}" value="{}" max="{}"></progress></div>',
        id, label, figures.number(value), figures.number(maximum), id, int(value), int(maximum),
    )  # fmt: skip


@register.inclusion_tag("ui/components/timeline.html")
def timeline(items: Any) -> dict[str, Any]:
    """{% timeline items %}: each with `when`, `title`, and maybe `who`, `text`, `url`."""
    return {"items": items}


@register.inclusion_tag("ui/components/source.html")
def source(name: Any, date: Any = None, certainty: Any = "", url: str = "") -> dict[str, Any]:
    """{% source name date=… certainty=_("medium") url=… %}: where a figure comes from, how old, how sure."""
    return {"name": name, "date": date, "certainty": certainty, "url": url}


@register.inclusion_tag("ui/components/fiction.html")
def fiction() -> dict[str, Any]:
    """{% fiction %}: the banner that says that the place and its people are made up."""
    return {}


@register.inclusion_tag("ui/components/data_table.html", takes_context=True)
def data_table(context: Context, table: tables.Table) -> dict[str, Any]:
    """{% data_table table %}: see maarag.ui.tables.Table and Column."""
    heading = tables.heading_key(table)
    totals = [_total(table, column, heading) for column in table.columns] if table.totals else []
    return {
        "table": table,
        "heads": mark_safe("".join(_head(context, table, column) for column in table.columns)),
        "rows": _rows(table, heading),
        "totals": totals,
        "empty": tables.empty_text(table),
    }


# Headings and rows are put together here and not by the template, which takes several times as long.
def _head(context: Context, table: tables.Table, column: tables.Column) -> str:
    direction, name = tables.direction(column, table.sort), conditional_escape(column.label)
    if column.sortable:
        changes = {table.sort_parameter: tables.next_sort(column, table.sort), "page": None}
        url, region = conditional_escape(changed_query(context, **changes)), conditional_escape(table.region)
        live = (
            f' hx-get="{url}" hx-target="#{region}" hx-select="#{region}" hx-swap="outerHTML"'
            ' hx-push-url="true"'
            if region
            else ""
        )
        arrow = {"ascending": "arrow-up", "descending": "arrow-down"}.get(direction, "arrow-up-down")
        id = f"sort-{region}{slugify(column.key)}"
        name = f'<a class="sort" href="{url}"{live} id="{id}">{name}{icons.icon(arrow)}</a>'
    hint = f"<br><small>{conditional_escape(column.hint)}</small>" if column.hint else ""
    sorted_by = f' aria-sort="{direction}"' if direction else ""
    return f'<th scope="col" role="columnheader" class="{column.css}"{sorted_by}>{name}{hint}</th>'


def _rows(table: tables.Table, heading: str) -> SafeString:
    around = []
    for column in table.columns:
        tag, role = ("th", 'scope="row" role="rowheader"') if column.key == heading else ("td", 'role="cell"')
        label = conditional_escape(column.label)
        around.append((column, f'<{tag} {role} class="{column.css}" data-label="{label}">', f"</{tag}>"))
    parts: list[str] = []
    for row in table.rows:
        parts.append('<tr role="row">')
        for column, opening, closing in around:
            cell = conditional_escape(_shown(row, column))
            if column.link and (url := tables.value_in(row, column.link)):
                cell = f'<a href="{conditional_escape(url)}">{cell}</a>'
            parts += (opening, cell, closing)
        parts.append("</tr>")
    return mark_safe("".join(parts))


def _total(table: tables.Table, column: tables.Column, heading: str) -> dict[str, Any]:
    if column.key not in table.totals:
        return {"column": column, "shown": "", "is_heading": False, "empty": True}
    shown = _shown(table.totals, column)
    return {"column": column, "shown": shown, "is_heading": column.key == heading}


def _shown(row: Any, column: tables.Column) -> Any:
    value = tables.value_in(row, column.key)
    match column.kind:
        case "coverage":
            return coverage(value)
        case "status":
            return status(value) if isinstance(value, Status) else figures.UNKNOWN
        case "actions":
            return value or ""
        case _ if is_suppressed(value) or column.kind in tables.NUMERIC:
            return figure(value, column.kind)
        case _:
            text = tables.shown(value, column.kind)
            return (
                text if isinstance(text, SafeString) else SafeString(f"<bdi>{conditional_escape(text)}</bdi>")
            )
