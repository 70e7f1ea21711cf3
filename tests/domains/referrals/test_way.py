"""The way of a referral: from the sending to the family's word, by the worker and by the service."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from maarag.domains.referrals.models import ReferralStep

from .conftest import Loop


def test_the_whole_way_by_the_pages(loop: Loop):
    worker, partner = loop.client(loop.worker), loop.client(loop.partner)
    chosen = worker.get(reverse("referrals:choose", args=[loop.family.pk]), {"q": "ארוחות"})
    assert "ארוחות חמות לילדים" in chosen.content.decode()
    address = reverse("referrals:send", args=[loop.family.pk, "meals"])
    form = worker.get(address).context["form"]
    typed = {
        "key": str(form["key"].value()),
        "response": "human_services:food:meals",
        "text": "ארוחה חמה לשני הילדים",
        "fields_shared": ["family_name", "member_names"],
        "basis": "consent",
        "basis_details": "האם, בעל פה",
        "answer_days": 5, "start_days": 14, "ask_days": 30, "close_days": 14, "seen_days": 30,
    }  # fmt: skip
    answer = worker.post(address, typed, follow=True)
    assert answer.status_code == 200, answer.context["form"].errors
    referral = answer.context["referral"]
    again = worker.post(address, typed, follow=True)
    assert again.context["referral"].pk == referral.pk
    inbox = partner.get(reverse("referrals:inbox"))
    assert "אלון" in inbox.content.decode()
    page = partner.get(reverse("referrals:inbox_referral", args=[referral.pk])).content.decode()
    assert "ארוחה חמה לשני הילדים" in page
    assert "נועה" in page
    assert "050" not in page
    assert "האם, בעל פה" not in page
    partner.post(reverse("referrals:inbox_accept", args=[referral.pk]), {"accept-words": "מחכים לכם"})
    partner.post(reverse("referrals:inbox_start", args=[referral.pk]), {})
    assert loop.fresh(referral).status == "started"
    said = {
        "hear-help": "partly",
        "hear-said_by": "other",
        "hear-said_by_other": "הסבתא",
        "hear-how": "phone",
        "hear-said_on": timezone.localdate(loop.fresh(referral).started_at).isoformat(),
        "hear-words": "רק בימי חול",
    }
    heard = worker.post(reverse("referrals:hear", args=[referral.pk]), said, follow=True)
    assert "הסבתא" in heard.content.decode()
    worker.post(reverse("referrals:close", args=[referral.pk]), {"close-reason": "given"})
    assert loop.fresh(referral).status == "closed"
    kinds = loop.see(loop.worker, lambda: list(ReferralStep.objects.values_list("kind", flat=True)))
    assert sorted(kinds) == ["accepted", "closed", "heard", "sent", "started"]
    assert (
        "הסבתא" not in partner.get(reverse("referrals:inbox_referral", args=[referral.pk])).content.decode()
    )
