"""The form of one request: who gives it and for how much, why, and what the family chose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from maarag.domains.casework.models import Goal
from maarag.domains.casework.models.planning import OPEN_GOALS
from maarag.domains.casework.queries.planning import goals_of
from maarag.ui import figures
from maarag.ui.choices import day_field
from maarag.ui.figures import name_in_language

from ..amounts import AmountField
from ..models import MOST_OF_A_THING, Request, Unit
from ..prices import Offer


def offer_in_words(offer: Offer) -> str:
    """A service with its price, and whether that rose."""
    name = name_in_language(offer.service)
    body = name_in_language(offer.service.organisation)
    who = name if name == body else f"{name} · {body}"
    if offer.price is None:
        return _g("%(service)s – no price in the list") % {"service": who}
    words = _g("%(service)s – %(price)s for each: %(unit)s") % {
        "service": who,
        "price": figures.money(offer.price.amount),
        "unit": offer.price.get_unit_display(),
    }
    if offer.before is not None and offer.before < offer.price.amount:
        words += " · " + _g("rose on %(day)s, was %(before)s") % {
            "day": figures.day(offer.price.starts),
            "before": figures.money(offer.before),
        }
    return words


def goals_for(request: Request) -> list[Goal]:
    """The goals of the family's plan that are open, and the one that was chosen."""
    return [
        goal
        for goal in goals_of(request.family)
        if goal.state in OPEN_GOALS or goal.pk == request.plan_goal_id
    ]


def goal_in_words(goal: Goal) -> str:
    return f"{goal.own_words} · {goal.get_state_display()} · {figures.day(goal.target_on)}"


class RequestForm(forms.Form):
    """A request as far as it is known; nothing is required until it is sent."""

    plan_goal = forms.ChoiceField(
        label=_("Which goal of the family it serves"),
        required=False,
        widget=forms.RadioSelect,
        help_text=_("From the family's plan, in its own words."),
    )
    why = forms.CharField(
        label=_("Why this response"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept encrypted."),
    )
    offered = forms.MultipleChoiceField(
        label=_("What was offered to the family"), required=False, widget=forms.CheckboxSelectMultiple
    )
    chosen = forms.ChoiceField(label=_("Who gives it"), required=False, widget=forms.RadioSelect)
    unit = forms.ChoiceField(
        label=_("Counted by"), choices=[("", "---------"), *Unit.choices], required=False,
        help_text=_("Only where the list has no price."),
    )  # fmt: skip
    unit_price = AmountField(
        label=_("Price of one, in shekels"),
        required=False,
        help_text=_("Only where the list has no price. For example 1,200 or 85.50."),
    )
    quantity = forms.IntegerField(
        label=_("How many"), min_value=1, max_value=MOST_OF_A_THING, required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    choice = forms.CharField(
        label=_("What the family chose and why"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("In its own words. Kept encrypted."),
    )
    needed_by = day_field(_("Needed by"), required=False)

    def __init__(self, *args: Any, request: Request, offers: Sequence[Offer], **kwargs: Any) -> None:
        kwargs.setdefault("initial", self.initial_of(request))
        super().__init__(*args, **kwargs)
        self.offers = {offer.key: offer for offer in offers}
        labelled = [(offer.key, offer_in_words(offer)) for offer in offers]
        services = dict.fromkeys((str(o.service.pk), name_in_language(o.service)) for o in offers)
        if request.service is not None and str(request.service.pk) not in dict(services):
            key = self.initial["chosen"]
            self.offers[key] = Offer(request.service, request.price)
            labelled.append((key, offer_in_words(self.offers[key])))
            services[str(request.service.pk), name_in_language(request.service)] = None
        self.goals = {str(goal.pk): goal for goal in goals_for(request)}
        goals = [(key, goal_in_words(goal)) for key, goal in self.goals.items()]
        if request.goal and request.plan_goal is None:
            goals.append(("", _g("As it was written before: %(goal)s") % {"goal": request.goal}))
        fields: Any = self.fields
        fields["plan_goal"].choices = goals
        fields["chosen"].choices = labelled
        fields["offered"].choices = list(services)

    @staticmethod
    def initial_of(request: Request) -> dict[str, Any]:
        chosen = ""
        if request.price_id:
            chosen = f"p{request.price_id}"
        elif request.service_id:
            chosen = f"s{request.service_id}"
        return {
            "plan_goal": str(request.plan_goal_id or ""),
            "why": request.why,
            "offered": [str(pk) for pk in request.offered],
            "chosen": chosen,
            "unit": request.unit if not request.price_id else "",
            "unit_price": request.unit_price if not request.price_id else None,
            "quantity": request.quantity,
            "choice": request.choice,
            "needed_by": request.needed_by,
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        offer = self.offers.get(given.get("chosen") or "")
        if offer is not None and offer.price is None and given.get("unit_price") and not given.get("unit"):
            self.add_error("unit", _g("Say by what it is counted."))
        if offer is None and given.get("unit_price"):
            self.add_error("chosen", _g("Choose who gives it for this price."))
        return given

    def values(self) -> dict[str, Any]:
        """What the form says, for the actions."""
        given = self.cleaned_data
        offer = self.offers.get(given.get("chosen") or "")
        price = offer.price if offer else None
        typed = given.get("unit_price")
        return {
            "plan_goal": self.goals.get(given["plan_goal"]),
            "why": given["why"].strip(),
            "offered": sorted(int(pk) for pk in given["offered"]),
            "service": offer.service if offer else None,
            "price": price,
            "unit": price.unit if price else (given["unit"] if offer else ""),
            "unit_agorot": price.agorot if price else (typed.agorot if offer and typed else None),
            "quantity": given["quantity"],
            "choice": given["choice"].strip(),
            "needed_by": given["needed_by"],
        }
