"""How forms look: the renderer of `{{ form }}`, one field, the error summary, the place to drop a file."""

from __future__ import annotations

from typing import Any

from django.forms import BoundField
from django.forms.renderers import DjangoTemplates

from .library import counter, register


class Renderer(DjangoTemplates):
    """Makes `{{ form }}` and `{{ field.as_field_group }}` use our templates (setting FORM_RENDERER)."""

    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"


def kind_of(bound: BoundField) -> str:
    """What kind of control a field is: checkbox, choices, file or input."""
    name = type(bound.field.widget).__name__
    if name == "CheckboxInput":
        return "checkbox"
    if name in ("RadioSelect", "CheckboxSelectMultiple"):
        return "choices"
    return "file" if "File" in name else "input"


@register.filter
def widget_kind(bound: BoundField) -> str:
    """{{ field|widget_kind }}: checkbox, choices, file or input."""
    return kind_of(bound)


@register.inclusion_tag("ui/forms/field.html", name="field")
def field_tag(bound: BoundField) -> dict[str, Any]:
    """{% field form.name %}: label, hint, error and control, tied together for screen readers."""
    return {"field": bound}


@register.inclusion_tag("ui/forms/error_summary.html")
def error_summary(form: Any) -> dict[str, Any]:
    """{% error_summary form %}: what is wrong, each a link to its field; nothing where nothing is wrong."""
    return {"form": form}


@register.inclusion_tag("ui/components/file_drop.html")
def file_drop(
    name: str = "file",
    label: Any = "",
    accept: str = "",
    hint: Any = "",
    error: Any = "",
    required: bool = True,
) -> dict[str, Any]:
    """{% file_drop "file" _("File to load") accept=".csv,.xlsx" hint=… error=… %}: a plain file control
    in a frame that files may be dropped on."""
    id = f"drop-{next(counter)}"
    described = " ".join(f"{id}-{part}" for part, text in (("hint", hint), ("error", error)) if text)
    return {
        "id": id, "name": name, "label": label, "accept": accept, "hint": hint, "error": error,
        "required": required, "described": described,
    }  # fmt: skip
