"""The money of baskets, quotas and budgets lies in pots of the ledger: one word for it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("funding", "0001_initial"),
        ("ledger", "0003_keys_at_commit"),
    ]

    operations = [
        migrations.AlterField(
            model_name="allotment",
            name="pot",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="allotment",
                to="ledger.pot",
                verbose_name="pot of the ledger",
            ),
        ),
        migrations.AlterField(
            model_name="budgetline",
            name="pot",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="budget_line",
                to="ledger.pot",
                verbose_name="pot of the ledger",
            ),
        ),
        migrations.AlterField(
            model_name="fundershare",
            name="pot",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="funder_share",
                to="ledger.pot",
                verbose_name="pot of the ledger",
            ),
        ),
    ]
