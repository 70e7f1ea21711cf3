"""Fixtures that every test may use."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

# What is drawn slowly on a busy machine is not wrong: time is measured in bench alone.
hypothesis.settings.register_profile(
    "maarag", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("maarag")

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("MAARAG_SHARED", ROOT.parent / "shared"))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Name a failure at once: a run that is cut off tells of those it met."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        print(f"\n{report.nodeid} failed ({report.when})\n{report.longreprtext[-1500:]}", flush=True)  # noqa: T201


def pytest_collection_finish() -> None:
    """What was imported and collected stays: the collector of garbage does not look through it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real inputs and schemas beside the checkout; skips where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the folder ../shared with real inputs and schemas is absent")
    return SHARED


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """A test begins without the pages that another one's rows were drawn on."""
    from django.conf import settings
    from django.core.cache import caches

    if settings.configured and "pages" in settings.CACHES:
        caches["pages"].clear()


@pytest.fixture(autouse=True)
def no_job_left(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """Jobs that a test commits go with it: the tables are procrastinate's, and no flush empties them."""
    yield
    mark = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (mark and mark.kwargs.get("transaction")):
        from django.db import connection

        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_events")
            cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture(scope="session")
def database_server() -> Iterator[None]:
    """A real PostgreSQL for as long as the tests need one; DATABASE_URL names another."""
    from maarag.database.configuration import is_embedded
    from maarag.database.layout import default_home
    from maarag.database.server import EmbeddedServer

    if not is_embedded():
        yield
        return
    with EmbeddedServer(default_home()).running():
        yield


@pytest.fixture(scope="session")
def template(database_server: None, django_db_blocker: Any) -> str:
    """The name of an empty database with all tables, from which others are copied."""
    from tests.demonstration_site import server
    from tests.template_database import empty_database

    with django_db_blocker.unblock():
        return empty_database(server())


@pytest.fixture(scope="session")
def site(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the whole site with the demonstration, started once a session."""
    from tests.browser import CHROMIUM
    from tests.demonstration_site import running_site

    if not CHROMIUM.exists():
        pytest.skip("Debian's Chromium is not installed (as root: apt-get install chromium)")
    with running_site(tmp_path_factory.mktemp("site"), template) as address:
        yield address


@pytest.fixture(scope="session")
def django_db_modify_db_settings(template: str, django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Start the server before pytest-django makes its test database, which it copies."""
    from django.db import connection

    connection.settings_dict["TEST"]["TEMPLATE"] = template
