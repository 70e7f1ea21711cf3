"""The letter of a referral: what is asked for and the shared fields, and nothing else of the file."""

from __future__ import annotations

from django.urls import reverse

from maarag.domains.referrals.documents import letter_of, letter_pdf
from maarag.kernel.audit.models import AuditEvent
from tests.factories.families import NATIONAL_ID, PHONE
from tests.pdf_text import assert_pdf_says

from .conftest import Loop


def test_only_the_shared_fields_are_in_the_letter(loop: Loop):
    shared = loop.sent(fields=["member_names", "member_phones"])
    report = loop.see(loop.worker, lambda: letter_of(loop.fresh(shared)))
    text = repr(report)
    assert PHONE in text
    assert "נועה" in text
    assert "ארוחה חמה" in text
    assert NATIONAL_ID not in text
    assert "האם, בעל פה" not in text, "the details of the basis are not the service's"
    assert not [line for line in report.paragraphs if line.startswith(("Family:", "Social worker:"))]


def test_the_letter_is_a_hebrew_pdf_and_its_printing_is_recorded(loop: Loop):
    referral = loop.sent()
    answer = loop.client(loop.worker).get(reverse("referrals:letter", args=[referral.pk]))
    assert "no-store" in answer["Cache-Control"]
    printed = loop.see(loop.worker, lambda: AuditEvent.objects.filter(action="referrals.print").count())
    assert printed == 1
    service, sender = loop.meals.name_he, loop.worker.name
    assert_pdf_says(answer.content, "הפניה לשירות", service, sender, loop.family.name, "ארוחה חמה")


def test_a_long_name_and_mixed_directions_do_not_break_it(loop: Loop):
    text = "Zoom 10:00–12:00 עם אבא (Ahmad) — ‏050‏ " + "א" * 1500
    referral = loop.sent(text=text, fields=["family_name"])
    content = loop.see(loop.worker, lambda: letter_pdf(loop.fresh(referral)))
    assert_pdf_says(content, "עם אבא", "Ahmad", "Zoom 10:00–12:00")
