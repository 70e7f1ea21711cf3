"""A write whose audit fails is undone: nothing is changed that nobody can account for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers
from django.db import connection
from django.utils import timezone

from maarag.api.actions import issue_token, revoke_token
from maarag.api.models import ApiToken
from maarag.desks.jobs.actions import try_again
from maarag.domains.missions.actions import change_mission, close_mission, open_mission
from maarag.domains.missions.models import Mission
from maarag.domains.needs.actions import (
    EstimateDraft,
    change_estimate,
    remove_estimate,
    save_estimate,
    save_estimates,
)
from maarag.domains.needs.models import NeedEstimate
from maarag.kernel.access.actions import (
    accept_invitation,
    ask_factor_reset,
    cancel_factor_reset,
    close_account,
    confirm_factor_reset,
    end_grant,
    grant,
    invite,
    open_account,
    reopen_account,
    resend_invitation,
    reset_only_factor,
    revoke_invitation,
)
from maarag.kernel.access.models import Account, FactorReset, Grant, Invitation
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.jobs.actions import defer
from maarag.kernel.jobs.models import Job
from maarag.kernel.jobs.registry import TASKS
from maarag.kernel.people.actions import (
    OrganisationDraft,
    add_person,
    appoint,
    save_organisation,
    save_organisations,
)
from maarag.kernel.people.models import Person
from maarag.kernel.places.actions import PlaceDraft, save_figures, save_place, save_places
from maarag.kernel.places.models import PlaceKind
from maarag.kernel.sources.actions import save_source
from maarag.kernel.taxonomy.actions import TermRow, save_topic, save_version
from maarag.kernel.taxonomy.models import Vocabulary
from tests.factories.picture import Nation, make_nation

APPS = ("places", "people", "taxonomy", "sources", "access", "needs", "missions", "audit", "jobs", "api")
DAY = date(2026, 3, 1)


@pytest.fixture
def nation(db: None) -> Nation:
    nation = make_nation()
    nation.need(nation.world.city, 30)
    worker = nation.world.account(Role.INTEGRATOR, place=nation.world.city)
    due = timezone.localdate() + timedelta(days=3)
    open_mission(by=worker, place=nation.world.city, title="פתוחה", owner=worker, due=due)
    add_person(by=nation.world.system, name_he="דנה")
    job = defer(TASKS["jobs.tidy"])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [job])
    return nation


@pytest.fixture(autouse=True)
def people_who_wait(nation: Nation) -> None:
    """An invitation and a reset that wait, and a closed account."""
    world = nation.world
    invite(by=world.system, email="invited@example.org", role=Role.RESIDENT, place=world.city)
    steward = world.account(Role.DATA_STEWARD, place=world.nation)
    lost = world.account(Role.SOCIAL_WORKER, place=world.sister)
    ask_factor_reset(by=steward, account=lost, reason="x")
    waits = world.account(Role.SOCIAL_WORKER, place=world.sister)
    Account.objects.filter(pk=waits.pk).update(email="waits@example.org")
    issue_token(by=lost, name="x", access="read", until=timezone.localdate())
    gone = world.account(Role.RESIDENT, place=world.sister)
    Account.objects.filter(pk=gone.pk).update(email="gone@example.org", is_active=False)


def of_the_worker() -> Grant:
    return Grant.objects.get(account=Mission.objects.get().owner)


def closed() -> Account:
    return Account.objects.get(email="gone@example.org")


def draft(nation: Nation) -> EstimateDraft:
    return EstimateDraft(
        place=nation.world.city,
        topic=nation.care,
        situation=nation.world.term("seniors"),
        unit="people",
        number=12,
        certainty="counted",
        as_of=DAY,
    )


def new_mission(nation: Nation) -> None:
    worker = Mission.objects.get().owner
    open_mission(by=worker, place=nation.world.city, title="עוד", owner=worker, due=timezone.localdate())


def new_terms(nation: Nation) -> None:
    rows = [TermRow(Vocabulary.RESPONSE, "human_services", "שירותים אחרים")]
    save_version(by=nation.world.system, version="2", rows=rows)


WRITES: dict[str, Callable[[Nation], Any]] = {
    "needs.save_estimate": lambda n: save_estimate(by=n.world.system, source=n.world.source, draft=draft(n)),
    "needs.save_estimates": lambda n: save_estimates(
        by=n.world.system, source=n.world.source, drafts=[draft(n)]
    ),
    "needs.change_estimate": lambda n: change_estimate(
        by=n.world.system, estimate=NeedEstimate.objects.get(), number=31
    ),
    "needs.remove_estimate": lambda n: remove_estimate(
        by=n.world.system, estimate=NeedEstimate.objects.get(), reason="טעות"
    ),
    "api.issue_token": lambda n: issue_token(
        by=Mission.objects.get().owner, name="x", access="read", until=timezone.localdate()
    ),
    "api.revoke_token": lambda n: revoke_token(
        by=ApiToken.objects.get().account, token=ApiToken.objects.get()
    ),
    "missions.open": new_mission,
    "missions.change": lambda n: change_mission(
        by=Mission.objects.get().owner, mission=Mission.objects.get(), title="אחרת"
    ),
    "missions.close": lambda n: close_mission(
        by=Mission.objects.get().owner, mission=Mission.objects.get(), status="done", outcome="נעשה"
    ),
    "access.open_account": lambda n: open_account(by=n.world.system, email="new@example.org", name="חדשה"),
    "access.grant": lambda n: grant(
        by=n.world.system, account=Mission.objects.get().owner, role=Role.RESIDENT, place=n.world.sister
    ),
    "access.end_grant": lambda n: end_grant(by=n.world.system, grant=of_the_worker()),
    "access.withdraw_grant": lambda n: end_grant(by=n.world.system, grant=_starting_today(of_the_worker())),
    "access.close_account": lambda n: close_account(by=n.world.system, account=Mission.objects.get().owner),
    "access.reopen_account": lambda n: reopen_account(by=n.world.system, account=closed()),
    "access.invite": lambda n: invite(
        by=n.world.system, email="x@example.org", role=Role.RESIDENT, place=n.world.city
    ),
    "access.resend_invitation": lambda n: resend_invitation(
        by=n.world.system, invitation=Invitation.objects.get()
    ),
    "access.revoke_invitation": lambda n: revoke_invitation(
        by=n.world.system, invitation=Invitation.objects.get()
    ),
    "access.accept_invitation": lambda n: accept_invitation(
        by=None, invitation=Invitation.objects.get(), name="חדשה", password="ארבע מילים בלי קשר"
    ),
    "access.ask_factor_reset": lambda n: ask_factor_reset(
        by=n.world.system, account=Account.objects.get(email="waits@example.org"), reason="פנים אל פנים"
    ),
    "access.confirm_factor_reset": lambda n: confirm_factor_reset(
        by=n.world.system, reset=FactorReset.objects.get()
    ),
    "access.cancel_factor_reset": lambda n: cancel_factor_reset(
        by=n.world.system, reset=FactorReset.objects.get()
    ),
    "access.reset_only_factor": lambda n: reset_only_factor(
        by=n.world.system, account=Account.objects.get(email="waits@example.org")
    ),
    "places.save": lambda n: save_place(
        by=n.world.system, code="C9", within=[n.world.nation], kind=PlaceKind.CLUSTER, name_he="אשכול"
    ),
    "places.save (moved)": lambda n: save_place(by=n.world.system, code="9002", within=[], name_he="אחר"),
    "places.save_places": lambda n: save_places(
        by=n.world.system,
        drafts=[PlaceDraft("C9", ["IL"], {"kind": PlaceKind.CLUSTER, "name_he": "אשכול"})],
    ),
    "places.save_figures": lambda n: save_figures(
        by=n.world.system, source=n.world.source, figures=[(n.world.city, "income", 2024, 5)]
    ),
    "taxonomy.save_version": new_terms,
    "taxonomy.save_topic": lambda n: save_topic(
        by=n.world.system, code=n.food.code, responses=[], situations=[], reach_km=3.0
    ),
    "people.save_organisation": lambda n: save_organisation(
        by=n.world.system, code="org-city", name_he="שם אחר"
    ),
    "people.save_organisations": lambda n: save_organisations(
        by=n.world.system,
        drafts=[OrganisationDraft("new", {"name_he": "חדשה", "sector": "business"}, "org-city")],
    ),
    "people.add_person": lambda n: add_person(by=n.world.system, name_he="משה"),
    "people.appoint": lambda n: appoint(
        by=n.world.system,
        person=Person.objects.get(),
        organisation=n.world.organisation,
        place=n.world.city,
        kind="other",
        starts=DAY,
    ),
    "jobs.try_again": lambda n: try_again(by=n.world.system, job=Job.objects.get()),
    "sources.save": lambda n: save_source(by=n.world.system, code="test-source", name_he="שם אחר"),
}


def _starting_today(row: Grant) -> Grant:
    Grant.objects.filter(pk=row.pk).update(starts=timezone.localdate())
    return Grant.objects.get(pk=row.pk)


def everything() -> str:
    """All rows of the apps, as text."""
    rows: list[Any] = []
    for app in APPS:
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            rows += model._default_manager.order_by("pk")
    return serializers.serialize("json", rows)


@pytest.mark.parametrize("write", WRITES)
def test_a_write_whose_audit_fails_is_undone(
    nation: Nation, write: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if write == "access.withdraw_grant":
        _starting_today(of_the_worker())
    before = everything()

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the audit is full")

    with monkeypatch.context() as patch:
        patch.setattr(AuditEvent.objects, "bulk_create", fail)
        with pytest.raises(RuntimeError, match="the audit is full"):
            WRITES[write](nation)
    assert everything() == before
    events = AuditEvent.objects.count()
    WRITES[write](nation)
    assert AuditEvent.objects.count() > events
    assert everything() != before


def test_every_action_of_these_apps_is_tried() -> None:
    """A new action must be added above."""
    import importlib
    import inspect

    named = set()
    for module in (
        "kernel.access", "kernel.people", "kernel.places", "kernel.sources", "kernel.taxonomy",
        "domains.needs", "domains.missions",
    ):  # fmt: skip
        actions = importlib.import_module(f"maarag.{module}.actions")
        for name, function in inspect.getmembers(actions, inspect.isfunction):
            if function.__module__ == actions.__name__ and "by" in inspect.signature(function).parameters:
                named.add(name)
    named = {name for name in named if not name.startswith("_")}
    tried = {write.partition(" ")[0].partition(".")[2] for write in WRITES}
    short = {"open": "open_mission", "change": "change_mission", "close": "close_mission"}
    tried = {short.get(name, name) for name in tried} | {"save_place", "save_source"}
    assert named - tried == set()


def test_a_system_account_is_made_once(db: None) -> None:
    from maarag.kernel.access.actions import system_account

    assert system_account() == system_account()
    assert Account.objects.filter(is_system=True).count() == 1
