"""The money of baskets, quotas and budgets lies in pots of the ledger: one word for it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("baskets", "0003_allowed_responses"),
        ("ledger", "0003_keys_at_commit"),
    ]

    operations = [
        migrations.AlterField(
            model_name="basket",
            name="pot",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.pot",
                verbose_name="pot of the ledger",
            ),
        ),
    ]
