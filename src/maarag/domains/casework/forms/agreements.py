"""Forms of consent, of sharing the plan, and of closing with an outcome."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maarag.domains.families.consented import Consented
from maarag.domains.families.models import ClosingReason
from maarag.kernel.people.models import Organisation
from maarag.ui import figures
from maarag.ui.choices import NamedChoice, day_field

from ..models import Consent, Document, Goal, GoalState, Manner, Profession
from ..models.planning import OPEN_GOALS
from ..queries.sharing import may_stay_after
from ..words import professions_in_words
from .asking import CaseForm, long_text, profession_boxes, short_text


class ConsentForm(CaseForm):
    """What the family agrees to."""

    purpose = long_text(
        pgettext_lazy("consent", "What for"),
        rows=3,
        most=1000,
        hint=_("In words that the family would use. Kept encrypted."),
    )
    professions = profession_boxes(_("With whom the matters of the family may be spoken of"))
    given_by = short_text(_("Given by"), hint=_("Who of the family."))
    manner = forms.ChoiceField(label=_("How"), choices=Manner.choices, widget=forms.RadioSelect)
    given_on = day_field(_("Given on"))
    until = day_field(_("Until"), help_text=_("The last day, two years from the first at most."))
    document = forms.ModelChoiceField(
        Document.objects.none(),
        required=False,
        label=_("Signed form"),
        empty_label=_("None in the file"),
        help_text=_("Put a scan of it among the documents first."),
    )

    def first(self) -> dict[str, Any]:
        return {"given_on": timezone.localdate()}

    def prepare(self) -> None:
        chooser = self.chooser("document")
        chooser.queryset = Document.objects.filter(family=self.family, removed_at=None)
        chooser.label_from_instance = lambda row: f"{row.title} · {figures.day(row.written_at)}"


class WithdrawForm(CaseForm):
    """Who takes a consent back."""

    words = long_text(_("Who withdrew it, and what was said"), rows=3, most=1000)
    staying = forms.MultipleChoiceField(
        required=False,
        label=_("Does the family still agree to any of these?"),
        help_text=_("Bodies see them because the family consented. They end too, but for those you tick."),
        widget=forms.CheckboxSelectMultiple,
    )

    @classmethod
    def initial_of(cls, row: Any) -> dict[str, Any]:
        return {"words": ""}

    def prepare(self) -> None:
        choices = [(each.key, seen_in_words(each)) for each in may_stay_after(self.row)]
        if choices:
            self.chooser("staying").choices = choices
        else:
            del self.fields["staying"]


def seen_in_words(each: Consented) -> str:
    """What a body sees by consent, and until when."""
    if each.until is None:
        return str(each.what)
    return _g("%(what)s, until %(day)s") % {"what": each.what, "day": figures.day(each.until)}


class PlanShareForm(CaseForm):
    """With whom the plan is shared, and by what right."""

    organisation = NamedChoice(
        Organisation.objects.all(),
        to_field_name="code",
        label=_("Shared with"),
        empty_label=_("Choose"),
        help_text=_("The body's workers see the goals and responses of one field of work, while it holds."),
    )
    profession = forms.ChoiceField(
        label=pgettext_lazy("profession", "Field of work"),
        choices=Profession.choices,
        widget=forms.RadioSelect,
    )
    with_name = forms.BooleanField(
        label=_("With the family's name; without it the body sees the file number"), required=False
    )
    consent = forms.ModelChoiceField(
        Consent.objects.none(),
        required=False,
        label=_("On the ground of the consent"),
        empty_label=_("No consent: a law says so"),
    )
    basis_details = long_text(
        _("The section of the law"),
        rows=2,
        required=False,
        most=1000,
        hint=_("Needed where no consent is chosen."),
    )
    starts = day_field(_("From"))
    ends = day_field(_("Until"), help_text=_("Not later than the consent, two years at most."))

    def first(self) -> dict[str, Any]:
        return {"starts": timezone.localdate()}

    def prepare(self) -> None:
        chooser = self.chooser("consent")
        chooser.queryset = Consent.objects.filter(
            family=self.family, withdrawn_at=None, until__gte=timezone.localdate()
        )
        chooser.label_from_instance = lambda row: (
            _g("%(whom)s, until %(day)s")
            % {
                "whom": professions_in_words(row.professions),
                "day": figures.day(row.until),
            }
        )


class OutcomeForm(CaseForm):
    """How the work with the family ended; one choice for each goal that is open still."""

    reason = forms.ChoiceField(
        label=_("Why the file is closed"), choices=ClosingReason.choices, widget=forms.RadioSelect
    )
    closed_on = day_field(_("Closed on"))
    helped = long_text(_("What helped, in the family's own words"), required=False)
    hindered = long_text(_("What did not help, in the family's own words"), rows=3, required=False)
    said_by = short_text(_("Whose words these are"), required=False)
    next_steps = long_text(
        _("What follows"), rows=3, hint=_("Who accompanies the family from here on, and whom it can turn to.")
    )

    def first(self) -> dict[str, Any]:
        return {"closed_on": timezone.localdate()}

    def prepare(self) -> None:
        self.open_goals = list(
            Goal.objects.filter(family=self.family, state__in=OPEN_GOALS).order_by("position")
        )
        ends = [one for one in GoalState.choices if one[0] not in OPEN_GOALS]
        asked: dict[str, forms.Field] = {}
        for goal in self.open_goals:
            label = _g("Goal %(number)s: %(words)s") % {"number": goal.position, "words": goal.own_words}
            asked[f"goal_{goal.pk}"] = forms.ChoiceField(label=label, choices=ends, widget=forms.RadioSelect)
            asked[f"why_{goal.pk}"] = short_text(
                _g("What happened with goal %(number)s") % {"number": goal.position},
                required=False,
                most=1000,
                hint=_("Needed where the goal is dropped."),
            )
        self.fields = asked | self.fields

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for goal in self.open_goals:
            if given.get(f"goal_{goal.pk}") == GoalState.DROPPED and not given.get(f"why_{goal.pk}"):
                self.add_error(f"why_{goal.pk}", _g("Say why the goal is dropped."))
        return given

    def values(self) -> dict[str, Any]:
        """What the form says, for the action."""
        given = dict(self.cleaned_data)
        goals = {
            goal.pk: (given.pop(f"goal_{goal.pk}"), given.pop(f"why_{goal.pk}")) for goal in self.open_goals
        }
        return {**given, "goals": goals}
