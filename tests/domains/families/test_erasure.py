"""A file whose time is over, or that somebody asks to have erased: nothing of the person stays anywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.conf import settings as site
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maarag.database.layout import SUPERUSER, Layout
from maarag.database.rows import visible
from maarag.domains.families.actions.files import MemberDraft, change_family, close_family, read_family
from maarag.domains.families.actions.reading import hold_family, release_family, set_holder
from maarag.domains.families.models import Family
from maarag.domains.families.reading_models import Holder
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.access.rows import scope_of
from maarag.kernel.audit.models import AuditEvent, RowChange
from maarag.kernel.audit.stored import whole_record
from maarag.kernel.audit.verify import verify
from maarag.kernel.retention.actions import (
    AlreadyOpen,
    NothingDue,
    approve,
    erase_on_request,
    make_preview,
    run_approved,
    withdraw,
)
from maarag.kernel.retention.models import ErasureReason, Hold, Preview, PreviewState
from maarag.kernel.retention.queries import standings
from maarag.kernel.retention.rules import RULES
from tests.factories.families import everything, family, opened, shared

from .conftest import Towns

CANARY = "קנריתשנמחקת"
ID, PHONE = "000000026", "052-000 0001"
CLOSED = RULES["families.closed"]


def closed_family(towns: Towns, years: int = 8, name: str = CANARY) -> Family:
    """A file with a canary in every field, changed once, then closed so many years ago."""
    began = timezone.localdate() - timedelta(days=365 * (years + 2))
    one = family(
        towns.worker,
        towns.world.city,
        towns.worker,
        name=name,
        national_id=ID,
        phone=PHONE,
        address=f"{CANARY} 5",
        opened_on=began,
    )
    with visible(scope_of(towns.worker)):
        one = change_family(by=towns.worker, family=one, name=f"{name} {CANARY}")
    shared(towns.worker, one, towns.world.sister_organisation, "family_name")
    opened(towns.stranger, towns.world.city, one.number)
    with visible(scope_of(towns.worker)):
        read_family(by=towns.worker, pk=one.pk)
        day = timezone.localdate() - timedelta(days=round(365.25 * years) + 2)
        return close_family(by=towns.worker, family=one, reason="other", closed_on=day)


def steward(towns: Towns) -> Account:
    return towns.world.account(Role.DATA_STEWARD, place=towns.world.city)


def leader(towns: Towns) -> Account:
    return towns.world.account(Role.TEAM_LEADER, place=towns.world.city)


def everywhere(texts: tuple[str, ...]) -> list[str]:
    """The tables in which any of the texts stands, in whatever column, past every policy."""
    now = connection.settings_dict
    found = []
    with psycopg.connect(
        host=now["HOST"], port=now["PORT"], dbname=now["NAME"], user=SUPERUSER,
        passfile=str(Layout.of(site.HOME).passfile(SUPERUSER)),
    ) as session:  # fmt: skip
        tables = session.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        ).fetchall()
        for (table,) in tables:
            for text in texts:
                # a bytea prints as hexadecimal digits
                digits = text.encode().hex()
                query = (
                    f'SELECT count(*) FROM public."{table}" t'
                    " WHERE t::text LIKE %s OR t::text LIKE %s OR t::text LIKE %s"
                )
                escaped = text.encode("unicode_escape").decode()
                if session.execute(query, [f"%{text}%", f"%{digits}%", f"%{escaped}%"]).fetchone() != (0,):
                    found.append(f"{table}: {text}")
        assert len(tables) > 40
    return found


def ciphertexts(one: Family) -> tuple[str, ...]:
    """What is stored for the encrypted fields of a family, as it stands in its rows."""
    with visible(everything(one.authority)), connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(f)->>'address' FROM families_family f WHERE id = %s", [one.pk])
        found = [cursor.fetchone()[0]]
        cursor.execute(
            "SELECT to_jsonb(m)->>'national_id', to_jsonb(m)->>'phone', to_jsonb(m)->>'national_id_index',"
            " to_jsonb(m)->>'phone_index' FROM families_member m"
            " WHERE family_id = %s AND relation = 'parent'",
            [one.pk],
        )
        found += cursor.fetchone()
    return tuple(text.removeprefix("\\x") for text in found)


@pytest.mark.django_db(transaction=True)
class TestNothingStays:
    """Committed, so that the seals are made and another login sees what is there."""

    def test_what_was_approved_is_erased_once_and_the_chain_verifies(self, towns: Towns):
        one = closed_family(towns)
        resident = towns.world.account(Role.RESIDENT, place=towns.world.city)
        with visible(scope_of(towns.worker)):
            set_holder(by=towns.worker, family=one, account=resident)
            members = [str(pk) for pk in one.members.values_list("pk", flat=True)]
        stored = ciphertexts(one)
        assert all(len(text) > 20 for text in stored)
        canaries = (CANARY, ID, *stored)
        before = everywhere(canaries)
        assert {"families_family: " + CANARY, "audit_rowchange: " + CANARY} <= set(before)
        assert any(entry.startswith("audit_rowchange: " + stored[0]) for entry in before), before

        decider = steward(towns)
        approve(by=decider, preview=make_preview(by=decider, rule=CLOSED, authority=towns.world.city))
        assert run_approved() == 1
        assert run_approved() == 0
        assert everywhere(canaries) == []
        with whole_record() as record:
            verdict = verify(record)
        assert verdict.is_sound, verdict.faults

        with visible(everything(towns.world.city)):
            assert not Family.objects.filter(pk=one.pk).exists()
            assert not Holder.objects.exists()
            stub = AuditEvent.objects.get(action="retention.erase")
            assert (stub.subject_type, stub.subject_id) == ("families.family", str(one.pk))
            assert stub.authority == towns.world.city
            preview = Preview.objects.get()
            assert stub.changes == {
                "rule": "families.closed",
                "approval": str(preview.pk),
                "rows": {
                    "families.family": 1,
                    "families.member": 2,
                    "families.holder": 1,
                    "families.opening": 1,
                    "families.share": 1,
                },
            }
            assert (preview.state, preview.erased) == (PreviewState.DONE, 1)
            kept = {key for row in RowChange.objects.filter(personal=True) for key in row.row_ids}
            assert {str(one.pk), *members} <= kept
        auditor = towns.world.account(Role.INTEGRATOR, place=towns.world.city)
        pages = self.read_by_everybody(towns, auditor)
        assert CANARY not in pages
        assert ID not in pages

    def test_of_somebody_who_was_taken_off_the_file_before(self, towns: Towns):
        one = family(towns.worker, towns.world.city, towns.worker, name=CANARY, national_id=ID, phone=PHONE)
        with visible(scope_of(towns.worker)):
            drafts = [
                MemberDraft(person.first_name, person.last_name, person.relation, person.pk)
                for person in one.members.all()
            ]
            gone = replace(drafts[1], id=None, first_name=f"{CANARY}ילד")
            change_family(by=towns.worker, family=one, members=[*drafts, gone])
            added = one.members.get(first_name=gone.first_name)
            changed = replace(gone, id=added.pk, last_name=f"{CANARY}ישן")
            change_family(by=towns.worker, family=one, members=[*drafts, changed])
            change_family(by=towns.worker, family=one, members=drafts)
        neighbours = family(towns.worker, towns.world.city, towns.worker, name="שכנים")
        with visible(scope_of(towns.worker)):
            kept = [MemberDraft("נועה", "נשארת", "parent")]
            change_family(by=towns.worker, family=neighbours, members=kept)
            erase_on_request(by=leader(towns), subject=one, reason=ErasureReason.ASKED)
        assert everywhere((CANARY, ID)) == []
        assert "audit_rowchange: שכנים" in everywhere(("שכנים",))
        with whole_record() as record:
            assert verify(record).is_sound

    def test_on_request_and_only_by_a_supervisor_who_typed_the_number(self, towns: Towns):
        one = closed_family(towns, years=0)
        url = reverse("families:erase", args=[one.pk])
        assert (
            towns.client(towns.worker).post(url, {"reason": "asked", "number": one.number}).status_code == 403
        )
        client = towns.client(leader(towns))
        assert client.post(url, {"reason": "asked", "number": one.number + 1}).status_code == 422
        with visible(everything(towns.world.city)):
            assert Family.objects.filter(pk=one.pk).exists()
        assert client.post(url, {"reason": "asked", "number": one.number}).status_code == 302
        assert everywhere((CANARY, ID)) == []
        with visible(everything(towns.world.city)):
            assert AuditEvent.objects.get(action="retention.erase").changes["rule"] == "request.asked"
        assert client.get(url).status_code == 404

    def read_by_everybody(self, towns: Towns, auditor: Account) -> str:
        """The audit, the search and the pages of retention, as those read them who may."""
        worker, other = towns.client(towns.worker), towns.client(auditor)
        events = AuditEvent.objects.filter(place=towns.world.city)
        with visible(everything(towns.world.city)):
            keys = list(events.values_list("pk", flat=True))
        addresses = [(worker, reverse("families:index") + f"?q={CANARY}&state=all")]
        addresses += [(worker, reverse("families:index") + f"?q={ID}&state=all")]
        addresses += [(worker, reverse("families:find") + f"?q={CANARY}")]
        addresses += [(other, reverse("audit:index")), (other, reverse("retention:index"))]
        addresses += [(other, reverse("audit:event", args=[key])) for key in keys]
        text = ""
        for client, address in addresses:
            answer = client.get(address)
            assert answer.status_code == 200, address
            text += answer.content.decode().replace(f'value="{CANARY}"', "").replace(f'value="{ID}"', "")
            text = text.replace(f"q={CANARY}", "").replace(f"q={ID}", "")
        return text


def test_a_preview_shows_numbers_and_dates_and_no_names(towns: Towns):
    one = closed_family(towns)
    decider = steward(towns)
    client = towns.client(decider)
    page = client.get(reverse("retention:index")).content.decode()
    assert CANARY not in page
    data = {"rule": "families.closed", "authority": towns.world.city.code}
    answer = client.post(reverse("retention:make"), data)
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert f">{one.number}<" in page.replace("<bdi>", "").replace("</bdi>", "")
    assert CANARY not in page
    pk = UUID(answer["Location"].strip("/").rpartition("/")[2])
    assert client.post(reverse("retention:approve", args=[pk])).status_code == 302
    with visible(everything(towns.world.city)):
        assert (Preview.objects.get().state, Preview.objects.get().approved_by) == (
            PreviewState.APPROVED,
            decider,
        )
    listed = client.get("/api/retention/previews").json()
    assert [(one["state"], one["count"]) for one in listed] == [("approved", 1)]
    rules = {one["code"]: one["due"] for one in client.get("/api/retention/rules").json()}
    assert rules["families.closed"] == 1
    assert {"access.sessions", "api.answers", "imports.files"} <= rules.keys()


def test_nothing_goes_that_was_not_approved_or_is_no_longer_due(towns: Towns):
    old, young = closed_family(towns), closed_family(towns, years=2)
    decider = steward(towns)
    assert [standing.count for standing in standings(decider) if standing.rule is CLOSED] == [1]
    preview = make_preview(by=decider, rule=CLOSED, authority=towns.world.city)
    assert [row["row"] for row in preview.rows] == [str(old.pk)]
    assert run_approved() == 0
    with pytest.raises(AlreadyOpen):
        make_preview(by=decider, rule=CLOSED, authority=towns.world.city)
    withdraw(by=decider, preview=preview)
    assert run_approved() == 0
    preview = approve(by=decider, preview=make_preview(by=decider, rule=CLOSED, authority=towns.world.city))
    with visible(everything(towns.world.city)):
        Family.objects.filter(pk=old.pk).update(closed_on=timezone.localdate())
    assert run_approved() == 0
    with visible(everything(towns.world.city)):
        assert Preview.objects.get(pk=preview.pk).state == PreviewState.DONE
        assert {one.pk for one in Family.objects.filter(status="closed")} == {old.pk, young.pk}


def test_a_hold_stops_the_rule_and_the_request(towns: Towns):
    one = closed_family(towns)
    decider, supervisor = steward(towns), leader(towns)
    preview = approve(by=decider, preview=make_preview(by=decider, rule=CLOSED, authority=towns.world.city))
    with visible(scope_of(supervisor)):
        hold_family(by=supervisor, family=one, reason="משפט", until=timezone.localdate() + timedelta(days=30))
    assert run_approved() == 0
    with pytest.raises(NothingDue):
        make_preview(by=decider, rule=CLOSED, authority=towns.world.city)
    url = reverse("families:erase", args=[one.pk])
    answer = towns.client(supervisor).post(url, {"reason": "asked", "number": one.number})
    assert answer.status_code == 422
    with visible(scope_of(supervisor)):
        assert Family.objects.filter(pk=one.pk).exists()
        release_family(by=supervisor, family=one)
        assert Hold.objects.get().ended_by == supervisor
    assert preview.rule == "families.closed"
    again = make_preview(by=decider, rule=CLOSED, authority=towns.world.city)
    approve(by=decider, preview=again)
    assert run_approved() == 1
    with visible(everything(towns.world.city)):
        assert not Hold.objects.exists()


def test_the_sister_sees_and_decides_nothing(towns: Towns):
    closed_family(towns)
    preview = make_preview(by=steward(towns), rule=CLOSED, authority=towns.world.city)
    stranger = towns.world.account(Role.DATA_STEWARD, place=towns.world.sister)
    client: Client = towns.client(stranger)
    for name in ("approve", "withdraw"):
        assert client.post(reverse(f"retention:{name}", args=[preview.pk])).status_code == 404
    assert client.get(reverse("retention:preview", args=[preview.pk])).status_code == 404
    assert client.get("/api/retention/previews").json() == []
    data = {"rule": "families.closed", "authority": towns.world.city.code}
    assert client.post(reverse("retention:make"), data).status_code == 404


def test_seven_years_are_never_a_day_less() -> None:
    assert CLOSED.keep >= date(2027, 3, 1) - date(2020, 3, 1)


def test_the_days_of_a_rule_come_from_the_settings(settings: Any) -> None:
    settings.RETENTION_DAYS = {"families.closed": 10}
    assert CLOSED.keep == timedelta(days=10)
