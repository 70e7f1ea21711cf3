"""The account and the decision of an entry are checked at commit.

Checked at once they are shared by everybody who waits for the same pot, and PostgreSQL keeps a list of all sharers
that each further one writes anew: with 200 waiting it cost more than the entry. At commit hardly two share them.
"""

from django.db import migrations

KEYS = ("ledger_entry_by_id", "ledger_entry_decision_id")


def _each(when: str) -> str:
    return "".join(f"ALTER TABLE ledger_entry ALTER CONSTRAINT {key} {when};" for key in KEYS)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_rows_and_keys")]
    operations = [migrations.RunSQL(_each("DEFERRABLE INITIALLY DEFERRED"), _each("NOT DEFERRABLE"))]
