"""Everybody who wrote a request is kept, and none of them decides it."""

import django.contrib.postgres.fields
from django.db import migrations, models

# Rewrites the rows without an UPDATE: that would see none of them, for rows are protected from their owner too.
WHO_ASKED = (
    "ALTER TABLE baskets_request ALTER COLUMN written_by TYPE bigint[] USING ARRAY[asked_by_id]::bigint[]"
)


class Migration(migrations.Migration):
    dependencies = [("baskets", "0004_pot_of_the_ledger")]

    operations = [
        migrations.AddField(
            model_name="request",
            name="written_by",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                default=list,
                editable=False,
                size=None,
                verbose_name="accounts that wrote it",
            ),
        ),
        migrations.RunSQL(WHO_ASKED, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="request", name="baskets_request_decided_by_another"),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("stage__in", ["draft", "opinion", "approval", "reversed"]),
                    models.Q(
                        ("decided_by__isnull", False),
                        models.Q(("written_by__contains", [models.F("decided_by")]), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="baskets_request_decided_by_another",
            ),
        ),
    ]
