"""What the forms of casework have in common: long texts, professions, terms, and what changed meanwhile."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maarag.kernel.taxonomy.models import Term, Vocabulary
from maarag.kernel.taxonomy.queries import current_terms
from maarag.ui import figures
from maarag.ui.choices import NamedChoice
from maarag.ui.figures import name_in_language

from ..models import Profession


class CaseForm(forms.Form):
    """`row` is the record as it is now, if there is one; `by` who fills the form in; `family` whose it is."""

    def __init__(
        self, data: Any = None, files: Any = None, *, family: Any, by: Any, row: Any = None, **options: Any
    ) -> None:
        self.family, self.by, self.row = family, by, row
        options.setdefault("initial", self.initial_of(row) if row is not None else self.first())
        super().__init__(data, files, **options)
        self.prepare()

    @classmethod
    def initial_of(cls, row: Any) -> dict[str, Any]:
        """The fields as the row has them."""
        return {name: getattr(row, name, None) for name in cls.base_fields}

    def first(self) -> dict[str, Any]:
        """What an empty form begins with."""
        return {}

    def prepare(self) -> None:
        """Offer what this family and this worker may choose."""

    def chooser(self, name: str) -> Any:
        return self.fields[name]


def long_text(label: Any, *, rows: int = 4, required: bool = True, most: int = 2000, hint: Any = "") -> Any:
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def short_text(label: Any, *, required: bool = True, most: int = 200, hint: Any = "") -> Any:
    return forms.CharField(label=label, max_length=most, required=required, help_text=hint)


def profession_boxes(label: Any, hint: Any = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=Profession.choices, help_text=hint, widget=forms.CheckboxSelectMultiple
    )


class TermChoice(NamedChoice):
    """One term of a vocabulary; narrower terms stand below broader ones, further in."""

    def __init__(self, vocabulary: Vocabulary, **options: Any) -> None:
        self.vocabulary = vocabulary
        super().__init__(Term.objects.none(), to_field_name="code", empty_label=_("Choose"), **options)

    def offer(self, row: Any = None) -> None:
        """The terms in use, and the one that the row has."""
        found = current_terms(self.vocabulary).filter(parent__isnull=False)
        if row is not None:
            found = found | Term.objects.filter(pk=row.pk)
        self.queryset = found.distinct()

    def label_from_instance(self, row: Any) -> str:
        return "\u2003" * max(row.level - 1, 0) + (name_in_language(row) or str(row))


def in_words(form: forms.Form, name: str, value: Any) -> str:
    """A value of a field as a person reads it."""
    chooser: Any = form.fields[name]
    if isinstance(value, list | tuple):
        return figures.joined(in_words(form, name, one) for one in value)
    if isinstance(chooser, forms.ModelChoiceField):
        row = value
        if row not in (None, "") and not hasattr(row, "pk"):
            offered: Any = chooser.queryset
            row = offered.filter(**{chooser.to_field_name or "pk": value}).first()
        return name_in_language(row) or str(row) if row else ""
    if hasattr(chooser, "choices"):
        return str(dict(chooser.choices).get(str(value), value or ""))
    if isinstance(chooser, forms.DateTimeField) and hasattr(value, "hour"):
        return figures.moment(value)
    if isinstance(chooser, forms.DateField) and hasattr(value, "day"):
        return figures.day(value)
    return "" if value is None else str(value)


def differences(mine: CaseForm, now: Any) -> list[tuple[Any, str, str]]:
    """(label, what is saved now, what was typed) of the fields where the two differ."""
    saved = mine.initial_of(now)
    found = []
    for name, chooser in mine.fields.items():
        if name not in saved:
            continue
        theirs = in_words(mine, name, saved[name])
        typed = mine.cleaned_data.get(name, mine[name].value())
        yours = in_words(mine, name, typed)
        if theirs.strip() != yours.strip():
            found.append((chooser.label, theirs, yours))
    return found
