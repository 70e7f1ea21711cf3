"""No form about a family in which people write at length loses what they wrote."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django import forms

from maarag.domains.baskets.forms import (
    CorrectionForm,
    LimitForm,
    MoneyForm,
    OpenForm,
    PayForm,
    PriceForm,
    ProgrammeLimitForm,
    ResponseForm,
)
from maarag.domains.baskets.forms.buying import AllowedForm
from maarag.domains.families.forms.files import ClosingForm
from maarag.domains.families.forms.reading import ErasureForm, HolderForm, HoldForm

DOMAINS = Path(__file__).resolve().parents[2] / "src" / "maarag" / "domains"
APPS = ("families", "casework", "referrals", "baskets")
FORM = re.compile(r"<form\b[^>]*method=\"post\".*?</form>", re.DOTALL)
ASKS = re.compile(
    r"\{\{ ([\w.]*form[\w.]*) \}\}|\{% field ([\w.]+) %\}|\{% include \"([^\"]+)\"|<(textarea)\b"
)

SHORT: dict[tuple[str, str], type[forms.BaseForm]] = {
    ("families/detail.html", "form"): ClosingForm,
    ("families/readers.html", "holder_form"): HolderForm,
    ("families/readers.html", "hold_form"): HoldForm,
    ("families/erase.html", "form"): ErasureForm,
    ("baskets/family.html", "one.add.response"): ResponseForm,
    ("baskets/limits.html", "form"): LimitForm,
    ("baskets/money.html", "form"): MoneyForm,
    ("baskets/open.html", "form"): OpenForm,
    ("baskets/prices.html", "form"): PriceForm,
    ("baskets/request.html", "forms.correct"): CorrectionForm,
    ("baskets/request.html", "forms.pay"): PayForm,
    ("baskets/request.html", "forms.swap"): ResponseForm,
    ("baskets/rules.html", "allow_form.response"): AllowedForm,
    ("baskets/rules.html", "limit_form"): ProgrammeLimitForm,
}
"""Forms without drafts that have no long text: (template, what it draws first) and the class of the form."""

WITH_REASON: dict[tuple[str, str], str] = {
    ("families/apart.html", "form"): "a few words, asked for only where none of the reasons fits",
    ("families/merge.html", "person.field"): "choices between people, and nothing to write",
    ("families/emergency_form.html", "form"): "it names somebody by their national id before the file may be"
    " seen, and is sent at once; of what was not sent nothing is to stay",
}


def drawn() -> dict[tuple[str, str], str]:
    """The forms of the templates that ask for something: (template, what each draws first) and its text."""
    found: dict[tuple[str, str], str] = {}
    for app in APPS:
        folder = DOMAINS / app / "templates"
        for path in sorted(folder.rglob("*.html")):
            for form in FORM.findall(path.read_text(encoding="utf-8")):
                if asked := ASKS.search(form):
                    first = next(part for part in asked.groups() if part)
                    found[str(path.relative_to(folder)), first] = form
    return found


def test_every_form_with_long_text_keeps_drafts():
    lost = {one for one, form in drawn().items() if "{% draft " not in form}
    assert len(drawn()) > 30
    assert lost == SHORT.keys() | WITH_REASON.keys()


@pytest.mark.parametrize("one", SHORT, ids=" ".join)
def test_what_is_called_short_is_short(one: tuple[str, str]):
    fields = SHORT[one].base_fields
    assert fields
    assert not [name for name, field in fields.items() if isinstance(field.widget, forms.Textarea)]


def test_a_draft_is_the_first_thing_in_its_form():
    """Its offers stand above the fields, and what it says beneath them is read with them."""
    for one, form in drawn().items():
        if "{% draft " in form:
            assert form.index("{% csrf_token %}") < form.index("{% draft "), one
            assert form.index("{% draft ") < ASKS.search(form).start(), one
