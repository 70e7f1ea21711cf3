"""The pages of baskets: from an opened basket to a paid invoice, as each of them sees it."""

from __future__ import annotations

import io
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from python_calamine import CalamineWorkbook

from maarag.domains.baskets import actions
from maarag.domains.baskets.models import Basket, Payment, Request, Stage
from maarag.domains.casework.models import Goal
from maarag.domains.programmes.models import Programme
from tests.factories.baskets import Department
from tests.factories.casework import goal
from tests.factories.families import family as open_family
from tests.pdf_text import assert_pdf_says, text_of_pdf

from .conftest import signed_in


@pytest.fixture
def line(city: Department) -> UUID:
    with city.scope():
        return city.draft(4).pk


def stage(city: Department, pk: UUID) -> str:
    with city.scope():
        return Request.objects.get(pk=pk).stage


def form_of(city: Department, **changes: str) -> dict[str, str]:
    return {
        "plan_goal": str(city.goal.pk),
        "why": "אין מי שיבשל",
        "offered": str(city.service.pk),
        "chosen": f"p{city.price.pk}",
        "quantity": "4",
        "choice": "קרוב לבית",
        **changes,
    }


def test_a_department_from_an_empty_basket_to_a_paid_invoice(city: Department):
    worker, leader, head = (signed_in(one) for one in (city.worker, city.leader, city.head))
    page = worker.get(f"/baskets/family/{city.family.pk}/")
    assert page.status_code == 200
    begun = worker.post(f"/baskets/{city.basket.pk}/add/", {"response": city.world.term("meals").code})
    pk = UUID(begun.headers["Location"].split("/")[-3])
    edit = f"/baskets/requests/{pk}/edit/"
    assert (
        "Not started"
        in worker.get(f"/baskets/family/{city.family.pk}/", headers={"accept-language": "en"}).text
    )
    assert worker.post(edit, {"plan_goal": str(city.goal.pk)}).status_code == 302
    listed = worker.get(f"/baskets/family/{city.family.pk}/", headers={"accept-language": "en"}).text
    assert "Not complete" in listed
    assert "the price" in listed
    missing = worker.post(
        edit, {"plan_goal": str(city.goal.pk), "send": "1"}, headers={"accept-language": "en"}
    )
    assert missing.status_code == 422
    assert "Still missing" in missing.text
    assert worker.post(edit, {**form_of(city), "send": "1"}).status_code == 302
    assert stage(city, pk) == Stage.OPINION

    here = f"/baskets/requests/{pk}/"
    assert worker.post(f"{here}opinion/", {"stance": "for", "text": "מתאים"}).status_code == 302
    own = worker.post(f"{here}decide/", {"act": "approve"}, headers={"accept-language": "en"})
    assert own.status_code == 422
    assert "You asked for it or wrote on it yourself" in own.text
    assert "ארוחות עד הבית" in leader.get("/baskets/approvals/").text
    assert leader.post(f"{here}decide/", {"act": "approve"}).status_code == 302
    assert worker.post(f"{here}order/").status_code == 302
    order = worker.get(f"{here}order.pdf")
    assert worker.post(f"{here}delivery/", {"outcome": "yes", "came": "0"}).status_code == 302

    assert "1,800" in head.get("/baskets/payments/").text
    key = str(uuid4())
    typed = {"key": key, f"choose-{pk}": "1", f"invoice-{pk}": "77", f"amount-{pk}": "1,800"}
    looked = head.post("/baskets/payments/", {**typed, "act": "look"})
    assert looked.status_code == 200
    assert 'value="pay"' in looked.text
    assert stage(city, pk) == Stage.DELIVERED
    assert head.post("/baskets/payments/", {**typed, "act": "pay"}).status_code == 302
    again = head.post(
        "/baskets/payments/", {**typed, "act": "pay"}, follow=True, headers={"accept-language": "en"}
    )
    assert "Nothing was paid a second time" in again.text
    with city.scope():
        assert Payment.objects.count() == 1
    assert worker.post(f"{here}helped/", {"helped": "yes", "words": "עזר מאוד"}).status_code == 302
    assert "עזר מאוד" in worker.get(here).text
    assert city.family.name not in text_of_pdf(order.content)
    told = (city.service.name_he, city.programme.name_he, "₪ 1,800", city.worker.name, city.worker.email)
    assert_pdf_says(order.content, "הזמנה", "מה מוזמן", city.service.organisation.name_he, *told)


@pytest.mark.parametrize("path", ["", "approvals/", "payments/", "prices/", "limits/", "reports/"])
def test_every_room_opens_with_something_in_it(city: Department, path: str):
    with city.scope():
        city.sent(1)
        city.delivered(1)
        city.paid(1)
    for account in (city.worker, city.leader, city.head):
        status = signed_in(account).get(f"/baskets/{path}").status_code
        assert status == (403 if path == "payments/" and account == city.worker else 200)


def test_programmes_to_choose_from_are_named_in_the_readers_language(city: Department):
    programme = city.basket.quota.programme
    Programme.objects.filter(pk=programme.pk).update(name_ar="المسار")
    page = signed_in(city.worker).get("/baskets/", headers={"accept-language": "ar"}).text
    assert "المسار" in page
    assert programme.name_he not in page


def test_nobody_of_the_sister_finds_anything(city: Department, line: UUID):
    from maarag.kernel.access.permissions import Role

    stranger = signed_in(city.world.account(Role.DEPARTMENT_HEAD, place=city.world.sister))
    for path in (
        f"family/{city.family.pk}/",
        f"requests/{line}/",
        f"requests/{line}/edit/",
        f"{city.basket.pk}/money/",
    ):
        assert stranger.get(f"/baskets/{path}").status_code == 404
    for path in (f"{city.basket.pk}/add/", f"{city.basket.pk}/close/", f"requests/{line}/remove/"):
        assert stranger.post(f"/baskets/{path}").status_code == 404
    with city.scope():
        assert Basket.objects.get().status == "open"
        assert Request.objects.count() == 1


def test_a_request_serves_a_goal_of_the_plan_on_the_page_and_in_the_workbook(city: Department, line: UUID):
    worker = signed_in(city.worker)
    page = worker.get(f"/baskets/requests/{line}/").text
    assert city.goal.own_words in page
    assert f"/casework/{city.family.pk}/plan/" in page
    book = CalamineWorkbook.from_filelike(io.BytesIO(worker.get("/baskets/requests.xlsx").content))
    (sheet,) = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert any(city.goal.own_words in row and city.family.name in row for row in sheet)
    with city.scope():
        other = open_family(city.world.system, city.world.city, city.worker, name="גל")
        theirs = goal(city.worker, other, "מטרה של אחרים")
        with pytest.raises(ValidationError):
            actions.change_request(by=city.worker, request=Request.objects.get(pk=line), plan_goal=theirs)


def test_words_of_an_older_request_stay_until_a_goal_is_chosen(city: Department):
    with city.scope():
        pk = city.draft(4, plan_goal=None, goal="כפי שכתבנו פעם").pk
    worker, edit = signed_in(city.worker), f"/baskets/requests/{pk}/edit/"
    assert "כפי שכתבנו פעם" in worker.get(edit).text
    assert worker.post(edit, {**form_of(city), "plan_goal": ""}).status_code == 302
    with city.scope():
        assert Request.objects.get(pk=pk).goal_words == "כפי שכתבנו פעם"
    assert worker.post(edit, form_of(city)).status_code == 302
    with city.scope():
        found = Request.objects.get(pk=pk)
        assert (found.plan_goal, found.goal) == (city.goal, "")


def test_without_a_goal_in_the_plan_the_form_leads_there(city: Department):
    with city.scope():
        Goal.objects.filter(family=city.family).delete()
        pk = city.draft(4, plan_goal=None).pk
    page = signed_in(city.worker).get(f"/baskets/requests/{pk}/edit/", headers={"accept-language": "en"}).text
    assert "no goal yet" in page
    assert f"/casework/{city.family.pk}/goals/new/" in page
    assert "a goal of the family" in page
