import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from maarag.database.rows.policies import ProtectRows, ReferWithinAuthority, setting
from maarag.database.rows.scope import ACCOUNT

OWN = f"account_id = {setting(ACCOUNT, 'bigint')}"


def to_account(name):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        verbose_name=name,
        editable=name not in ("reader", "judged by"),
    )


def key():
    return models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)


def authority():
    return models.ForeignKey(
        editable=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="places.place",
        verbose_name="local authority",
    )


def moment(name):
    return models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name=name)


class Migration(migrations.Migration):
    dependencies = [
        ("families", "0002_openings_and_shares"),
        ("places", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Holder",
            fields=[
                ("id", key()),
                ("set_at", moment("set")),
                ("account", to_account("account")),
                ("authority", authority()),
                (
                    "family",
                    models.ForeignKey(
                        db_constraint=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="holders",
                        to="families.family",
                    ),
                ),
                ("set_by", to_account("set by")),
            ],
            options={
                "verbose_name": "account of the family",
                "verbose_name_plural": "accounts of the family",
                "ordering": ["set_at", "id"],
                "indexes": [models.Index(fields=["authority", "family"], name="families_holder_family")],
                "constraints": [
                    models.UniqueConstraint(fields=("authority", "id"), name="families_holder_within"),
                    models.UniqueConstraint(fields=("family", "account"), name="families_holder_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReadingVerdict",
            fields=[
                ("id", key()),
                ("day", models.DateField(editable=False, verbose_name="day")),
                (
                    "verdict",
                    models.CharField(
                        choices=[("in_order", "In order"), ("to_clarify", "To clarify")],
                        max_length=12,
                        verbose_name="verdict",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                ("judged_at", moment("judged")),
                ("authority", authority()),
                ("judged_by", to_account("judged by")),
                ("reader", to_account("reader")),
            ],
            options={
                "verbose_name": "verdict on reading",
                "verbose_name_plural": "verdicts on reading",
                "ordering": ["-day", "reader"],
                "constraints": [
                    models.UniqueConstraint(fields=("authority", "id"), name="families_verdict_within"),
                    models.UniqueConstraint(
                        fields=("authority", "reader", "day"), name="families_verdict_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("judged_by", models.F("reader")), _negated=True),
                        name="families_verdict_by_another",
                    ),
                ],
            },
        ),
        ProtectRows("Holder", family="family_id", also=OWN),
        ProtectRows("ReadingVerdict"),
        ReferWithinAuthority("Holder", "family"),
    ]
