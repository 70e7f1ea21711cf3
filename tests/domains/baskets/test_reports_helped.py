"""What helped, in the families' own word: told inside the authority by response, and not at all above it."""

from __future__ import annotations

import io
import json

from django.utils import timezone
from django.utils.translation import override
from python_calamine import CalamineWorkbook

from maarag.cli.baskets import _helped as table_of_the_command
from maarag.domains.baskets import actions, report_helped
from maarag.domains.baskets.report_tables import as_data, document_tables, notes, page_tables
from maarag.domains.baskets.reports import report_for
from maarag.kernel.access.permissions import Role
from tests.factories.baskets import Department
from tests.factories.families import family as open_family
from tests.pdf_text import assert_pdf_says

from .conftest import signed_in

WORDS = "הילדים שמחו"


def bought(city: Department) -> None:
    """Of meals: two helped, one in part, one not, one was not asked about; others never came or went back."""
    with city.scope():
        for helped in ("yes", "yes", "partly", "no", ""):
            request = city.delivered(1)
            if helped:
                actions.tell_what_helped(by=city.worker, request=request, helped=helped, words=WORDS)
        city.ordered(1)
        city.approved(1)
        back = city.paid(1, invoice="back")
        actions.tell_what_helped(by=city.worker, request=back, helped="no", words=WORDS)
        actions.reverse_request(by=city.head, request=back, reason="הוחזר")


MEALS = {"bought": 5, "yes": 2, "partly": 1, "no": 1, "not_asked": 1}


def test_inside_the_authority_by_response(city: Department):
    bought(city)
    for account in (city.worker, city.head, city.world.account(Role.INTEGRATOR, place=city.world.city)):
        report = report_for(account)
        assert report is not None
        [row] = as_data(report)["helped"]
        assert row.pop("code") == "human_services:food:meals"
        assert row.pop("name")
        assert row == MEALS


def test_what_came_in_part_and_the_last_word_count(city: Department):
    with city.scope():
        request = city.ordered(4)
        actions.record_delivery(by=city.worker, request=request, outcome="partly", quantity=1)
        for helped in ("yes", "no"):
            request.refresh_from_db()
            actions.tell_what_helped(by=city.worker, request=request, helped=helped)
        nothing = city.ordered(1)
        actions.record_delivery(by=city.worker, request=nothing, outcome="no", quantity=0)
    [row] = report_for(city.head).helped or []  # type: ignore[union-attr]
    assert (row.bought, dict(row.answers)) == (1, {"no": 1})


def test_another_year_has_none_of_it(city: Department):
    bought(city)
    found = report_for(city.head, timezone.localdate().year - 1)
    assert found is not None
    assert found.helped == []


def test_the_page_the_workbook_the_api_and_the_command_say_the_same(city: Department):
    bought(city)
    client = signed_in(city.head)
    report = report_for(city.head)
    assert report is not None
    assert client.get("/api/baskets/report").json()["helped"][0].items() >= MEALS.items()
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/baskets/reports.xlsx").content))
    rows = [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
    assert any(row[1:6] == [5, 2, 1, 1, 1] for row in rows)
    [drawn] = [table for title, table in page_tables(report) if title == report_helped.title()]
    assert [row["not_asked"] for row in drawn.rows] == [1]
    with override("he"):
        page = client.get("/baskets/reports/").text
        assert report_helped.note() in page
    assert WORDS not in page
    assert table_of_the_command(as_data(report)["helped"]).row_count == 1
    assert_pdf_says(client.get("/baskets/reports.pdf").content, str(report_helped.title()))


def test_above_the_authority_it_is_not_told_and_the_report_says_why(city: Department):
    world = city.world
    families = [open_family(world.system, world.city, city.worker, name=f"משפחה{n}") for n in range(4)]
    with city.scope():
        actions.tell_what_helped(by=city.worker, request=city.paid(1), helped="yes")
        for number, family in enumerate(families):
            basket = actions.open_basket(by=city.worker, family=family, quota=city.quota)
            request = city.paid(1, invoice=f"i{number}", basket=basket)
            actions.tell_what_helped(by=city.worker, request=request, helped="no", words=WORDS)
    national = world.account(Role.NATIONAL_MANAGER, place=world.nation)
    report = report_for(national)
    assert report is not None
    assert report.helped is None
    data = as_data(report)
    assert data["helped"] is None
    assert "not_asked" not in json.dumps(data)
    with override("he"):
        titles = {title for title, _table in page_tables(report)}
        titles |= {one.title for one in document_tables(report)}
        assert report_helped.title() not in titles
        assert report_helped.why_not_above() in notes(report)
        assert report_helped.why_not_above() in signed_in(national).get("/baskets/reports/").text
