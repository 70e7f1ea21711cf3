"""What a request that follows the document must not break."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from maarag.kernel.access.permissions import Role
from tests.access.conftest import Estate
from tests.access.table_casework import task

from .conftest import token_for

pytestmark = pytest.mark.django_db


def test_a_task_is_not_given_to_an_empty_address(estate: Estate):
    worker = estate.own[Role.SOCIAL_WORKER]
    address = reverse("api:casework_change_task", kwargs=task(estate))
    headers = {"Authorization": f"Bearer {token_for(worker)}"}
    answers = [
        Client().patch(address, {"worker": email}, content_type="application/json", headers=headers)
        for email in ("", worker.email)
    ]
    assert [answer.status_code for answer in answers] == [422, 200]
    assert answers[1].json()["worker"] == worker.email
