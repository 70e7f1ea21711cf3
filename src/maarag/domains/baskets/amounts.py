"""Amounts as people type them: 1,200 · 1200.50 · ₪ 1,200; nothing else is guessed at."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from maarag.ui import figures
from maarag.values import Money

from .price_models import MOST_AGOROT

_SIGNS = re.compile('[\u200e\u200f\u2066-\u2069\u00a0\\s₪]|ש"ח|ש״ח|NIS|ILS', re.IGNORECASE)
_PLAIN = re.compile(r"\d+(\.\d+)?")
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
LONGEST = 30


def read_amount(text: Any) -> Money:
    """The money that a text says; raises ValidationError in words where it says none above zero."""
    typed = _SIGNS.sub("", str(text))
    if not typed:
        raise ValidationError(_g("Write an amount in shekels, for example 1,200 or 1200.50."))
    if typed.startswith(("-", "\u2212", "(")) or typed.endswith("-"):
        raise ValidationError(_g("An amount is above zero; to take money back, reverse or return it."))
    if "," in typed and not _GROUPED.fullmatch(typed):
        raise ValidationError(
            _g("The comma stands between thousands only: 1,200. For agorot write a point: 12.50.")
        )
    if not _PLAIN.fullmatch(typed.replace(",", "")):
        raise ValidationError(_g("This is no amount; write for example 1,200 or 1200.50."))
    whole, _point, parts = typed.replace(",", "").partition(".")
    if len(parts.rstrip("0")) > 2:
        raise ValidationError(_g("An agora is not divided: write two digits after the point at most."))
    if len(whole.lstrip("0")) > 12 or (found := Money.from_shekels(typed)).agorot > MOST_AGOROT:
        raise ValidationError(
            _g("That is more than %(most)s; look for a digit too many.")
            % {"most": figures.money(Money(MOST_AGOROT))}
        )
    if not found:
        raise ValidationError(_g("An amount is above zero."))
    return found


def typed_amount(amount: Money | None) -> str:
    """An amount as it would be typed, for a form that is filled in already."""
    if amount is None:
        return ""
    shekels, agorot = divmod(amount.agorot, 100)
    return f"{shekels:,}" + (f".{agorot:02d}" if agorot else "")


class AmountField(forms.CharField):
    """A field for shekels that gives Money."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Amount in shekels"))
        kwargs.setdefault("max_length", LONGEST)
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"dir": "ltr", "inputmode": "decimal", "autocomplete": "off"})
        )
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return read_amount(text) if text else None

    def run_validators(self, value: Any) -> None:
        """The length is of what was typed; Money has none."""
        super().run_validators(typed_amount(value) if isinstance(value, Money) else value)

    def prepare_value(self, value: Any) -> Any:
        return typed_amount(value) if isinstance(value, Money) else value
