"""The pages of placing families: one family's ranking, the board from a new run to carrying out."""

from __future__ import annotations

import html
import io
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from maarag.domains.baskets.models import Basket
from maarag.domains.placements import actions
from maarag.domains.placements.models import Alternative, AlternativeOption, Proposal, Waiting
from maarag.domains.programmes.models import Method
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.jobs.inline import work_off
from maarag.kernel.matches.models import Run, RunRemark
from tests.factories.placements import ARABIC, POOR, RISK, Town
from tests.pdf_text import assert_pdf_says, text_of_pdf

from .conftest import signed_in


@pytest.fixture
def worker(place_town: Town) -> Client:
    return signed_in(place_town.worker)


@pytest.fixture
def leader(place_town: Town) -> Client:
    return signed_in(place_town.leader)


def newest() -> Run:
    return Run.objects.order_by("-asked_at").first()


def rows_of(town: Town, run: Run) -> dict[str, Proposal]:
    with town.scope():
        rows = Proposal.objects.filter(run=run).select_related("family", "quota__programme")
        return {row.family.name: row for row in rows}


def post(client: Client, name: str, *args: Any, **data: Any) -> Any:
    return client.post(reverse(f"placements:{name}", args=args), data)


def get(client: Client, name: str, *args: Any, **query: Any) -> Any:
    return client.get(reverse(f"placements:{name}", args=args), query)


def test_one_family_sees_every_programme_with_reasons_and_waits_or_has_a_place(
    place_town: Town, worker: Client
) -> None:
    family = place_town.family(POOR)
    page = get(worker, "family", family.pk)
    assert page.status_code == 200
    text = page.text
    assert "What speaks for it" in text
    assert text.index('id="programme-breathing"') < text.index('id="programme-mapa"')
    assert "2 of 2 places are free" in text
    with place_town.scope():
        assert AuditEvent.objects.filter(action="families.read", subject_id=str(family.pk)).exists()

    asked = {"why": "proposed", "priority": "2", "note": "בדחיפות"}
    assert post(worker, "wait", family.pk, "mapa", **asked).status_code == 302
    again = post(worker, "wait", family.pk, "mapa", **asked)
    assert again.status_code == 422
    assert "waits for this programme already" in again.text
    text = get(worker, "family", family.pk).text
    assert "number 1 in line" in text
    assert "בדחיפות" in text
    assert family.name in get(worker, "waiting").text

    given = post(worker, "give", family.pk, place_town.second.pk)
    assert given.status_code == 302
    with place_town.scope():
        assert Basket.objects.get().quota == place_town.second
        wait = Waiting.objects.get()
        assert (wait.outcome, wait.ended_on is not None) == ("placed", True)
    text = get(worker, "family", family.pk).text
    assert "The family has a place" in text
    assert "Had the place" in text


def test_how_urgently_a_family_waits_is_said_anew_and_since_when_stays(
    place_town: Town, worker: Client
) -> None:
    family, since = place_town.family(POOR), timezone.localdate() - timedelta(days=30)
    with place_town.scope():
        wait = actions.wait(
            by=place_town.worker, family=family, programme=place_town.first.programme, since=since, note="x"
        )
    text = get(worker, "family", family.pk).text
    assert reverse("placements:change_waiting", args=[wait.pk]) in text
    assert "It waits for this reason: The social worker proposes it. Priority: Usual." in text
    form = get(worker, "change_waiting", wait.pk).context["form"]
    assert (form["why"].value(), form["note"].value(), "since" in form.fields) == ("proposed", "x", False)
    given = {"why": "no_place", "priority": "2", "note": "x"}
    assert post(worker, "change_waiting", wait.pk, **given).status_code == 302
    with place_town.scope():
        wait.refresh_from_db()
    assert (wait.why, wait.priority, wait.note, wait.since) == ("no_place", 2, "x", since)
    assert post(worker, "change_waiting", wait.pk, why="weather", priority="2").status_code == 422


def test_how_intensive_and_how_long_a_method_is_stands_with_the_place(
    place_town: Town, worker: Client
) -> None:
    Method.objects.filter(code="rights").update(hours_a_month=6, months=12)
    text = get(worker, "family", place_town.family(POOR).pk).text
    assert "6 hours a month, for 12 months" in text


def test_what_excludes_a_family_stands_with_what_would_have_to_change(
    place_town: Town, worker: Client
) -> None:
    from tests.factories.programmes import rule

    rule(place_town.first.programme, "children", least=3)
    family = place_town.family(POOR)
    text = get(worker, "family", family.pk).text
    assert "What excludes it" in text
    assert "What would have to change" in text
    assert reverse("placements:give", args=[family.pk, place_town.first.pk]) not in text
    refused = post(worker, "stop_waiting", family.pk)
    assert refused.status_code == 404


def test_a_run_is_asked_for_reviewed_and_carried_out(place_town: Town, leader: Client) -> None:
    families = [place_town.family(POOR, RISK) for _number in range(5)]
    form = get(leader, "new")
    assert form.status_code == 200
    given = {"place": place_town.city.code, "who": "without_place", "least_fit": "40"}
    begun = post(leader, "new", **given)
    assert begun.status_code == 302
    run = newest()
    assert begun.headers["Location"] == reverse("placements:run", args=[run.pk])
    rows = rows_of(place_town, run)
    assert set(rows) == {one.name for one in families}
    text = get(leader, "run", run.pk).text
    assert all(one.name in text for one in families)
    assert "One more is worth" in text

    # several are accepted only when that was confirmed
    placed = [row for row in rows.values() if row.quota is not None]
    keys = [str(row.pk) for row in placed]
    asked = post(leader, "run", run.pk, act="accept", choose=keys)
    assert asked.status_code == 200
    assert "Accept 4 proposals?" in asked.text
    assert all(not row.is_decided for row in rows_of(place_town, run).values())
    done = post(leader, "run", run.pk, act="accept", choose=keys, sure="accept")
    assert done.status_code == 302
    assert sum(row.is_decided for row in rows_of(place_town, run).values()) == 4

    looked = get(leader, "carry_out", run.pk)
    assert "2 families" in looked.text
    with place_town.scope():
        assert Basket.objects.count() == 0
    assert post(leader, "carry_out", run.pk).status_code == 302
    with place_town.scope():
        assert Basket.objects.count() == 4
    text = get(leader, "run", run.pk, state="carried").text
    assert text.count("Carried out") >= 4


def test_two_are_swapped_one_is_overridden_and_a_new_run_keeps_both(place_town: Town, leader: Client) -> None:
    for _number in range(3):
        place_town.family(POOR, RISK)
    run = place_town.run()
    rows = rows_of(place_town, run)
    by_place: dict[int, Proposal] = {row.quota_id: row for row in rows.values() if row.quota_id}
    one, other = list(by_place.values())[:2]
    pair = [str(one.pk), str(other.pk)]
    alone = post(leader, "run", run.pk, act="swap", choose=pair[:1])
    assert alone.status_code == 422
    assert "exactly two" in alone.text
    asked = post(leader, "run", run.pk, act="swap", choose=pair)
    assert "Swap the places of these two?" in asked.text
    assert post(leader, "run", run.pk, act="swap", choose=pair, sure="swap").status_code == 302
    swapped = rows_of(place_town, run)
    assert swapped[one.family.name].quota_id == other.quota_id
    assert swapped[other.family.name].quota_id == one.quota_id

    left = next(row for row in swapped.values() if not row.is_decided)
    page = get(leader, "proposal", left.pk)
    assert page.status_code == 200
    to = str(next(q.pk for q in (place_town.first, place_town.second) if q.pk != left.quota_id))
    silent = post(leader, "override", left.pk, to=to)
    assert silent.status_code == 422
    reason = "אחיה של האם עובד שם"
    assert post(leader, "override", left.pk, to=to, reason=reason).status_code == 302
    assert reason in get(leader, "proposal", left.pk).text
    decided = {name: row.quota_id for name, row in rows_of(place_town, run).items()}

    form = get(leader, "again", run.pk)
    assert "Keep what was decided" in form.text
    place_town.family(POOR)
    given = {"place": place_town.city.code, "who": "without_place", "least_fit": "40", "keep": "on"}
    assert post(leader, "again", run.pk, **given).status_code == 302
    new = newest()
    assert new.based_on_id == run.pk
    kept = {name: row.quota_id for name, row in rows_of(place_town, new).items() if name in decided}
    assert kept == decided
    text = get(leader, "compare", new.pk).text
    assert "Every family that both have is proposed the same" in text

    # a decision is taken back, and stands as it was proposed
    assert post(leader, "undo", left.pk).status_code == 302
    assert not rows_of(place_town, run)[left.family.name].is_decided


def test_bulk_acceptance_is_undone_and_filters_find(place_town: Town, leader: Client) -> None:
    families = [place_town.family(POOR) for _number in range(3)]
    run = place_town.run()
    assert post(leader, "run", run.pk, act="accept_all").status_code == 200
    assert post(leader, "run", run.pk, act="accept_all", sure="accept_all").status_code == 302
    rows = rows_of(place_town, run)
    assert all(row.is_decided for row in rows.values())
    undo = {"act": "undo", "choose": [str(row.pk) for row in rows.values()]}
    assert post(leader, "run", run.pk, **undo).status_code == 302
    assert not any(row.is_decided for row in rows_of(place_town, run).values())
    table = get(leader, "run", run.pk, q=families[0].name).text.split("<tbody")[-1]
    assert families[0].name in table
    assert families[1].name not in table
    assert "No proposal matches" in get(leader, "run", run.pk, state="stale").text


def test_all_that_the_filter_shows_are_accepted_and_no_others(place_town: Town, leader: Client) -> None:
    first, second = place_town.family(POOR), place_town.family(POOR)
    run = place_town.run()
    asked = post(leader, "run", run.pk, act="accept_all", q=first.name)
    assert asked.status_code == 200
    text = asked.content.decode()
    # by place, not family by family
    assert f'id="p-{rows_of(place_town, run)[first.name].pk}"' not in text
    form = text[text.index('<form method="post" action="/placements') :]
    sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    assert sent["q"] == first.name
    sent.pop("csrfmiddlewaretoken", None)
    assert post(leader, "run", run.pk, act="accept_all", **sent).status_code == 302
    rows = rows_of(place_town, run)
    assert (rows[first.name].is_decided, rows[second.name].is_decided) == (True, False)


def test_the_whole_and_fairness_are_told_answered_and_mended(place_town: Town, leader: Client) -> None:
    for number in range(8):
        place_town.family(POOR, *([RISK] if number % 2 else [ARABIC]))
    run = place_town.run()
    text = get(leader, "whole", run.pk).text
    assert "Every place that fits them is taken" in text
    waits = next(row for row in rows_of(place_town, run).values() if row.quota_id is None)
    on_board = html.unescape(get(leader, "run", run.pk, state="waits").text)
    why = re.search(r'data-label="Why"><span class="small">([^<]+)', on_board)
    assert why
    assert why[1] in html.unescape(get(leader, "proposal", waits.pk).text.partition("<h2")[2])
    assert "What binds" in text
    assert "<svg" in text
    text = get(leader, "fairness", run.pk).text
    assert "Parent" in text
    about = {"attribute": "sex", "value": "unknown"}
    assert post(leader, "remark", run.pk, **about, text="").status_code == 422
    assert post(leader, "remark", run.pk, **about, text="נמצאו רק לאחרונה").status_code == 302
    assert RunRemark.objects.get().by == place_town.leader
    form = get(leader, "again", run.pk, mends="language:arabic_speaking", least="75").text
    assert 'value="75"' in form
    mended = {
        "place": place_town.city.code,
        "who": "without_place",
        "least_fit": "40",
        "keep": "on",
        "floor-language-arabic_speaking": "75",
        "mends": "language:arabic_speaking",
    }
    assert post(leader, "again", run.pk, **mended).status_code == 302
    new = newest()
    assert new.settings["floors"] == [{"attribute": "language", "value": "arabic_speaking", "percent": 75}]
    text = get(leader, "whole", new.pk).text
    assert "Kept" in text
    assert "They cost" in text
    answered = RunRemark.objects.get(kind="mended")
    assert (answered.run, answered.mended_by) == (run, new)


def test_the_board_says_that_a_newer_run_is_under_way(place_town: Town, leader: Client) -> None:
    place_town.family(POOR)
    run = place_town.run()
    assert "newer" not in get(leader, "run", run.pk).text
    with place_town.scope():
        new = actions.rerun(by=place_town.leader, run=run, at_once=False)
    assert "A newer run is being matched" in get(leader, "run", run.pk).text
    work_off()
    new.refresh_from_db()
    text = get(leader, "run", run.pk).text
    assert "A newer run is being matched" not in text
    assert "There is a newer run" in text


def test_nothing_is_called_hidden_where_there_is_nothing(place_town: Town, leader: Client) -> None:
    run = place_town.run()
    assert run.totals["families"] == 0
    assert "is not told" not in get(leader, "fairness", run.pk).text


def test_leaving_home_is_weighed_against_the_community(
    place_town: Town, worker: Client, leader: Client
) -> None:
    family = place_town.family(RISK)
    response = place_town.world.term("meals")
    begun = post(worker, "consider", family.pk, response=response.code, why="סיכון גבוה", yearly="120,000")
    assert begun.status_code == 302
    with place_town.scope():
        held = Alternative.objects.get()
        assert held.yearly_agorot == 12_000_000
    assert post(worker, "add_option", held.pk, words="").status_code == 422
    given = {
        "what": f"p{place_town.second.programme_id}",
        "barriers": ["no_place", "hours"],
        "incentives": ["together"],
        "barrier_words": "רק בבקרים",
    }
    assert post(worker, "add_option", held.pk, **given).status_code == 302
    with place_town.scope():
        option = AlternativeOption.objects.get()
        assert option.barriers == ["no_place", "hours"]
        assert option.fit is not None
    page = get(worker, "alternative", held.pk).text
    assert "The family stays together" in page
    assert "רק בבקרים" in page
    assert reverse("placements:choose", args=[held.pk]) not in page
    assert post(worker, "choose", held.pk, choice="community").status_code == 403
    choice = {"choice": "community", "chosen": str(option.pk), "reason": "יחד בבית"}
    assert post(leader, "choose", held.pk, **choice).status_code == 302
    with place_town.scope():
        held.refresh_from_db()
    assert (held.choice, held.chosen_id) == ("community", option.pk)
    assert "יחד בבית" in get(worker, "family", family.pk).text


def test_files_hold_what_the_pages_show(place_town: Town, worker: Client, leader: Client) -> None:
    family = place_town.family(POOR)
    run = place_town.run()
    post(worker, "wait", family.pk, "breathing", why="no_place", priority="0")
    board = get(leader, "export", run.pk, "xlsx")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(board.content)).get_sheet_by_index(0).to_python()
    assert any(family.name in row for row in sheet)
    assert family.name in get(leader, "export", run.pk, "csv").content.decode("utf-8-sig")
    assert family.name in get(worker, "waiting_export", "csv").content.decode("utf-8-sig")
    with place_town.scope():
        taken = AuditEvent.objects.filter(action="families.export", subject_id=str(family.pk))
        assert taken.count() == 3
    assert get(worker, "export", run.pk, "xlsx").status_code == 403
    address = reverse("placements:whole_export", args=[run.pk, "pdf"])
    printed = leader.get(address, headers={"accept-language": "he"}).content
    assert family.name not in text_of_pdf(printed)
    assert_pdf_says(printed, "שיבוץ משפחות", "משפחות לפי מקום ותכנית", place_town.world.city.name_he)


def test_the_nation_sees_figures_and_never_a_name(place_town: Town) -> None:
    families = [place_town.family(POOR) for _number in range(6)]
    run = place_town.run()
    row = next(iter(rows_of(place_town, run).values()))
    account = place_town.world.account(Role.NATIONAL_MANAGER, place=place_town.world.nation)
    above = signed_in(account)
    assert get(above, "index").status_code == 200
    for name in ("whole", "fairness", "compare"):
        page = get(above, name, run.pk)
        assert page.status_code == 200, name
        assert not any(family.name in page.text for family in families)
        assert not any(str(family.pk) in page.text for family in families)
    for name, key in (("run", run.pk), ("proposal", row.pk), ("family", families[0].pk)):
        assert get(above, name, key).status_code in (403, 404), name
    assert get(above, "export", run.pk, "xlsx").status_code == 403
    begun = post(above, "new", place=place_town.world.nation.code, who="without_place", least_fit="40")
    assert begun.status_code == 302
    waits = newest()
    assert waits.place == place_town.world.nation
    assert begun.headers["Location"] == reverse("placements:progress", args=[waits.pk])
    text = get(above, "progress", waits.pk).text
    assert "Waits its turn" in text
    assert post(above, "cancel", waits.pk).status_code == 302
    assert Run.objects.get(pk=waits.pk).state == "cancelled"


def test_nobody_of_the_sister_finds_anything(place_town: Town) -> None:
    family = place_town.family(POOR)
    run = place_town.run()
    row = rows_of(place_town, run)[family.name]
    stranger = signed_in(place_town.world.account(Role.TEAM_LEADER, place=place_town.world.sister))
    asked: list[tuple[str, tuple[UUID | str, ...]]] = [
        ("run", (run.pk,)), ("whole", (run.pk,)), ("fairness", (run.pk,)), ("proposal", (row.pk,)),
        ("family", (family.pk,)), ("again", (run.pk,)), ("carry_out", (run.pk,)),
    ]  # fmt: skip
    for name, args in asked:
        assert get(stranger, name, *args).status_code == 404, name
    assert post(stranger, "accept", row.pk).status_code == 404
    assert family.name not in get(stranger, "waiting").text
