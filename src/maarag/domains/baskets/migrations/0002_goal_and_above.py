"""A request serves a goal of the plan, and may be asked of whoever is above the department."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import maarag.database.encryption.fields
from maarag.database.rows.policies import ReferWithinAuthority


class Migration(migrations.Migration):
    dependencies = [
        ("baskets", "0001_initial"),
        ("casework", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "request",
            "plan_goal",
            models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="basket_requests",
                to="casework.goal",
                verbose_name="goal of the family's plan",
            ),
        ),
        migrations.AlterField(
            "request",
            "goal",
            maarag.database.encryption.fields.EncryptedTextField(
                blank=True, max_length=500, verbose_name="goal of the family, in words"
            ),
        ),
        migrations.AddField(
            "request",
            "above_key",
            models.UUIDField(blank=True, editable=False, null=True, verbose_name="key for whoever is above"),
        ),
        migrations.AddField(
            "request", "above_on", models.DateField(blank=True, null=True, verbose_name="asked above on")
        ),
        migrations.AddField(
            "request",
            "above_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="asked above by",
            ),
        ),
        migrations.AddField(
            "request",
            "above_why",
            maarag.database.encryption.fields.EncryptedTextField(
                blank=True, default="", max_length=500, verbose_name="what whoever is above is told"
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            "request",
            models.UniqueConstraint(
                condition=models.Q(("above_key__isnull", False)),
                fields=("above_key",),
                name="baskets_request_above",
            ),
        ),
        ReferWithinAuthority("Request", "plan_goal"),
    ]
