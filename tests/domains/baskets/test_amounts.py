"""Amounts as people type them, and bad input on the pages."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from maarag.domains.baskets.amounts import read_amount, typed_amount
from maarag.domains.baskets.models import Request
from maarag.domains.baskets.price_models import MOST_AGOROT
from maarag.values import Money
from tests.factories.baskets import Department
from tests.factories.casework import goal

from .conftest import signed_in


@pytest.mark.parametrize(
    ("text", "agorot"),
    [
        ("1200", 120_000),
        ("1,200", 120_000),
        ("1,234,567.80", 123_456_780),
        ("₪ 12.5", 1_250),
        ('12.50 ש"ח', 1_250),
        ("\u20671,800\u00a0₪\u2069", 180_000),
        ("0.01", 1),
        ("10.100", 1_010),
        ("٤٥", 4_500),
    ],
)
def test_an_amount_is_understood_as_it_is_written(text: str, agorot: int):
    assert read_amount(text) == Money(agorot)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-5", "\u22125", "(5)", "0", "0.00", "0.001", "1.234", "12,50", "1,2", "1,2345", "12,34,567",
        "1e3", "NaN", "inf", "abc", "1 200 x", "1.2.3", "9" * 40, "10000000.01", "1" + "0" * 30, ".5", "5-",
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused_in_words(text: str):
    with pytest.raises(ValidationError) as refused:
        read_amount(text)
    assert all(len(words) > 10 for words in refused.value.messages)


@given(st.integers(min_value=1, max_value=MOST_AGOROT))
def test_what_is_shown_in_a_form_is_read_as_the_same(agorot: int):
    assert read_amount(typed_amount(Money(agorot))) == Money(agorot)


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading(text: str):
    try:
        found = read_amount(text)
    except ValidationError:
        return
    assert 0 < found.agorot <= MOST_AGOROT


@pytest.mark.parametrize("price", ["-5", "12,50", "0.005", "1" * 29, "abc"])
def test_a_bad_price_in_the_form_loses_nothing_that_was_typed(city: Department, price: str):
    with city.scope():
        pk = city.draft(4).pk
    other = goal(city.worker, city.family, "מטרה חדשה")
    typed = {
        "plan_goal": str(other.pk),
        "why": "סיבה ארוכה",
        "chosen": f"s{city.service.pk}",
        "unit": "month",
        "unit_price": price,
        "quantity": "3",
        "choice": "כך בחרו",
    }
    answer = signed_in(city.worker).post(f"/baskets/requests/{pk}/edit/", {**typed, "send": "1"})
    assert answer.status_code == 422
    assert all(text in answer.text for text in ("מטרה חדשה", "סיבה ארוכה", "כך בחרו", price))
    with city.scope():
        assert Request.objects.get(pk=pk).plan_goal == city.goal


@pytest.mark.parametrize("quantity", ["-1", "0", "1.5", "99999999999999999999", "אבג"])
def test_a_bad_quantity_is_told(city: Department, quantity: str):
    with city.scope():
        pk = city.draft(4).pk
    answer = signed_in(city.worker).post(f"/baskets/requests/{pk}/edit/", {"quantity": quantity})
    assert answer.status_code == 422
    assert 'id="id_quantity_error"' in answer.text
