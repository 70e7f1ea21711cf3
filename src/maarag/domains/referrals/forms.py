"""Forms of referrals: sending, answering, hearing the family, closing, time limits."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from maarag.domains.families.models import Basis, Family, SharedField
from maarag.domains.services.models import Service
from maarag.kernel.taxonomy.models import Term, Vocabulary
from maarag.ui.choices import NamedChoice, day_field

from .limits import DEFAULTS, MOST_DAYS, SEEN_AFTER, Limits
from .models import AskedHow, CloseReason, DeclineReason, Help, Referral

USUAL = (
    SharedField.FAMILY_NAME,
    SharedField.MEMBER_NAMES,
    SharedField.MEMBER_AGES,
    SharedField.MEMBER_PHONES,
    SharedField.WORKER,
)
"""What a service usually needs to know: offered ticked, and each can be unticked."""
SOMEBODY = "other"


def _text(
    label: Any, rows: int, longest: int, *, required: bool = False, help_text: Any = ""
) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, max_length=longest, widget=area, required=required, help_text=help_text
    )


def _days(label: Any, initial: int, *, least: int = 1, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=least, max_value=MOST_DAYS, initial=initial, help_text=help_text
    )


class LimitsForm(forms.Form):
    """Days for each step of one referral."""

    answer_days = _days(_("Days for the answer"), DEFAULTS.answer)
    start_days = _days(_("Days from the answer to the beginning"), DEFAULTS.start)
    ask_days = _days(_("Days from the beginning until the family is asked"), DEFAULTS.ask)
    close_days = _days(_("Days from the family's word to the closing"), DEFAULTS.close)
    seen_days = _days(
        _("Days for which the service still sees it after its end"),
        SEEN_AFTER,
        least=0,
        help_text=_("A referral that is withdrawn or lapses is not seen any more at once."),
    )

    def limits(self) -> Limits:
        """The limits as checked."""
        given = self.cleaned_data
        return Limits(given["answer_days"], given["start_days"], given["ask_days"], given["close_days"])


class ReferralForm(LimitsForm):
    """What is asked of the service, what it sees of the file, by what right."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    response = NamedChoice(
        Term.objects.none(),
        to_field_name="code",
        required=False,
        label=_("Response that the family needs"),
        empty_label=_("None of these"),
    )
    text = _text(
        _("What you ask of the service"),
        5,
        2000,
        required=True,
        help_text=_("The service reads it: what the family needs, what was agreed with it, what matters."),
    )
    fields_shared = forms.MultipleChoiceField(
        label=_("What the service sees of the file"),
        choices=SharedField.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only this, and only until the referral has ended and its days after that are over."),
    )
    basis = forms.ChoiceField(label=_("By what right"), choices=Basis.choices, widget=forms.RadioSelect)
    basis_details = _text(
        _("Who consented, how and when; or which section of which law"),
        2,
        1000,
        required=True,
        help_text=_("Kept encrypted; the service does not see it."),
    )

    field_order = ("key", "response", "text", "fields_shared", "basis", "basis_details")

    def __init__(self, data: Any = None, *, service: Service, like: Referral | None = None) -> None:
        super().__init__(data, initial=_first(like))
        given = Term.objects.filter(service_terms__service=service, vocabulary=Vocabulary.RESPONSE)
        field: Any = self.fields["response"]
        field.queryset = given.order_by("name_he")
        if data is None and len(terms := list(given[:2])) == 1:
            field.initial = self.initial.setdefault("response", terms[0].code)


def _first(like: Referral | None) -> dict[str, Any]:
    """What the form begins with: the usual fields, or what an earlier referral for the same need said."""
    first: dict[str, Any] = {"key": uuid4(), "fields_shared": list(USUAL)}
    if like is not None:
        first |= {
            "text": like.text,
            "fields_shared": like.fields,
        }
        if like.consent_withdrawn_at is None:
            first |= {"basis": like.basis, "basis_details": like.basis_details}
    return first


class AcceptForm(forms.Form):
    """The service takes the family."""

    words = _text(_("Words to the sender"), 2, 1000, help_text=_("Whom to call, when it begins."))


class DeclineForm(forms.Form):
    """The service does not take the family."""

    reason = forms.ChoiceField(label=_("Why not"), choices=DeclineReason.choices, widget=forms.RadioSelect)
    words = _text(_("In words"), 2, 1000, help_text=_("What would make it possible, or who else could help."))


class StartForm(forms.Form):
    """The service has begun."""

    words = _text(_("Words to the sender"), 2, 1000)


class HelpForm(forms.Form):
    """The family's own word, and who said it."""

    help = forms.ChoiceField(
        label=_("Did the family get help?"),
        choices=Help.choices,
        widget=forms.RadioSelect,
        help_text=_("As the family says it, not as the service or you see it."),
    )
    said_by = forms.ChoiceField(label=_("Who of the family said it"))
    said_by_other = forms.CharField(
        label=_("Who, if somebody else of the family"), max_length=120, required=False
    )
    how = forms.ChoiceField(label=_("How you asked"), choices=AskedHow.choices)
    said_on = day_field(_("When"))
    words = _text(
        _("In the family's words"), 2, 1000, help_text=_("Kept encrypted; the service does not see it.")
    )

    def __init__(self, data: Any = None, *, family: Family, prefix: str | None = None) -> None:
        super().__init__(data, initial={"said_on": timezone.localdate()}, prefix=prefix)
        people = [(str(one.pk), str(one)) for one in family.members.order_by("position")]
        field: Any = self.fields["said_by"]
        field.choices = [("", _("Choose")), *people, (SOMEBODY, _("Somebody else of the family"))]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        other = given.get("said_by_other", "")
        if given.get("said_by") == SOMEBODY and not other:
            self.add_error("said_by_other", _now("Write who said it."))
        elif "said_by" in given:
            names: Any = self.fields["said_by"]
            given["said_by"] = (
                other if given["said_by"] == SOMEBODY else dict(names.choices)[given["said_by"]]
            )
        given.pop("said_by_other", None)
        return given


class CloseForm(forms.Form):
    """How the referral ended."""

    # a withdrawn consent has a form of its own, for it also ends what the service sees
    reason = forms.ChoiceField(
        label=_("How it ended"),
        choices=[one for one in CloseReason.choices if one[0] != CloseReason.NO_CONSENT],
    )
    words = _text(_("In words"), 2, 1000)


class WithdrawForm(forms.Form):
    """Why it is taken back."""

    words = _text(_("Why"), 2, 1000, help_text=_("Kept encrypted; the service does not see it."))


class WithdrawConsentForm(forms.Form):
    """Who takes the consent back."""

    words = _text(
        _("Who withdrew it, and what was said"),
        2,
        1000,
        required=True,
        help_text=_("Kept encrypted; the service does not see it."),
    )
