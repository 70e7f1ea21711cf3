"""The stories of the fictional authority: every step is there, the books agree, a second load writes none."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from unittest import mock

import pytest
from django.utils import timezone

from maarag.database.rows import RowScope, visible
from maarag.demo import actions, buying, drawn_baskets
from maarag.demo.actions import Loaded, load_demonstration
from maarag.demo.households import AUTHORITY
from maarag.demo.methods import OURS
from maarag.demo.stories import STORIES, TWICE
from maarag.demo.story_baskets import PRICES
from maarag.demo.story_files import SERVICES, word_file
from maarag.demo.tables import rows
from maarag.domains.baskets.buying import buying_of
from maarag.domains.baskets.models import (
    AllowedResponse,
    Basket,
    BasketStatus,
    Helped,
    Payment,
    Request,
    Stage,
)
from maarag.domains.baskets.money import sums_of_basket
from maarag.domains.baskets.prices import change_since_asked
from maarag.domains.baskets.words import status_of
from maarag.domains.casework.models import Assessment, Consent, Contact, Document, Goal, Outcome, Plan, Task
from maarag.domains.casework.queries.agreement import agreed_in
from maarag.domains.families.duplicates import probable_pairs
from maarag.domains.families.models import Family, FamilyStatus
from maarag.domains.families.waiting import waiting_of
from maarag.domains.programmes.models import Programme
from maarag.domains.referrals.models import HelpWord, Referral, ReferralStatus
from maarag.engines.agreement import ENOUGH
from maarag.kernel.access.actions import system_account
from maarag.kernel.access.models import Account
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.ledger.models import Posting
from maarag.kernel.places.models import Place
from maarag.kernel.rubrics.models import Rubric
from maarag.kernel.taxonomy.models import Vocabulary
from maarag.values import Money


def test_the_stories_are_of_families_that_are_written_out_and_open():
    table = {row["code"]: row for row in rows("fiction_families")}
    for code in [*STORIES, TWICE]:
        assert table[code]["authority"] == AUTHORITY
        assert not table[code]["closed"]


def test_the_prices_are_of_services_of_the_fictional_directory_and_of_responses():
    services = {row["code"] for row in rows("fiction_services")}
    terms = {row["code"] for row in rows("taxonomy")}
    assert set(PRICES) <= services
    assert {f"human_services:{response}" for response, _unit, _shekels in PRICES.values()} <= terms
    assert {ask[0] for ask in drawn_baskets.ASKS} <= set(PRICES)


def test_a_document_is_a_word_file_that_reads_from_right_to_left():
    with zipfile.ZipFile(io.BytesIO(word_file(["שלום", "א < ב"]))) as archive:
        text = archive.read("word/document.xml").decode()
    assert text.count("<w:bidi/>") == 3
    assert "א &lt; ב" in text


@pytest.mark.django_db
@pytest.mark.usefixtures("of_class")
class TestStories:
    loaded: Loaded

    @pytest.fixture(autouse=True)
    def inside(self, db: None) -> Iterator[None]:
        authority = Place.objects.get(code=AUTHORITY)
        with visible(RowScope(frozenset({authority.pk}), system_account().pk)):
            yield

    def account(self, email: str) -> Account:
        return Account.objects.get(email=f"{email}@maale-gan.example")

    def test_every_story_is_told(self) -> None:
        told = {"stories", "prices"}
        assert told <= set(self.loaded.counts)
        assert Plan.objects.exclude(agreed_on=None).filter(number=2).exists()
        assert Plan.objects.filter(agreed_on=None).exists()
        assert Consent.objects.exclude(withdrawn_at=None).exists()
        assert Consent.objects.filter(withdrawn_at=None).exclude(document=None).exists()
        assert Outcome.objects.get().family.status == FamilyStatus.CLOSED
        assert {goal.state for goal in Goal.objects.all()} >= {"set", "in_progress", "reached", "partly"}
        assert set(Contact.objects.values_list("kind", flat=True)) == {"home_visit", "phone", "meeting"}
        assert Document.objects.count() == 1
        today = timezone.localdate()
        open_tasks = Task.objects.filter(done_at=None)
        assert open_tasks.filter(due__lt=today).exists()
        assert open_tasks.filter(due=today, family__worker__email__startswith="social.worker").exists()
        assert open_tasks.filter(due__gt=today).exists()
        assert Task.objects.exclude(done_at=None).exists()

    def test_poverty_is_assessed_by_two_and_one_round_waits_for_its_second(self) -> None:
        raters = {
            one.pk: one.marks.filter(is_joint=False).values("rater").distinct().count()
            for one in Assessment.objects.filter(rubric__code="family-poverty")
        }
        assert {2} <= set(raters.values()) <= {1, 2}  # of the drawn, those rated first by their leader too
        waits = Assessment.objects.get(closed_at=None)
        assert waits.marks.values("rater").distinct().count() == 1

    def test_enough_was_rated_by_two_for_their_agreement_to_be_told(self) -> None:
        rubric = Rubric.objects.get(code="family-poverty", is_current=True)
        found = agreed_in(self.account("team.leader"), Place.objects.get(code=AUTHORITY), rubric)
        assert found.by_several >= ENOUGH
        alphas = [one.alpha.value for one in found.dimensions]
        assert all(value is not None for value in alphas)
        assert len({value for value in alphas if value < 1}) > 4, "they do not agree on everything"
        assert all(value > 0.2 for value in alphas), "and by far not by chance"

    def test_referrals_stand_at_every_step(self) -> None:
        steps = Counter(Referral.objects.values_list("status", flat=True))
        assert set(steps) == set(ReferralStatus.values) - {ReferralStatus.LAPSED}
        late = Referral.objects.filter(status=ReferralStatus.SENT, due_on__lt=timezone.localdate())
        assert late.count() == 1
        assert set(HelpWord.objects.values_list("help", flat=True)) == {"yes", "partly", "no"}
        declined = Referral.objects.get(status=ReferralStatus.DECLINED)
        assert declined.sent_on.get().need == declined.need

    def test_baskets_stand_at_every_step_and_tell_why(self) -> None:
        assert set(Request.objects.values_list("stage", flat=True)) == set(Stage.values)
        drafts = [status_of(one).tone for one in Request.objects.filter(stage=Stage.DRAFT)]
        assert {"unknown", "attention"} <= set(drafts)  # not started, not complete
        assert set(Request.objects.exclude(helped="").values_list("helped", flat=True)) == set(Helped.values)
        assert Request.objects.filter(stage=Stage.REVERSED, replaced_by__isnull=False).exists()
        assert Payment.objects.exclude(reversed_on=None).exists()
        assert Basket.objects.filter(status=BasketStatus.CLOSED).exists()
        waiting = Request.objects.filter(stage=Stage.APPROVAL).select_related("price", "service", "response")
        assert [one for one in waiting if change_since_asked(one) is not None]
        leader, head = Money.from_shekels(3_000), Money.from_shekels(35_000)
        amounts = [one.amount for one in waiting if one.amount]
        assert any(amount <= leader for amount in amounts)
        assert any(leader < amount <= head for amount in amounts)

    def test_one_basket_is_nearly_spent_and_a_request_asks_for_more_than_is_left(self) -> None:
        tight = []
        for basket in Basket.objects.filter(status=BasketStatus.OPEN).select_related("pot"):
            sums = sums_of_basket(basket)
            assert sums.free >= Money(0)
            asked = basket.requests.filter(stage=Stage.APPROVAL)
            if any(one.amount and one.amount > sums.free for one in asked):
                tight.append(basket)
        assert len(tight) == 1

    def test_one_request_waits_for_what_its_programme_no_longer_buys_and_no_other(self) -> None:
        left_out = [
            (one.basket.quota.programme.code, one.response.code, one.stage)
            for one in Request.objects.select_related("basket__quota__programme", "response")
            if not buying_of(one.basket.quota.programme).allows(one.response)
        ]
        assert left_out == [(buying.ENDED[0], SERVICES + buying.ENDED[1], Stage.OPINION)]
        lines = AllowedResponse.objects.filter(ended_at=None)
        assert lines.values("programme").distinct().count() == Programme.objects.count() - 1
        assert all(OURS["he"] in line.note_he for line in lines)

    def test_the_ledger_sums_to_zero(self) -> None:
        assert sum(Posting.objects.values_list("amount", flat=True), Money(0)) == Money(0)

    def test_whoever_decides_or_pays_is_another_than_who_asked(self) -> None:
        for one in Request.objects.exclude(decided_by=None):
            assert one.decided_by_id != one.asked_by_id
        for payment in Payment.objects.select_related("request", "invoice"):
            assert payment.invoice.paid_by_id != payment.request.decided_by_id

    def test_two_files_resemble_each_other(self) -> None:
        found = probable_pairs(self.account("team.leader"), Place.objects.get(code=AUTHORITY))
        names = {frozenset((pair.first.name, pair.second.name)) for pair in found}
        assert frozenset({"יעקובוב", "יעקבוב"}) in names

    def test_a_morning_brings_work_to_everybody(self) -> None:
        today = timezone.localdate()
        for email in ("social.worker", "second.worker", "team.leader", "department.head"):
            assert waiting_of(self.account(email)), email
        due = [one.due for one in waiting_of(self.account("social.worker")) if one.due]
        assert min(due) < today
        assert today in due

    def test_loading_again_writes_nothing(self) -> None:
        before, events = _counted(), AuditEvent.objects.count()
        with mock.patch.object(actions, "_is_loaded", lambda part: part.code != "stories"):
            again = load_demonstration(by=system_account())
        assert again.parts == ("stories",)
        assert _counted() == before
        assert AuditEvent.objects.count() == events + 1

    def test_a_file_in_which_somebody_worked_is_left_as_it_is(self) -> None:
        family = Family.objects.get(name="טספאי", neighbourhood__code="F-900-05")
        Referral.objects.filter(family=family).delete()
        before = _counted()
        with mock.patch.object(actions, "_is_loaded", lambda part: part.code != "stories"):
            load_demonstration(by=system_account())
        assert _counted() == before

    def test_everything_lies_in_the_fictional_authority(self) -> None:
        for model in (Basket, Referral, Goal, Contact):
            assert set(model.objects.values_list("authority__is_fictional", flat=True)) == {True}
        used = Request.objects.exclude(service=None).values_list("service__is_fictional", flat=True)
        assert set(used) == {True}
        terms = Request.objects.values_list("response__vocabulary", flat=True)
        assert set(terms) == {Vocabulary.RESPONSE}


def _counted() -> dict[str, int]:
    models = (
        Basket,
        Request,
        Payment,
        Referral,
        HelpWord,
        Goal,
        Plan,
        Contact,
        Task,
        Assessment,
        Family,
        Posting,
    )
    return {model.__name__: model.objects.count() for model in models}
