"""The page of sources: what stands on each, its licence, what is fictional."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.places.actions import save_figures
from maarag.kernel.sources.actions import save_source
from maarag.kernel.sources.queries import standing_on
from tests.factories.browsing import LANGUAGES, page_in
from tests.factories.picture import Nation, make_nation


@pytest.fixture
def nation(db: None) -> Nation:
    nation = make_nation()
    nation.need(nation.world.city, 40)
    nation.need(nation.world.sister, 50)
    save_figures(
        by=nation.world.system, source=nation.world.source, figures=[(nation.world.city, "x", 2024, 1)]
    )
    nation.meals("A", 10)
    return nation


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_in_three_languages(nation: Nation, language: str) -> None:
    page = page_in(Client(), "/sources/", language)
    assert "https://creativecommons.org/licenses/by-sa/3.0/" in page
    assert "Open Eligibility" in page


def test_what_stands_on_each_source_is_counted(nation: Nation) -> None:
    found = standing_on()[nation.world.source.pk]
    assert sorted(kind.count for kind in found) == [1, 1, 2]
    empty = save_source(by=nation.world.system, code="empty", name_he="ריק")
    assert empty.pk not in standing_on()


def test_publisher_date_method_and_fiction_are_told(nation: Nation, client: Client) -> None:
    save_source(
        by=nation.world.system,
        code="survey",
        name_he="סקר בדיוני",
        publisher_he="המחלקה למחקר",
        licence_he="CC BY-SA 3.0",
        published_on=date(2025, 3, 9),
        method_he="נשאלו מאה <משפחות>",
        is_fictional=True,
    )
    page = client.get("/sources/", headers={"Accept-Language": "en"}).content.decode()
    card = page[page.index('id="survey"') :]
    for text in ("המחלקה למחקר", "09.03.2025", "נשאלו מאה &lt;משפחות&gt;", "Fictional", 'rel="license"'):
        assert text in card, text
    assert (
        "Fictional"
        not in page[page.index('id="test-source"') : page.index('id="survey"')].partition("<h2")[0]
    )


def test_a_source_speaks_the_language_of_its_reader(nation: Nation) -> None:
    source = save_source(
        by=nation.world.system,
        code="test-source",
        publisher_he="המחלקה למחקר",
        publisher_ar="قسم البحث",
        licence_en="Government material",
        method_he="נשאלו מאה",
        method_ar="سُئلت مئة",
        method_en="A hundred were asked",
    )
    estimate = source.need_estimates.first()
    told = {
        "he": ("המחלקה למחקר", "Government material", "נשאלו מאה"),
        "ar": ("قسم البحث", "Government material", "سُئلت مئة"),
        "en": ("המחלקה למחקר", "Government material", "A hundred were asked"),
    }
    for language, texts in told.items():
        page = page_in(Client(), "/sources/", language)
        card = page[page.index('id="test-source"') :].partition("</article>")[0]
        every = {text for others in told.values() for text in others}
        assert {text for text in every if text in card} == set(texts)
        page = page_in(Client(), estimate.get_absolute_url(), language)
        assert texts[2] in page
    service = page_in(Client(), "/services/A/", "he")
    assert "<bdi>Government material</bdi>" in service


def test_saving_the_same_again_leaves_no_event(nation: Nation) -> None:
    before = AuditEvent.objects.count()
    save_source(by=nation.world.system, code="test-source", name_he="מקור לבדיקה")
    assert AuditEvent.objects.count() == before
