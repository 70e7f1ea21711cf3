"""Which kinds of response a programme's baskets may buy."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("baskets", "0002_goal_and_above"),
        ("programmes", "0002_methods"),
        ("taxonomy", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AllowedResponse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "request_agorot",
                    models.BigIntegerField(
                        blank=True, null=True, verbose_name="most of one request, in agorot"
                    ),
                ),
                (
                    "family_agorot",
                    models.BigIntegerField(
                        blank=True, null=True, verbose_name="most of one family, in agorot"
                    ),
                ),
                ("note_he", models.CharField(blank=True, max_length=300, verbose_name="note in Hebrew")),
                ("note_ar", models.CharField(blank=True, max_length=300, verbose_name="note in Arabic")),
                ("note_en", models.CharField(blank=True, max_length=300, verbose_name="note in English")),
                ("set_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="recorded")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ended by",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allowed_responses",
                        to="programmes.programme",
                        verbose_name="programme",
                    ),
                ),
                (
                    "response",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="taxonomy.term",
                        verbose_name="response, with all below it",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="set by",
                    ),
                ),
            ],
            options={
                "verbose_name": "response that baskets may buy",
                "verbose_name_plural": "responses that baskets may buy",
                "ordering": ["programme", "response", "-set_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("programme", "response"),
                        name="baskets_allowed_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("request_agorot", None),
                                ("request_agorot__range", (1, 1000000000)),
                                _connector="OR",
                            ),
                            models.Q(
                                ("family_agorot", None),
                                ("family_agorot__range", (1, 1000000000)),
                                _connector="OR",
                            ),
                            models.Q(
                                ("request_agorot", None),
                                ("family_agorot", None),
                                ("request_agorot__lte", models.F("family_agorot")),
                                _connector="OR",
                            ),
                        ),
                        name="baskets_allowed_most",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", None)),
                            models.Q(("ended_at__gte", models.F("set_at")), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="baskets_allowed_ended_by",
                    ),
                ],
            },
        ),
    ]
