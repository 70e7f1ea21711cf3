"""The money of baskets, quotas and budgets lies in pots of the ledger: one word for it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_keys_at_commit"),
        ("programmes", "0002_methods"),
    ]

    operations = [
        migrations.AlterField(
            model_name="quota",
            name="pot",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="quota",
                to="ledger.pot",
                verbose_name="pot of the ledger",
            ),
        ),
    ]
