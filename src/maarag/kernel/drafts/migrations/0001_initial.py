import uuid

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import maarag.database.encryption.fields
from maarag.database.rows.policies import setting
from maarag.database.rows.scope import ACCOUNT

OWN = f"account_id = {setting(ACCOUNT, 'bigint')}"
PROTECT = f"""
ALTER TABLE drafts_draft ENABLE ROW LEVEL SECURITY;
ALTER TABLE drafts_draft FORCE ROW LEVEL SECURITY;
CREATE POLICY rows_of_the_account ON drafts_draft USING ({OWN}) WITH CHECK ({OWN});
"""
# One account after another, for nobody sees the drafts of several; it gives out no more than a number.
EXPIRED = f"""
CREATE FUNCTION public.drafts_expired(before timestamptz, remove boolean) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  was text := current_setting('{ACCOUNT}', true);
  one bigint;
  found bigint;
  total bigint := 0;
BEGIN
  FOR one IN SELECT id FROM public.access_account LOOP
    PERFORM set_config('{ACCOUNT}', one::text, true);
    IF remove THEN
      DELETE FROM public.drafts_draft WHERE account_id = one AND saved_at < before;
      GET DIAGNOSTICS found = ROW_COUNT;
    ELSE
      SELECT count(*) INTO found FROM public.drafts_draft WHERE account_id = one AND saved_at < before;
    END IF;
    total := total + found;
  END LOOP;
  PERFORM set_config('{ACCOUNT}', coalesce(was, ''), true);
  RETURN total;
END
$$;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "key",
                    models.CharField(
                        max_length=120,
                        validators=[
                            django.core.validators.RegexValidator(r"\A[A-Za-z0-9][A-Za-z0-9:._-]{0,119}\Z")
                        ],
                        verbose_name="form",
                    ),
                ),
                (
                    "writer",
                    models.CharField(
                        max_length=40,
                        validators=[django.core.validators.RegexValidator(r"\A[A-Za-z0-9-]{8,40}\Z")],
                        verbose_name="window",
                    ),
                ),
                (
                    "content",
                    maarag.database.encryption.fields.EncryptedTextField(verbose_name="what was written"),
                ),
                ("saved_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="kept")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
            ],
            options={
                "verbose_name": "draft of a form",
                "verbose_name_plural": "drafts of forms",
                "ordering": ["-saved_at"],
                "indexes": [models.Index(fields=["account", "saved_at"], name="drafts_draft_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "key", "writer"), name="drafts_draft_once")
                ],
            },
        ),
        migrations.RunSQL(PROTECT, migrations.RunSQL.noop),
        migrations.RunSQL(EXPIRED, "DROP FUNCTION public.drafts_expired(timestamptz, boolean)"),
    ]
