"""Who may see the record of a place and not its small counts learns from it nothing about families."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db import connection

from maarag.database.layout import APPLICATION
from maarag.database.rows import visible
from maarag.domains.families.actions.reading import record_export
from maarag.domains.families.models import Family
from maarag.kernel.access.actions import grant
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.actions import record
from maarag.kernel.audit.models import AuditEvent, RowChange, Seal
from maarag.kernel.audit.queries import visible_to
from maarag.kernel.audit.scope import auditor_scope
from maarag.kernel.ledger.actions import decide, open_pot
from maarag.kernel.matches.models import Run
from maarag.kernel.places.actions import save_place
from maarag.kernel.places.models import Place
from tests.factories.browsing import LANGUAGES, as_, page_in
from tests.factories.families import everything, family
from tests.factories.services import World, world
from tests.kernel.audit.superuser import superuser

ABOVE = [
    (Role.DATA_STEWARD, "city"),
    (Role.DATA_STEWARD, "nation"),
    (Role.INTEGRATOR, "nation"),
]


@pytest.fixture
def here(db: None) -> World:
    """A city with three families, an exported list of them, a decision about a basket and its pot."""
    here = world()
    worker = here.account(Role.SOCIAL_WORKER, place=here.city)
    files = [
        family(here.system, here.city, worker, name=name, national_id="") for name in ("אלון", "ברק", "כהן")
    ]
    with visible(everything(here.city)):
        record_export(by=worker, families=files)
        record(by=worker, action="families.find_nothing_in_emergency", subject=here.city, place=here.city)
        decide(by=worker, what="אושר", authority=here.city)
        open_pot(by=worker, kind="basket", code="basket-1", label="סל", authority=here.city)
    save_place(by=here.system, code="9001", within=[here.nation], name_en="Grain City")
    return here


def about_families(here: World) -> Iterator[AuditEvent]:
    """The events that number what families have, found by what they are of."""
    with visible(everything(here.city)):
        events = list(AuditEvent.objects.all())
    named = ("families.", "ledger.")
    yield from (event for event in events if event.personal or event.action.startswith(named))


def reader(here: World, role: Role, where: str) -> Account:
    return here.account(role, place=getattr(here, where))


def results(page: str) -> str:
    """The page's own part: neither menu nor the words of the filter."""
    return page[page.index('id="results"') :]


@pytest.mark.parametrize(("role", "where"), ABOVE)
def test_neither_page_nor_data_tell_how_many_families_there_are(here: World, role: Role, where: str):
    client = as_(reader(here, role, where))
    kept = list(about_families(here))
    assert sum(event.action == "families.open" for event in kept) == 3
    actions = {event.action for event in kept}
    assert {"families.export", "families.find_nothing_in_emergency", "ledger.decide"} <= actions
    assert "ledger.open_pot" in actions
    listed = client.get("/api/audit/", {"limit": 500}).json()["items"]
    assert not {item["id"] for item in listed} & {event.pk for event in kept}
    assert "places.save" in {item["action"] for item in listed}
    for action in sorted(actions):
        answer = client.get("/api/audit/", {"action": action}).json()
        assert answer == {"items": [], "next_before": None}, action
        page = results(client.get("/audit/", {"action": action}).content.decode())
        assert not re.search(r"/audit/\d+/", page), action
    first = client.get("/audit/").content.decode()
    for event in kept:
        assert f"/audit/{event.pk}/" not in first, event.action
        assert client.get(f"/audit/{event.pk}/").status_code == 404, event.action


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_what_is_kept_from_whom(here: World, language: str):
    steward = as_(here.account(Role.DATA_STEWARD, place=here.city))
    assert "notice--info" in page_in(steward, "/audit/", language)
    integrator = as_(here.account(Role.INTEGRATOR, place=here.city))
    assert "notice--info" not in page_in(integrator, "/audit/", language)


def test_whoever_sees_exact_counts_there_reads_everything(here: World):
    own = [reader(here, Role.INTEGRATOR, "city"), reader(here, Role.DATA_STEWARD, "city")]
    here.account(Role.INTEGRATOR, place=here.sister)
    both = own[1]
    client = as_(both)
    assert client.get("/api/audit/", {"action": "families.open"}).json()["items"] == []
    grant(by=here.system, account=both, role=Role.SOCIAL_WORKER, place=here.city)
    for account in (own[0], Account.objects.get(pk=both.pk)):
        client = as_(account)
        items = client.get("/api/audit/", {"action": "families.open"}).json()["items"]
        assert len(items) == 3
        page = client.get(f"/audit/{items[0]['id']}/")
        assert page.status_code == 200
        assert "(<bdi>1</bdi>)" in page.content.decode()
        assert client.get("/api/audit/", {"action": "ledger.decide"}).json()["items"]
    foreign = as_(here.account(Role.INTEGRATOR, place=here.sister))
    assert foreign.get("/api/audit/", {"action": "families.open"}).json()["items"] == []


def test_exact_counts_in_a_part_of_the_authority_do_not_open_its_record(here: World):
    save_place(by=here.system, code="9001-1", kind="neighbourhood", within=[here.city], name_he="שכונה")
    steward = here.account(Role.DATA_STEWARD, place=here.city)
    part = Place.objects.get(code="9001-1")
    grant(by=here.system, account=steward, role=Role.SOCIAL_WORKER, place=part)
    client = as_(steward)
    assert client.get("/api/audit/", {"action": "families.open"}).json()["items"] == []


@pytest.mark.parametrize(("role", "where"), ABOVE)
def test_an_event_shows_no_changes_of_families_rows_beside_it(here: World, role: Role, where: str):
    with visible(everything(here.city)):
        Family.objects.update(name="נכתבביד")
        save_place(by=here.system, code="9001", within=[here.nation], name_en="Grain City again")
    event = AuditEvent.objects.filter(action="places.save", place=here.city).latest("pk")
    client = as_(reader(here, role, where))
    page = page_in(client, f"/audit/{event.pk}/", "en")
    assert "family" not in re.sub(r"<[^>]+>", " ", page[page.index("Changes of rows") :])
    seal = Seal.objects.order_by("-pk").first()
    assert seal is None or f"{seal.chain} / {seal.number}" not in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("role", "where"), ABOVE)
def test_changes_outside_any_action_are_told_without_number(role: Role, where: str):
    here = world()
    worker = here.account(Role.SOCIAL_WORKER, place=here.city)
    files = [family(here.system, here.city, worker, name=f"משפחה {n}", national_id="") for n in range(3)]
    client = as_(reader(here, role, where))
    own = as_(here.account(Role.INTEGRATOR, place=here.city))
    before = page_in(client, "/audit/outside/", "he")
    assert (where == "city") == ('href="/audit/outside/"' not in client.get("/audit/").content.decode())
    told = []
    for one in files:
        with visible(everything(here.city)):
            Family.objects.filter(pk=one.pk).update(name="נכתבביד")
        told.append(page_in(client, "/audit/outside/", "he"))
    assert 'href="/audit/outside/"' in client.get("/audit/").content.decode()
    assert "notice--attention" not in before
    assert "notice--attention" in told[0]
    assert len({re.sub(r'nonce="[^"]+"|csrf[^>]+', "", page) for page in told}) == 1
    whole = page_in(own, "/audit/outside/", "he")
    for one in files:
        assert str(one.pk) in whole
        assert str(one.pk) not in told[-1]
    with visible(everything(here.city)):
        numbers = RowChange.objects.filter(of_table="families_family", operation="U")
        assert not any(f"<bdi>{number}</bdi>" in told[-1] for number in numbers.values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
def test_figures_of_a_run_are_nowhere_among_the_changes_of_rows():
    here = world()
    steward = as_(here.account(Role.DATA_STEWARD, place=here.nation))
    run = Run.objects.create(kind="placements", place=here.nation, asked_by=here.system)
    Run.objects.filter(pk=run.pk).update(totals={"waiting": 743})
    page = page_in(steward, "/audit/outside/", "en")
    assert "figures" in page
    assert "743" not in page


def test_counts_of_the_whole_nation_are_kept_too(here: World):
    changes = {"families.attempts": 743, "api.tokens": 611}
    event = record(by=here.system, action="retention.tidy", subject=here.system, changes=changes)
    client = as_(here.account(Role.DATA_STEWARD, place=here.nation))
    (item,) = client.get("/api/audit/", {"action": "retention.tidy"}).json()["items"]
    assert item["changes"] == {"families.attempts": None, "api.tokens": 611}
    for address in ("/audit/", f"/audit/{event.pk}/"):
        page = client.get(address).content.decode()
        assert "611" in page
        assert "743" not in page


def test_the_database_itself_gives_none_of_them(here: World):
    steward = here.account(Role.DATA_STEWARD, place=here.nation)
    with visible(auditor_scope(steward)), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_auditevent WHERE personal")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM audit_rowchange WHERE personal")
        assert cursor.fetchone() == (0,)
    integrator = here.account(Role.INTEGRATOR, place=here.city)
    with visible(auditor_scope(integrator)), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_auditevent WHERE action = 'families.open'")
        assert cursor.fetchone() == (3,)


MANY = """
INSERT INTO audit_auditevent
    (at, actor_id, action, subject_type, subject_id, place_id, authority_id, personal, changes,
    transaction, digest)
SELECT now(), %(actor)s, 'families.read', 'families.family', n::text, %(city)s, %(city)s, true, '{}', 1, ''
FROM generate_series(1, 15000) AS n
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("role", "where"), ABOVE)
def test_the_few_events_that_are_left_are_found_by_an_index(role: Role, where: str):
    here = world()
    account = reader(here, role, where)
    with visible(auditor_scope(account)):
        query = visible_to(account).order_by("-pk")[:51]
        sql, values = query.query.sql_with_params()
        asked = connection.cursor().mogrify(sql, values)
    with superuser() as session, session.transaction(force_rollback=True):
        session.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
        session.execute(MANY, {"actor": here.system.pk, "city": here.city.pk})
        session.execute("ANALYZE audit_auditevent")
        session.execute(f"SET LOCAL ROLE {APPLICATION}")
        plan = "\n".join(row[0] for row in session.execute("EXPLAIN (ANALYZE) " + asked))
    removed = sum(int(number) for number in re.findall(r"Rows Removed by Filter: (\d+)", plan))
    assert removed < 1000, plan
