import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="MorningLetter",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
                ("is_wanted", models.BooleanField(default=True, verbose_name="wanted")),
                (
                    "last_on",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="last letter"),
                ),
            ],
            options={
                "verbose_name": "morning's letter",
                "verbose_name_plural": "morning's letters",
                "ordering": ["account"],
            },
        ),
    ]
