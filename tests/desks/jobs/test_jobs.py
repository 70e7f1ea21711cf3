"""Jobs are seen by who asked for them and by who works for the nation; failed ones run again."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.jobs.actions import defer
from maarag.kernel.jobs.inline import work_off
from maarag.kernel.jobs.models import Job, JobFault
from maarag.kernel.jobs.registry import TASKS
from tests.factories.picture import Nation, make_nation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def nation() -> Nation:
    return make_nation()


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def failed_job(account: Account) -> Job:
    """A load that fails: its file is no more."""
    with transaction.atomic():
        job = defer(TASKS["imports.apply"], import_file=2**40, account=account.pk, mode="all")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = 9 WHERE id = %s", [job])
    work_off()
    return Job.objects.get(pk=job)


def test_who_asked_sees_it_and_lets_it_run_again(nation: Nation) -> None:
    integrator = nation.world.account(Role.INTEGRATOR, place=nation.world.city)
    job = failed_job(integrator)
    assert job.status == "failed"
    fault = JobFault.objects.get()
    assert (fault.error, fault.where.partition(":")[0]) == ("DoesNotExist", "kernel/imports/tasks.py")
    client = signed_in(integrator)
    page = client.get("/jobs/").content.decode()
    assert "Loading a file" in page
    assert "DoesNotExist" in page
    assert f"/jobs/{job.pk}/again/" in page
    assert "Nobody works at the moment" in page
    assert client.post(f"/jobs/{job.pk}/again/").status_code == 302
    job.refresh_from_db()
    assert job.status == "todo"
    event = AuditEvent.objects.get(action="jobs.try_again")
    assert (event.actor, event.subject_id) == (integrator, str(job.pk))
    assert "Only a job that failed" in client.post(f"/jobs/{job.pk}/again/", follow=True).content.decode()
    assert AuditEvent.objects.filter(action="jobs.try_again").count() == 1


def test_the_jobs_of_others_are_for_the_nation_only(nation: Nation) -> None:
    world = nation.world
    job = failed_job(world.account(Role.INTEGRATOR, place=world.city))
    other = signed_in(world.account(Role.INTEGRATOR, place=world.sister))
    assert f"/jobs/{job.pk}/" not in other.get("/jobs/").content.decode()
    assert other.post(f"/jobs/{job.pk}/again/").status_code == 404
    assert other.get("/api/jobs/").json()["total"] == 0
    steward = signed_in(world.account(Role.DATA_STEWARD, place=world.nation))
    assert f"/jobs/{job.pk}/again/" in steward.get("/jobs/?status=failed").content.decode()
    assert f"/jobs/{job.pk}/again/" not in steward.get("/jobs/?status=todo").content.decode()


def test_the_api_tells_the_same(nation: Nation) -> None:
    world = nation.world
    job = failed_job(world.account(Role.INTEGRATOR, place=world.city))
    client = signed_in(world.account(Role.DATA_STEWARD, place=world.nation))
    answer = client.get("/api/jobs/?status=failed").json()
    assert (answer["total"], answer["counts"], answer["workers"]) == (1, {"failed": 1}, 0)
    assert answer["items"][0]["error"] == "DoesNotExist"
    assert client.get("/api/jobs/?status=nonsense").status_code == 422
    again = f"/api/jobs/{job.pk}/again"
    assert client.post(again, content_type="application/json").json()["status"] == "todo"
    assert client.post(again, content_type="application/json").status_code == 409
    assert client.post("/api/jobs/999999/again", content_type="application/json").status_code == 404
