"""The form of a rater: a level for each dimension, and what it rests on.

form = RatingForm(request.POST, rubric=rubric)     # or RatingForm(rubric=rubric, marks=own_marks(round, by))
{% include "rubrics/_rate.html" %}                  {# inside your <form>, with `form` in the context #}
rate(by=by, round=round, marks=form.marks(), day=form.cleaned_data["day"])
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from maarag.ui.choices import day_field
from maarag.ui.figures import name_in_language

from .actions import MarkDraft
from .models import Dimension, Level, Rubric

CANNOT_TELL = "unknown"
LONGEST_EVIDENCE = 2000


@dataclass(frozen=True)
class Choice:
    """A radio button: a described level, or that it cannot be told yet (`level` None)."""

    value: str
    id: str
    level: Level | None
    checked: bool


@dataclass(frozen=True)
class Asked:
    """A dimension as the form asks for it."""

    dimension: Dimension
    field: BoundField
    evidence: BoundField
    choices: list[Choice]


class RatingForm(forms.Form):
    """Every dimension of a rubric. What is left open stays as it was: a rating may be made in parts.

    `whole`: every dimension has to be answered, if only by "cannot be told yet". Fields are named
    `<prefix>-level-<dimension>` and `<prefix>-evidence-<dimension>`.
    """

    day = day_field(_("Day of the rating"))

    def __init__(
        self,
        *args: Any,
        rubric: Rubric,
        marks: Mapping[str, Any] | None = None,
        whole: bool = False,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("prefix", "rubric")
        initial: dict[str, Any] = {"day": timezone.localdate()}
        for code, mark in (marks or {}).items():
            initial[f"level-{code}"] = str(mark.level.value) if mark.level else CANNOT_TELL
            initial[f"evidence-{code}"] = mark.evidence
        kwargs["initial"] = initial | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.rubric = rubric
        self.dimensions = list(rubric.dimensions.prefetch_related("levels"))
        for dimension in self.dimensions:
            values = [(str(level.value), level.value) for level in dimension.levels.all()]
            self.fields[f"level-{dimension.code}"] = forms.ChoiceField(
                label=name_in_language(dimension),
                choices=[*values, (CANNOT_TELL, CANNOT_TELL)],
                required=whole,
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose a level, or that it cannot be told yet.")},
            )
            self.fields[f"evidence-{dimension.code}"] = forms.CharField(
                label=_("What it rests on"),
                required=False,
                max_length=LONGEST_EVIDENCE,
                help_text=_("What you saw or heard, when, and from whom. Kept encrypted."),
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for dimension in self.dimensions:
            level = given.get(f"level-{dimension.code}")
            if given.get(f"evidence-{dimension.code}") and level == "":
                self.add_error(
                    f"level-{dimension.code}", _g("You wrote what it rests on; choose a level too.")
                )
        day = given.get("day")
        if day and day > timezone.localdate():
            self.add_error("day", _g("The day lies in the future."))
        return given

    def asked(self) -> Iterator[Asked]:
        """The dimensions in their order, for the template."""
        for dimension in self.dimensions:
            field = self[f"level-{dimension.code}"]
            chosen = str(field.value() or "")
            levels: list[Level | None] = [*dimension.levels.all(), None]
            choices = []
            for number, level in enumerate(levels):
                value = CANNOT_TELL if level is None else str(level.value)
                # the first has the field's own id, to which the summary of errors leads
                id = field.id_for_label or field.auto_id
                choices.append(Choice(value, f"{id}-{number}" if number else id, level, value == chosen))
            yield Asked(dimension, field, self[f"evidence-{dimension.code}"], choices)

    def marks(self) -> list[MarkDraft]:
        """What was answered, for the actions."""
        given = self.cleaned_data
        return [
            MarkDraft(
                dimension.code,
                None if level == CANNOT_TELL else int(level),
                given.get(f"evidence-{dimension.code}", ""),
            )
            for dimension in self.dimensions
            if (level := given.get(f"level-{dimension.code}"))
        ]
