"""Forms of situations, strengths, goals and the plan."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maarag.domains.services.models import Service, ServiceStatus
from maarag.domains.services.queries import inside
from maarag.kernel.taxonomy.models import Vocabulary
from maarag.ui.choices import NamedChoice, day_field

from ..models import Doer, Frequency, Goal, GoalState, Profession, Progress, SaidBy
from .asking import CaseForm, TermChoice, long_text, profession_boxes, short_text


class SituationForm(CaseForm):
    """Something that the family lives in."""

    term = TermChoice(Vocabulary.SITUATION, label=_("Situation"))
    words = long_text(_("In words"), rows=3, required=False, hint=_("Kept encrypted."))
    said_by = forms.ChoiceField(label=_("Who said so"), choices=SaidBy.choices, widget=forms.RadioSelect)
    said_by_whom = short_text(_("Who exactly"), required=False)
    said_on = day_field(_("On which day"))

    def first(self) -> dict[str, Any]:
        return {"said_on": timezone.localdate()}

    @classmethod
    def initial_of(cls, row: Any) -> dict[str, Any]:
        return super().initial_of(row) | {"term": row.term.code if row.term else ""}

    def prepare(self) -> None:
        self.chooser("term").offer(self.row.term if self.row else None)


class StrengthForm(CaseForm):
    """Something that the family is good at or can lean on."""

    words = long_text(
        _("In words"),
        rows=3,
        hint=_("What goes well, who stands by the family, what it managed before. Kept encrypted."),
    )
    said_by = forms.ChoiceField(label=_("Who said so"), choices=SaidBy.choices, widget=forms.RadioSelect)
    said_by_whom = short_text(_("Who exactly"), required=False)
    said_on = day_field(_("On which day"))

    def first(self) -> dict[str, Any]:
        return {"said_on": timezone.localdate()}


class EndForm(CaseForm):
    """Since when something no longer holds."""

    ended_on = day_field(_("Since which day it no longer holds"))
    why = long_text(_("What changed"), rows=3, most=1000)

    def first(self) -> dict[str, Any]:
        return {"ended_on": timezone.localdate()}

    @classmethod
    def initial_of(cls, row: Any) -> dict[str, Any]:
        return {"ended_on": timezone.localdate()}


class GoalForm(CaseForm):
    """What the family wants to reach."""

    own_words = long_text(
        _("In the family's own words"), hint=_("As they said it, in their language. Kept encrypted.")
    )
    professional_words = long_text(_("In the professional's words"), rows=3, required=False)
    professions = profession_boxes(
        _("Fields of work"),
        _("A body with which the plan is shared sees the goals of its own field only."),
    )
    target_on = day_field(_("Target day"))
    agreed_by = short_text(_("Who of the family agreed"))
    agreed_on = day_field(_("Agreed on"))

    def first(self) -> dict[str, Any]:
        return {"agreed_on": timezone.localdate(), "professions": [Profession.WELFARE]}


class GoalStateForm(CaseForm):
    """How a goal stands."""

    state = forms.ChoiceField(
        label=_("How it stands now"), choices=GoalState.choices, widget=forms.RadioSelect
    )
    reason = long_text(
        _("What happened"), rows=3, required=False, most=1000, hint=_("Needed where the goal is dropped.")
    )

    @classmethod
    def initial_of(cls, row: Any) -> dict[str, Any]:
        return {"state": row.state, "reason": row.state_reason}


class ItemForm(CaseForm):
    """A response in the plan."""

    goal = forms.ModelChoiceField(Goal.objects.none(), label=_("Towards which goal"), empty_label=_("Choose"))
    response = TermChoice(Vocabulary.RESPONSE, label=_("Response"))
    service = NamedChoice(
        Service.objects.none(),
        to_field_name="code",
        required=False,
        label=_("Service of the directory"),
        empty_label=_("None, or not chosen yet"),
    )
    doer = forms.ChoiceField(label=_("Who does it"), choices=Doer.choices, widget=forms.RadioSelect)
    who = short_text(_("Who exactly"), required=False, hint=_("A name, a post, or another body."))
    starts = day_field(_("From"))
    ends = day_field(_("Until"), required=False, help_text=_("Leave it empty where no end is agreed."))
    frequency = forms.ChoiceField(label=_("How often"), choices=[("", _("Choose")), *Frequency.choices])
    amount = short_text(_("How much"), required=False, hint=_("For example: two hours, 300 ₪ a month."))
    details = long_text(_("Details"), rows=3, required=False)
    professions = profession_boxes(
        _("Fields of work"),
        _("A body with which the plan is shared sees the responses of its own field only."),
    )

    def first(self) -> dict[str, Any]:
        return {"starts": timezone.localdate(), "professions": [Profession.WELFARE]}

    @classmethod
    def initial_of(cls, row: Any) -> dict[str, Any]:
        codes = {"response": row.response.code, "service": row.service.code if row.service else ""}
        return super().initial_of(row) | codes | {"goal": row.goal_id}

    def prepare(self) -> None:
        goals = self.chooser("goal")
        goals.queryset = Goal.objects.filter(family=self.family).exclude(state=GoalState.DROPPED)
        goals.label_from_instance = lambda goal: f"{goal.position}. {_shortened(goal.own_words)}"
        self.chooser("response").offer(self.row.response if self.row else None)
        offered = inside(self.family.authority).filter(status=ServiceStatus.ACTIVE)
        if self.row and self.row.service_id:
            offered = offered | Service.objects.filter(pk=self.row.service_id)
        self.chooser("service").queryset = offered.distinct()


class ProgressForm(CaseForm):
    """How an item of the plan goes on."""

    progress = forms.ChoiceField(
        label=_("How it goes on"), choices=Progress.choices, widget=forms.RadioSelect
    )
    note = long_text(
        _("What happened"), rows=3, required=False, most=1000, hint=_("Needed where it was stopped.")
    )

    @classmethod
    def initial_of(cls, row: Any) -> dict[str, Any]:
        return {"progress": row.progress, "note": row.progress_note}


class AgreeForm(CaseForm):
    """The family and the worker agree on the draft."""

    agreed_by = short_text(_("Who of the family agreed"))
    agreed_on = day_field(_("Agreed on"))
    note = long_text(_("What this version changes"), rows=2, required=False, most=1000)

    def first(self) -> dict[str, Any]:
        return {"agreed_on": timezone.localdate()}

    @classmethod
    def initial_of(cls, row: Any) -> dict[str, Any]:
        return {"agreed_on": timezone.localdate()}


def _shortened(text: str, most: int = 80) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
