"""Secrets planted in every text of every personal row of an authority, and what they are looked for in."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from itertools import count
from typing import Any

from django.db import models
from django.http import HttpResponse
from django.utils import timezone

from maarag.database.rows import visible
from maarag.database.rows.checks import personal_models
from maarag.domains.families.actions import MemberDraft, open_family
from maarag.domains.families.models import Family, Opening, Share
from maarag.domains.families.reading_models import Holder, ReadingVerdict
from maarag.kernel.access.permissions import Role
from maarag.kernel.people.actions import save_organisation
from maarag.kernel.people.models import Sector
from maarag.kernel.retention.models import Hold, Preview
from tests.access.conftest import Estate
from tests.factories.families import everything
from tests.pdf_text import text_of_pdf

from .planted_baskets import baskets
from .planted_casework import casework
from .planted_merging import merging
from .planted_placements import placements
from .planted_referrals import referrals

FAMILIES = 4
CODES = (
    "families.MergeStep.model",
    "families.MergeStep.row",
    "retention.Hold.kind",
    "retention.Preview.rule",
)
"""Columns of the program's own words, which nobody writes into."""
PREFIX = "zq7"
PHONES = "0599"
_numbers = count(1)


@dataclass
class Canaries:
    """The secrets of one authority, each with the column that it stands in, and the ids of its rows."""

    estate: Estate
    secrets: dict[str, str] = field(default_factory=dict)
    ids: dict[str, list[str]] = field(default_factory=dict)

    def new(self, where: str) -> str:
        """A text that occurs nowhere else; searches for its beginning find it."""
        secret = PREFIX + sha256(f"{where}{next(_numbers)}".encode()).hexdigest()[:14]
        self.secrets[secret] = where
        return secret

    def new_phone(self, where: str) -> str:
        phone = PHONES + f"{int(sha256(f'{where}{next(_numbers)}'.encode()).hexdigest(), 16) % 10**6:06}"
        self.secrets[phone] = where
        return phone

    def seen_in(self, text: str, *, asked: str = "") -> list[str]:
        """The columns whose secrets a text shows, leaving out what the asker wrote."""
        shown = text.lower()
        if PREFIX not in shown and PHONES not in shown:  # how every secret begins
            return []
        return [where for secret, where in self.secrets.items() if secret in shown and secret not in asked]


def plant(estate: Estate) -> Canaries:
    """Fill the estate's authority; every personal model has rows, and a secret in each of its texts."""
    found = Canaries(estate)
    city = estate.nation.world.city
    with visible(everything(city, by=estate.nation.world.system)):
        known = {
            model: set(model._default_manager.values_list("pk", flat=True)) for model in personal_models()
        }
        for _number in range(FAMILIES):
            _family(found)
        for plant_rows in PLANTERS:
            plant_rows(found)
        for model in personal_models():
            before = known.get(model, set())
            rows = [row for row in model._default_manager.filter(authority=city) if row.pk not in before]
            found.ids[model._meta.label] = [str(row.pk) for row in rows]
            assert rows, f"no row of {model._meta.label} is planted: add to PLANTERS"
            for name in texts_of(model):
                planted = {value for value in (getattr(row, name) for row in rows) if value in found.secrets}
                assert planted, f"no secret stands in {model._meta.label}.{name}"
    return found


def texts_of(model: type[models.Model]) -> Iterator[str]:
    """The columns that people write into."""
    for column in model._meta.concrete_fields:
        written = isinstance(column, (models.CharField, models.TextField)) or hasattr(column, "own_label")
        is_code = f"{model._meta.label}.{column.name}" in CODES
        if written and not is_code and not column.choices and "index" not in column.name:
            yield column.name


def _family(found: Canaries) -> Family:
    estate = found.estate
    worker = estate.own[Role.SOCIAL_WORKER]
    return open_family(
        by=estate.nation.world.system,
        authority=estate.nation.world.city,
        name=found.new("Family.name"),
        address=found.new("Family.address"),
        worker=worker,
        review_on="2026-12-01",
        members=[
            MemberDraft(
                found.new("Member.first_name"),
                found.new("Member.last_name"),
                relation,
                fields={
                    "national_id": found.new("Member.national_id"),
                    "phone": found.new_phone("Member.phone"),
                },
            )
            for relation in ("parent", "child")
        ],
    )


def _openings(found: Canaries) -> None:
    by = found.estate.nation.world.system
    now = timezone.now()
    for family in _planted(found):
        Opening.objects.create(
            authority=family.authority,
            family=family,
            number=family.number,
            opened_by=by,
            until=now + timedelta(hours=4),
            **{name: found.new(f"Opening.{name}") for name in ("reason", "justification", "review_note")},
        )


def _shares(found: Canaries) -> None:
    world, today = found.estate.nation.world, timezone.localdate()
    body = save_organisation(
        by=world.system, code="body", name_he="גוף", sector=Sector.CIVIL_SOCIETY, place=world.city
    )
    for family in _planted(found):
        Share.objects.create(
            authority=family.authority,
            family=family,
            organisation=body,
            fields=["name"],
            basis="consent",
            basis_details=found.new("Share.basis_details"),
            starts=today,
            ends=today + timedelta(days=30),
            shared_by=world.system,
        )


def _reading(found: Canaries) -> None:
    estate = found.estate
    by = estate.nation.world.system
    for family in _planted(found):
        Holder.objects.create(authority=family.authority, family=family, account=by, set_by=by)
    ReadingVerdict.objects.create(
        authority=estate.nation.world.city,
        reader=estate.own[Role.SOCIAL_WORKER],
        day=timezone.localdate(),
        verdict="in_order",
        note=found.new("ReadingVerdict.note"),
        judged_by=by,
    )


def _retention(found: Canaries) -> None:
    by, city = found.estate.nation.world.system, found.estate.nation.world.city
    family = _planted(found)[0]
    Hold.objects.create(
        authority=city,
        kind="families.family",
        row=family.pk,
        reason=found.new("Hold.reason"),
        until=timezone.localdate() + timedelta(days=30),
        placed_by=by,
    )
    due = {"row": str(family.pk), "number": str(family.number), "since": timezone.localdate().isoformat()}
    Preview.objects.create(authority=city, rule="families.verdicts", rows=[due], count=1, made_by=by)


def _planted(found: Canaries) -> list[Family]:
    return list(Family.objects.filter(name__startswith=PREFIX).order_by("number"))


PLANTERS: tuple[Callable[[Canaries], None], ...] = (
    _openings,
    _shares,
    _reading,
    _retention,
    merging,
    referrals,
    baskets,
    casework,
    placements,
)
"""One for each further kind of personal row; called in the authority's scope."""


def text_of(response: HttpResponse) -> str:
    """Everything that an answer tells: its headers and its body, unpacked."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    kind = response.get("Content-Type", "")
    heads = " ".join(f"{name}: {value}" for name, value in response.items())
    cookies = response.cookies.output()
    if content.startswith(b"%PDF"):
        body = text_of_pdf(content)
    elif content.startswith(b"PK") and "html" not in kind:
        body = _unzipped(content)
    else:
        body = content.decode("utf-8", "replace")
    return f"{heads}\n{cookies}\n{body}"


def _unzipped(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return " ".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def fingerprint(found: Canaries) -> str:
    """A digest of every planted row: the same as long as nobody has written one."""
    digest = sha256()
    with visible(everything(found.estate.nation.world.city)):
        for model in personal_models():
            for row in model._default_manager.filter(pk__in=found.ids[model._meta.label]).order_by("pk"):
                values: list[Any] = [getattr(row, column.attname) for column in model._meta.concrete_fields]
                digest.update(repr(values).encode())
    return digest.hexdigest()
