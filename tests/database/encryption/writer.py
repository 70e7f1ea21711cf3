"""One of several processes that write and read members of families while the keys change.

`python -m tests.database.encryption.writer DATABASE SEED NOTICE FAMILY...` works until its standard input
ends. A family is given as authority:family:member; that member is changed by all. Each line it prints was
committed before: the member's id, authority, national id, phone and position, and the version of the key.
Exits 1, with the reason, as soon as it reads anything other than it wrote.
"""

from __future__ import annotations

import json
import os
import random
import select
import sys
import time
from typing import Any

PAUSE = 0.02
"""Seconds between two steps: without it rows grow as fast as they are encrypted anew, for half an hour."""


def main(database: str, seed: str, notice: str, *families: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maarag.config.settings.test")
    import django

    django.setup()
    from django.db import connections

    from maarag.database.encryption import keyring

    connections["default"].settings_dict["NAME"] = database
    keyring.NOTICE_SECONDS = float(notice)
    Writer(int(seed), families).work()


class Writer:
    """Knows the last acknowledged state of the members it made."""

    def __init__(self, seed: int, families: tuple[str, ...]) -> None:
        from maarag.database.rows import RowScope, visible
        from maarag.domains.families.models import Family, Member

        self.chance = random.Random(seed)
        self.seed, self.visible, self.Member = seed, visible, Member
        self.scope = RowScope(authorities=frozenset(int(text.split(":")[0]) for text in families))
        with visible(self.scope):
            self.families = [Family.objects.get(pk=text.split(":")[1]) for text in families]
            self.shared = [Member.objects.get(pk=text.split(":")[2]) for text in families]
        self.made: dict[Any, tuple[str, str]] = {}

    def work(self) -> None:
        steps = (
            self.create,
            self.create_many,
            self.change,
            self.change_by_update,
            self.change_shared,
            self.read,
        )
        while not select.select([sys.stdin], [], [], 0)[0]:
            self.chance.choice(steps)()
            time.sleep(PAUSE)

    def fresh(self) -> tuple[str, str]:
        number = self.chance.randrange(10**7)
        return f"{self.seed % 10}{number:08}", f"05{self.seed % 10}-{number:07}"

    def draft(self) -> Any:
        family = self.chance.choice(self.families)
        national_id, phone = self.fresh()
        return self.Member(
            family=family,
            authority_id=family.authority_id,
            first_name="נועה",
            last_name="אלון",
            relation="child",
            national_id=national_id,
            phone=phone,
        )

    def create(self) -> None:
        member = self.draft()
        with self.visible(self.scope):
            member.save()
        self.acknowledge(member)

    def create_many(self) -> None:
        members = [self.draft() for _ in range(5)]
        with self.visible(self.scope):
            self.Member.objects.bulk_create(members)
        for member in members:
            self.acknowledge(member)

    def change(self) -> None:
        if self.made:
            with self.visible(self.scope):
                member = self.Member.objects.select_for_update().get(pk=self.chance.choice(list(self.made)))
                self.check(member)
                member.national_id, member.phone = self.fresh()
                member.save()
            self.acknowledge(member)

    def change_by_update(self) -> None:
        from maarag.database.encryption.fields import with_index

        if self.made:
            pk = self.chance.choice(list(self.made))
            national_id, phone = self.fresh()
            with self.visible(self.scope):
                member = self.Member.objects.get(pk=pk)
                values = with_index(self.Member, member.authority_id, national_id=national_id, phone=phone)
                self.Member.objects.filter(pk=pk).update(**values)
            member.national_id, member.phone = national_id, phone
            self.acknowledge(member)

    def change_shared(self) -> None:
        """Rows that all writers change: the phone tells the position, which counts the changes."""
        with self.visible(self.scope):
            chosen = self.chance.choice(self.shared)
            member = self.Member.objects.select_for_update().get(pk=chosen.pk)
            if member.position > 1 and member.phone != shared_phone(member.position):
                raise SystemExit(f"a change of {member.pk} was lost at {member.position}")
            member.position += 1
            member.phone = shared_phone(member.position)
            member.save()
        report(member)

    def read(self) -> None:
        from maarag.database.encryption.fields import matching

        if self.made:
            pk = self.chance.choice(list(self.made))
            national_id, phone = self.made[pk]
            authorities = sorted(self.scope.authorities)
            with self.visible(self.scope):
                for field, value in (("national_id", national_id), ("phone", phone)):
                    wanted = matching(self.Member, field, value, authorities)
                    if pk not in set(self.Member.objects.filter(wanted).values_list("pk", flat=True)):
                        raise SystemExit(f"{pk} is not found by its {field}")
                self.check(self.Member.objects.get(pk=pk))

    def check(self, member: Any) -> None:
        if (member.national_id, member.phone) != self.made[member.pk]:
            raise SystemExit(f"{member.pk} reads otherwise than it was written")

    def acknowledge(self, member: Any) -> None:
        self.made[member.pk] = (member.national_id, member.phone)
        report(member)


def shared_phone(position: int) -> str:
    return f"02-{position:07}"


def report(member: Any) -> None:
    from maarag.database.encryption.keyring import HOLDER

    row = [str(member.pk), member.authority_id, member.national_id, member.phone, member.position]
    print(json.dumps([*row, HOLDER.ring().current.version]), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
