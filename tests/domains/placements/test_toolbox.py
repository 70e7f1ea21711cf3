"""Departments with one toolbox: a method is chosen, through the place of a programme that pays for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.placements import actions
from maarag.domains.placements.models import Proposal
from maarag.domains.placements.queries import board, compare, figures_of, ranking
from maarag.domains.placements.queries.ranking import FULL, HAS_PLACE, TAKE
from maarag.domains.programmes.models import Method, ToolboxSwitch
from maarag.kernel.access.permissions import Role
from maarag.kernel.access.rows import scope_of
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.jobs.inline import work_off
from maarag.kernel.matches.models import Run
from maarag.kernel.places.models import Place
from maarag.values import Suppressed
from tests.domains.placements.test_api import Caller
from tests.factories.baskets import quota as quota_of
from tests.factories.placements import POOR, RISK, Town
from tests.factories.programmes import method, works_by

from .conftest import signed_in


def switch(town: Town, place: Place | None = None) -> ToolboxSwitch:
    return ToolboxSwitch.objects.create(
        authority=place or town.city,
        starts=timezone.localdate() - timedelta(days=1),
        why="ארגז אחד",
        decided_by=town.head,
    )


@pytest.fixture
def toolbox(place_town: Town) -> Town:
    """Both programmes work by rights (poverty), the second by visits too (risk, a little poverty)."""
    works_by(place_town.second.programme, Method.objects.get(code="rights"))
    switch(place_town)
    return place_town


def code_of(row: Proposal) -> str:
    return row.method.code if row.method else ""


def rows_of(town: Town, run: Run) -> dict[Any, Proposal]:
    with town.scope():
        rows = Proposal.objects.filter(run=run).select_related("family", "method", "quota__programme")
        return {row.family_id: row for row in rows}


class TestRanking:
    def test_each_method_stands_once_with_the_places_through_which_it_is_had(self, toolbox: Town):
        toolbox.place(toolbox.family(RISK), toolbox.first)
        toolbox.place(toolbox.family(RISK), toolbox.first)
        family = toolbox.family(POOR)
        with toolbox.scope():
            found = ranking(family)
        assert found.by_method
        assert [one.method.code for one in found.places if one.method] == ["rights", "visits"]
        rights = found.places[0]
        assert found.best == rights
        # the first is full: the method is had through the second
        assert [(one.programme.code, one.advice) for one in rights.through] == [
            ("mapa", TAKE),
            ("breathing", FULL),
        ]
        assert [one.code for one in rights.judgement.methods] == ["rights"]

    def test_a_place_that_the_family_has_is_the_last_resort_of_a_method(self, toolbox: Town):
        family = toolbox.family(POOR)
        toolbox.place(family, toolbox.first)
        with toolbox.scope():
            rights = next(one for one in ranking(family).places if one.method and one.method.code == "rights")
        assert [(one.programme.code, one.advice) for one in rights.through] == [
            ("mapa", TAKE),
            ("breathing", HAS_PLACE),
        ]

    def test_after_the_way_back_programmes_are_ranked(self, toolbox: Town):
        family = toolbox.family(POOR)
        yesterday = timezone.localdate() - timedelta(days=1)
        ToolboxSwitch.objects.update(ends=yesterday, ended_by=toolbox.head, ended_why="לא התאים")
        with toolbox.scope():
            found = ranking(family)
        assert not found.by_method
        assert {one.method for one in found.places} == {None}

    def test_the_page_heads_each_card_with_the_method(self, toolbox: Town):
        family = toolbox.family(POOR)
        client = signed_in(toolbox.worker)
        text = client.get(reverse("placements:family", args=[family.pk])).text
        assert text.count('id="method-rights"') == text.count('id="method-visits"') == 1
        assert 'id="programme-' not in text
        assert "It can also be had through" in text
        assert "Does not answer" not in text.split('id="method-visits"')[0]
        give = reverse("placements:give", args=[family.pk, toolbox.first.pk])
        assert f"{give}?method=rights" in text
        form = client.get(f"{give}?method=rights").text
        assert "The method: Method rights." in form
        assert client.post(f"{give}?method=rights", {}).status_code == 302

    def test_the_api_tells_method_and_places(self, toolbox: Town):
        family = toolbox.family(POOR)
        told = Caller(toolbox.worker).get(f"/families/{family.pk}/ranking")
        assert told["by_method"]
        best = told["places"][0]
        assert list(best)[:2] == ["method", "through"]
        assert (best["method"], best["programme"]) == ("rights", "breathing")
        assert [one["programme"] for one in best["through"]] == ["breathing", "mapa"]
        assert [one["code"] for one in best["judgement"]["methods"]] == ["rights"]


class TestRun:
    def test_the_fit_is_of_the_best_single_method_and_the_explanation_names_it(self, toolbox: Town):
        family = toolbox.family(POOR, RISK)
        row = rows_of(toolbox, run := toolbox.run())[family.pk]
        with toolbox.scope():
            alone = {
                (one.programme.code, one.method.code): one.fit
                for one in ranking(family).every_place
                if one.method
            }
            together = next(
                one.fit for one in ranking(family, by_method=False).places if one.programme.code == "mapa"
            )
        assert row.works_by_method
        assert (row.quota, code_of(row)) == (toolbox.second, "visits")
        assert row.fit == alone["mapa", "visits"] == max(alone.values()) < together
        told = row.explanation
        assert (told["proposed_method"], told["judged"]["method"]) == ("visits", "visits")
        assert {reason["method"] for reason in told["judged"]["pro"] if "method" in reason} == {"visits"}
        assert run.totals["atoms"] == [[toolbox.city.pk, "mapa", "visits", 1]]
        assert run.totals["toolboxes"] == [toolbox.city.pk]

    def test_who_works_by_one_toolbox_is_part_of_what_was_read(self, place_town: Town):
        place_town.family(POOR)
        first = place_town.run()
        switch(place_town)
        assert place_town.run().sources != first.sources

    def test_board_and_whole_count_by_method(self, toolbox: Town):
        for said in ((POOR,), (POOR,), (RISK,)):
            toolbox.family(*said)
        run = toolbox.run()
        client = signed_in(toolbox.leader)
        with toolbox.scope():
            found = board(toolbox.leader, run)
            assert [(line.method.code, line.proposed) for line in found.methods] == [
                ("rights", 2),
                ("visits", 1),
            ]
            figures = figures_of(toolbox.leader, run)
        assert figures.whole.methods == {"rights": 2, "visits": 1}
        text = client.get(reverse("placements:run", args=[run.pk])).text
        assert "The methods, as the board stands now" in text
        assert "a place of" in text
        table = client.get(reverse("placements:run", args=[run.pk]), {"method": "visits"}).text
        assert table.count('class="pick-box"') == 1
        assert "Families by place and method" in client.get(reverse("placements:whole", args=[run.pk])).text
        csv = client.get(reverse("placements:export", args=[run.pk, "csv"])).content.decode("utf-8-sig")
        assert "Method rights" in csv
        for form in ("xlsx", "pdf"):
            assert client.get(reverse("placements:whole_export", args=[run.pk, form])).status_code == 200
        told = Caller(toolbox.leader).get(f"/runs/{run.pk}/figures")
        assert told["whole"]["methods"] == {"rights": 2, "visits": 1}

    def test_one_run_does_both_kinds(self, toolbox: Town):
        """The nation: the city chooses methods, its sister programmes."""
        world = toolbox.world
        quota_of(world, toolbox.first.line, world.sister, 2)
        worker = world.account(Role.SOCIAL_WORKER, place=world.sister)
        theirs = [toolbox.family(POOR, authority=world.sister, worker=worker) for _number in range(2)]
        ours = [toolbox.family(POOR) for _number in range(2)]
        national = world.account(Role.NATIONAL_MANAGER, place=world.nation)
        with visible(scope_of(national)):
            run = actions.start_run(by=national, place=world.nation)
        work_off()
        run.refresh_from_db()
        assert run.totals["atoms"] == [
            [toolbox.city.pk, "breathing", "rights", 2],
            [world.sister.pk, "breathing", "", 2],
        ]
        assert all(row.works_by_method for row in rows_of(toolbox, run).values())
        assert set(rows_of(toolbox, run)) == {one.pk for one in ours}
        leader = world.account(Role.TEAM_LEADER, place=world.sister)
        with visible(scope_of(leader)):
            found = {row.family_id: row for row in Proposal.objects.filter(run=run)}
            assert not board(leader, run).by_method
            assert figures_of(leader, run).methods == ()
        assert set(found) == {one.pk for one in theirs}
        assert not any(row.works_by_method for row in found.values())
        with visible(scope_of(national)):
            above = figures_of(national, run)
        assert [one.code for one in above.methods] == ["rights"]
        assert isinstance(above.whole.methods["rights"], Suppressed), "two families are not told"
        told = {line.place.code for line in above.lines if line.methods and line.place}
        assert not told & {"9001", "9002"}, "above, methods are told of districts and wider"


class TestDecisions:
    def test_a_swap_gives_each_the_place_and_the_method_of_the_other(self, toolbox: Town):
        poor, both = toolbox.family(POOR), toolbox.family(POOR, RISK)
        rows = rows_of(toolbox, toolbox.run())
        assert (code_of(rows[poor.pk]), code_of(rows[both.pk])) == ("rights", "visits")
        with toolbox.scope():
            one, other = actions.swap(by=toolbox.leader, first=rows[poor.pk], second=rows[both.pk])
            assert (one.quota, code_of(one)) == (toolbox.second, "visits")
            assert (other.quota, code_of(other)) == (toolbox.first, "rights")
            assert one.is_changed
            event = AuditEvent.objects.get(action="placements.swap", subject_id=str(one.pk))
            assert event.changes["method"] == ["rights", "visits"]
            back = actions.take_back(by=toolbox.leader, proposal=one)
            assert (back.quota, code_of(back), back.is_changed) == (toolbox.first, "rights", False)
        text = signed_in(toolbox.leader).get(reverse("placements:proposal", args=[rows[both.pk].pk])).text
        assert "The run proposed: Method visits, a place of" in text

    def test_a_method_is_decided_in_the_same_place_compared_and_kept(self, toolbox: Town):
        family = toolbox.family(POOR, RISK)
        run = toolbox.run()
        row = rows_of(toolbox, run)[family.pk]
        client = signed_in(toolbox.leader)
        page = client.get(reverse("placements:proposal", args=[row.pk])).text
        to = f"{toolbox.second.pk}:rights"
        assert f'value="{to}"' in page
        assert f'value="{toolbox.second.pk}:visits"' not in page, "this one stands"
        given = {"to": to, "reason": "האם ביקשה"}
        assert client.post(reverse("placements:override", args=[row.pk]), given).status_code == 302
        decided = rows_of(toolbox, run)[family.pk]
        assert (decided.quota, code_of(decided), decided.is_changed) == (toolbox.second, "rights", True)
        assert decided.fit < row.fit
        with toolbox.scope():
            new = actions.rerun(by=toolbox.leader, run=run)
            free = actions.rerun(by=toolbox.leader, run=run, keep=False)
        kept = rows_of(toolbox, new)[family.pk]
        assert (kept.quota, code_of(kept), kept.proposed_method) == (toolbox.second, "rights", "visits")
        assert (kept.is_changed, kept.fit) == (True, decided.fit)
        assert new.totals["atoms"] == [[toolbox.city.pk, "mapa", "rights", 1]]
        with toolbox.scope():
            (line,) = compare(toolbox.leader, new, free).lines
        assert (line.before, line.after) == (toolbox.second, toolbox.second)
        assert (line.before_method.code, line.after_method.code) == ("rights", "visits")
        told = Caller(toolbox.leader).get(f"/runs/{new.pk}/compare/{free.pk}")
        assert (told[0]["before_method"], told[0]["after_method"]) == ("rights", "visits")

    def test_the_api_decides_a_method_and_no_foreign_one(self, toolbox: Town):
        method("elsewhere", low_income=3)
        family = toolbox.family(POOR, RISK)
        row = rows_of(toolbox, toolbox.run())[family.pk]
        api = Caller(toolbox.leader)
        path, body = f"/proposals/{row.pk}/override", {"quota": toolbox.second.pk, "reason": "x"}
        api.post(path, **body, method="elsewhere")
        assert api.status == 404
        made = api.post(path, **body, method="rights")
        assert (made["method"], made["proposed_method"], made["by_method"]) == ("rights", "visits", True)

    def test_where_programmes_are_chosen_no_method_is_decided(self, place_town: Town):
        family = place_town.family(POOR)
        row = rows_of(place_town, place_town.run())[family.pk]
        api = Caller(place_town.leader)
        path = f"/proposals/{row.pk}/override"
        api.post(path, quota=place_town.second.pk, method="visits", reason="x")
        assert api.status == 404
        made = api.post(path, quota=place_town.second.pk, reason="x")
        assert (made["method"], made["by_method"], made["proposed_method"]) == ("visits", False, None)
