"""What encryption costs: the same rows with encrypted fields and with plain ones, in one run.

`python -m bench.fields` inserts, reads and finds 10,000 people in two temporary tables that differ in the
fields alone (a national id with its fingerprint, a phone with its own, an address), five times in turn, and
prints the median of each and the ratio. A search by id asks in twenty authorities.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

ROWS = 10_000
ROUNDS = 5
FINDS = 200


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maarag.config.settings.test")
    import django

    django.setup()
    from maarag.database.layout import default_home
    from maarag.database.server import EmbeddedServer

    with EmbeddedServer(default_home()).running():
        compare()


def models_of() -> tuple[Any, Any]:
    """The two models, in a registry of their own."""
    from django.apps.registry import Apps
    from django.db import models

    from maarag.database.encryption import normalise
    from maarag.database.encryption.fields import BlindIndexField, EncryptedTextField

    registry = Apps()

    class Encrypted(models.Model):
        authority_id = models.IntegerField()
        national_id = EncryptedTextField()
        national_id_index = BlindIndexField(of="national_id", normalise=normalise.national_id)
        phone = EncryptedTextField()
        phone_index = BlindIndexField(of="phone", normalise=normalise.phone)
        address = EncryptedTextField()

        class Meta:
            apps = registry
            app_label = "bench"
            indexes = [models.Index(fields=["national_id_index"]), models.Index(fields=["phone_index"])]

        def __str__(self) -> str:
            return str(self.pk)

    class Plain(models.Model):
        authority_id = models.IntegerField()
        national_id = models.TextField()
        phone = models.TextField()
        address = models.TextField()

        class Meta:
            apps = registry
            app_label = "bench"
            indexes = [models.Index(fields=["national_id"]), models.Index(fields=["phone"])]

        def __str__(self) -> str:
            return str(self.pk)

    return Encrypted, Plain


def compare() -> None:
    from django.db import connection, transaction

    from maarag.database.encryption.fields import matching

    encrypted, plain = models_of()
    times: dict[tuple[str, Any], list[float]] = {}

    def timed(step: str, model: Any, work: Callable[[], Any]) -> None:
        began = time.perf_counter()
        work()
        times.setdefault((step, model), []).append(time.perf_counter() - began)

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL search_path = pg_temp, public")
        with connection.schema_editor() as editor:
            for model in (encrypted, plain):
                editor.create_model(model)
        for turn in range(ROUNDS):
            for model in (encrypted, plain) if turn % 2 else (plain, encrypted):
                model.objects.all().delete()
                people = [
                    model(
                        authority_id=number % 20,
                        national_id=f"{number:09}",
                        phone=f"050-{number:07}",
                        address=f"רחוב הגפן {number}, עיר הדגן",
                    )
                    for number in range(ROWS)
                ]
                one_by_one = people[: ROWS // 10]
                timed("insert together", model, lambda m=model, p=people: m.objects.bulk_create(p, 1000))
                timed("read all", model, lambda m=model: list(m.objects.all()))
                timed("save one by one", model, lambda rows=one_by_one: [row.save() for row in rows])

                def find(m: Any = model) -> None:
                    for number in range(FINDS):
                        value = f"{number:09}"
                        if m is encrypted:
                            found = m.objects.filter(matching(m, "national_id", value, range(20)))
                        else:
                            found = m.objects.filter(national_id=value)
                        assert len(found) == 1

                timed("find by id", model, find)
        transaction.set_rollback(True)
    for step in ("insert together", "save one by one", "read all", "find by id"):
        slow, quick = (statistics.median(times[step, model]) for model in (encrypted, plain))
        print(
            f"{step:<16} encrypted {slow * 1000:8.0f} ms   plain {quick * 1000:8.0f} ms   ×{slow / quick:.2f}"
        )


if __name__ == "__main__":
    main()
