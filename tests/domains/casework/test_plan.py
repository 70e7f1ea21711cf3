"""Goals in the family's own words, and the plan of responses in versions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.casework import actions
from maarag.domains.casework.models import Goal, GoalState, Plan, PlanItem
from maarag.domains.families.actions import AlreadyClosed, ChangedMeanwhile, close_family
from maarag.kernel.audit.models import AuditEvent
from tests.domains.families.conftest import Towns
from tests.factories.casework import OWN_WORDS, agreed, goal, item, planned, response
from tests.factories.families import everything
from tests.pdf_text import assert_pdf_says


def own(towns: Towns) -> Any:
    return visible(everything(towns.world.city, by=towns.worker))


def page(name: str, *arguments: Any) -> str:
    return reverse(f"casework:{name}", args=arguments)


def goal_form(**changes: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "own_words": OWN_WORDS,
        "professional_words": "יציבות בשגרת הבוקר",
        "professions": ["welfare", "education"],
        "target_on": (today + timedelta(days=60)).isoformat(),
        "agreed_by": "נועה אלון",
        "agreed_on": today.isoformat(),
        **changes,
    }


def item_form(towards: Goal, **changes: Any) -> dict[str, Any]:
    return {
        "goal": str(towards.pk),
        "response": response().code,
        "service": "",
        "doer": "worker",
        "who": "",
        "starts": timezone.localdate().isoformat(),
        "ends": "",
        "frequency": "weekly",
        "amount": "שעתיים",
        "details": "",
        "professions": ["welfare"],
        **changes,
    }


def test_from_a_goal_to_a_plan_that_is_agreed(towns: Towns, client):
    family = towns.own
    assert client.post(page("add_goal", family.pk), goal_form()).status_code == 302
    with own(towns):
        one = Goal.objects.get()
        assert (one.own_words, one.state, one.professions) == (OWN_WORDS, "set", ["welfare", "education"])
    assert client.post(page("add_item", family.pk), item_form(one)).status_code == 302
    shown = client.get(page("plan", family.pk)).content.decode()
    assert OWN_WORDS in shown
    assert "Draft of version 1" in shown
    assert "No plan is agreed yet" in shown
    seen = client.get(page("agree", family.pk)).context["seen"]
    answer = client.post(page("agree", family.pk), {
        "seen": seen, "agreed_by": "נועה אלון", "agreed_on": timezone.localdate().isoformat(), "note": "",
    })  # fmt: skip
    assert answer.status_code == 302
    shown = client.get(page("plan", family.pk)).content.decode()
    assert "Version 1, agreed on" in shown
    assert "Draft of version" not in shown
    with own(towns):
        found = AuditEvent.objects.filter(action__startswith="casework.").order_by("pk")
        events = list(found.values_list("action", flat=True))
    assert events == ["casework.set_goal", "casework.add_item", "casework.agree_plan"]


def test_a_later_change_makes_a_version_and_the_old_one_stays(towns: Towns, client):
    family = towns.own
    first = planned(towns.worker, family, amount="שעתיים")
    assert client.post(page("begin_draft", family.pk)).status_code == 302
    with own(towns):
        draft = Plan.objects.get(agreed_on=None)
        copied = draft.items.get()
        towards = copied.goal
        assert (draft.number, copied.amount) == (2, "שעתיים")
        actions.change_item(by=towns.worker, item=copied, amount="שלוש שעות")
    item(towns.worker, family, towards, response=response("human_services:talks", "שיחות"))
    agreed(towns.worker, family)
    with own(towns):
        assert [row.amount for row in first.items.all()] == ["שעתיים"]
        old = first.items.get()
        with pytest.raises(actions.AlreadyDone):
            actions.change_item(by=towns.worker, item=old, amount="עשר")
        with pytest.raises(actions.AlreadyDone):
            actions.remove_item(by=towns.worker, item=old)
        assert PlanItem.objects.filter(line=old.line).count() == 2
    shown = client.get(page("versions", family.pk)).content.decode()
    assert "Added: שיחות" in shown
    assert "Changed: ארוחות חמות" in shown
    assert "שעתיים" in shown
    assert "שלוש שעות" in shown


def test_one_draft_and_its_end(towns: Towns, client):
    family = towns.own
    planned(towns.worker, family)
    with own(towns):
        one = actions.draft_plan(by=towns.worker, family=family)
        assert actions.draft_plan(by=towns.worker, family=family) == one
    assert client.post(page("discard", family.pk)).status_code == 302
    assert client.post(page("discard", family.pk)).status_code == 404
    with own(towns):
        assert Plan.objects.get().number == 1
        empty = actions.draft_plan(by=towns.worker, family=family)
        for row in empty.items.all():
            actions.remove_item(by=towns.worker, item=row)
        with pytest.raises(actions.NothingToAgree):
            actions.agree_plan(by=towns.worker, plan=empty, agreed_by="נועה")


def test_progress_is_told_of_the_version_in_force_and_goes_on_in_the_draft(towns: Towns, client):
    plan = planned(towns.worker, towns.own)
    with own(towns):
        row = plan.items.get()
        actions.draft_plan(by=towns.worker, family=towns.own)
    address = page("progress", towns.own.pk, row.pk)
    assert client.post(address, {"progress": "stopped", "note": ""}).status_code == 422
    seen = client.get(address).context["seen"]
    assert client.post(address, {"progress": "stopped", "note": "עברו דירה", "seen": seen}).status_code == 302
    with own(towns):
        states = set(PlanItem.objects.filter(line=row.line).values_list("progress"))
        assert states == {("stopped",)}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"own_words": " "}, "own_words"),
        ({"professions": []}, "professions"),
        ({"target_on": "2001-01-01"}, "target_on"),
        ({"agreed_on": "2999-01-01", "target_on": "2999-02-01"}, "agreed_on"),
        ({"agreed_by": "x" * 201}, "agreed_by"),
    ],
)
def test_what_is_wrong_with_a_goal_is_told_and_nothing_is_lost(towns: Towns, client, change, field):
    answer = client.post(page("add_goal", towns.own.pk), goal_form(**change))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    typed = goal_form(**change)["professional_words"]
    assert typed in answer.content.decode()
    with own(towns):
        assert not Goal.objects.exists()


def test_two_workers_on_one_goal_see_both_texts(towns: Towns, client):
    one = goal(towns.worker, towns.own)
    address = page("edit_goal", towns.own.pk, one.pk)
    seen = client.get(address).context["seen"]
    with own(towns):
        actions.change_goal(by=towns.worker, goal=one, own_words="שגיל יגיע לגן")
    answer = client.post(address, goal_form(own_words="שנסיים את החובות", seen=seen))
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "שגיל יגיע לגן" in shown
    assert shown.count("שנסיים את החובות") >= 2
    # whoever saw both and saves again is heard
    again = client.post(address, goal_form(own_words="גם וגם", seen=answer.context["seen"]))
    assert again.status_code == 302
    with own(towns):
        assert Goal.objects.get().own_words == "גם וגם"


def test_a_plan_changed_while_it_was_read_out_is_not_agreed(towns: Towns, client):
    one = goal(towns.worker, towns.own)
    item(towns.worker, towns.own, one)
    address = page("agree", towns.own.pk)
    seen = client.get(address).context["seen"]
    item(towns.worker, towns.own, one, response=response("human_services:talks", "שיחות"))
    form = {"agreed_by": "נועה", "agreed_on": timezone.localdate().isoformat(), "seen": seen}
    assert client.post(address, form).status_code == 409
    with own(towns):
        assert Plan.objects.get().is_draft
        with pytest.raises(ChangedMeanwhile):
            actions.agree_plan(by=towns.worker, plan=Plan.objects.get(), agreed_by="נועה", seen=seen)


def test_a_goal_is_dropped_with_a_reason_only(towns: Towns, client):
    one = goal(towns.worker, towns.own)
    address = page("goal_state", towns.own.pk, one.pk)
    answer = client.post(address, {"state": "dropped", "reason": " "})
    assert answer.status_code == 422
    assert "reason" in answer.context["form"].errors
    assert client.post(address, {"state": "dropped", "reason": "כבר לא רלוונטי"}).status_code == 302
    with own(towns):
        found = Goal.objects.get()
        assert (found.state, found.state_reason) == (GoalState.DROPPED, "כבר לא רלוונטי")


def test_an_item_leads_towards_a_goal_of_its_own_family(towns: Towns):
    foreign = goal(towns.stranger, towns.foreign)
    both = everything(towns.world.city, towns.world.sister, by=towns.worker)
    with visible(both), pytest.raises(ValidationError, match="another family"):
        actions.add_item(
            by=towns.worker,
            family=towns.own,
            goal=foreign,
            response=response(),
            doer="worker",
            starts=timezone.localdate(),
            frequency="weekly",
            professions=["welfare"],
        )


def test_another_body_is_named(towns: Towns, client):
    one = goal(towns.worker, towns.own)
    answer = client.post(page("add_item", towns.own.pk), item_form(one, doer="body"))
    assert answer.status_code == 422
    assert "who" in answer.context["form"].errors
    backwards = item_form(one, ends="2001-01-01")
    assert "ends" in client.post(page("add_item", towns.own.pk), backwards).context["form"].errors


def test_a_closed_file_is_read_and_not_changed(towns: Towns, client):
    one = goal(towns.worker, towns.own)
    with own(towns):
        close_family(by=towns.worker, family=towns.own, reason="other")
        with pytest.raises(AlreadyClosed):
            actions.change_goal(by=towns.worker, goal=one, own_words="אחר")
    assert OWN_WORDS in client.get(page("plan", towns.own.pk)).content.decode()
    assert client.get(page("add_goal", towns.own.pk)).status_code == 302
    assert client.post(page("edit_goal", towns.own.pk, one.pk), goal_form()).status_code == 302
    with own(towns):
        assert Goal.objects.get().own_words == OWN_WORDS


def test_long_and_mixed_texts_come_back_as_typed(towns: Towns, client):
    words = "שלום hello مرحبا 123 " + "א" * 1900
    name = "Ñ" * 80 + " אבו־ג׳אבר"
    assert (
        client.post(page("add_goal", towns.own.pk), goal_form(own_words=words, agreed_by=name)).status_code
        == 302
    )
    with own(towns):
        found = Goal.objects.get()
        assert (found.own_words, found.agreed_by) == (words, name)
    assert name in client.get(page("plan", towns.own.pk)).content.decode()


@pytest.mark.parametrize("form", ["pdf", "xlsx"])
def test_the_family_holds_its_plan(towns: Towns, client, form):
    planned(towns.worker, towns.own)
    answer = client.get(page("print", towns.own.pk, form), headers={"accept-language": "he"})
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    with own(towns):
        printed = AuditEvent.objects.filter(action="casework.print", subject_id=str(towns.own.pk))
        assert printed.count() == 1
    assert client.get(page("print", towns.own.pk, "exe")).status_code == 404
    if form == "xlsx":
        assert answer.content.startswith(b"PK")
    else:
        told = ("המטרות שלנו", OWN_WORDS, "נועה", towns.worker.name)
        assert_pdf_says(answer.content, "התכנית של משפחת אלון", *told)


def test_the_file_shows_the_part_in_short(towns: Towns, client):
    planned(towns.worker, towns.own)
    shown = client.get(reverse("families:detail", args=[towns.own.pk])).content.decode()
    assert "Goals and plan" in shown
    assert "Plan agreed on" in shown


def test_nobody_of_the_sister_finds_it(towns: Towns):
    planned(towns.worker, towns.own)
    stranger = towns.client(towns.stranger)
    for name in ("plan", "versions", "add_goal", "agree"):
        assert stranger.get(page(name, towns.own.pk)).status_code == 404
    with visible(everything(towns.world.sister, by=towns.stranger)):
        assert not Goal.objects.exists()
        assert not PlanItem.objects.exists()
