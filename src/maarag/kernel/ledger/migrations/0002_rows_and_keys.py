"""Rows of a basket are seen by its authority alone; the keys of entries are checked at once.

The owner of the tables is not under these policies: posting, which works as the owner, sees every account. A key
checked at once is checked before the accounts of the pots are locked, not at commit while everybody waits for them.
"""

from django.db import migrations

from maarag.database.layout import ONE_FAMILY
from maarag.database.rows.policies import among
from maarag.database.rows.scope import AUTHORITIES

OF_A_BASKET = ("account", "spending", "draw", "entry", "posting", "decision")
SEEN = f"authority_id IS NULL OR {among('authority_id', AUTHORITIES)}"
POT = f"kind <> 'basket' OR {among('authority_id', AUTHORITIES)}"
KEYS = (
    ("ledger_entry", "by_id", "access_account"),
    ("ledger_entry", "decision_id", "ledger_decision"),
    ("ledger_entry", "spending_id", "ledger_spending"),
    ("ledger_entry", "reverses_id", "ledger_entry"),
)


def _protect(table: str, seen: str, nobodys: str, written: bool) -> str:
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY rows_of_the_scope ON {table} {'' if written else 'FOR SELECT'} USING ({seen})"
        + (f" WITH CHECK ({seen});" if written else ";")
        # whoever sees one family sees no basket: which is hers, the ledger does not know
        + f"CREATE POLICY rows_of_one_family ON {table} AS RESTRICTIVE TO {ONE_FAMILY} USING ({nobodys});"
    )


FORWARDS = (
    "".join(
        _protect(f"ledger_{name}", SEEN, "authority_id IS NULL", name == "decision") for name in OF_A_BASKET
    )
    + _protect("ledger_pot", POT, "kind <> 'basket'", True)
    + "".join(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column} FOREIGN KEY ({column}) REFERENCES {target} (id);"
        for table, column, target in KEYS
    )
    # room on each page for the next versions of its rows: a balance changes without touching an index
    + "ALTER TABLE ledger_account SET (fillfactor = 50);"
    + "ALTER TABLE ledger_spending SET (fillfactor = 70);"
)
BACKWARDS = "".join(
    f"DROP POLICY rows_of_the_scope ON ledger_{name};"
    f"DROP POLICY rows_of_one_family ON ledger_{name};"
    f"ALTER TABLE ledger_{name} DISABLE ROW LEVEL SECURITY;"
    for name in (*OF_A_BASKET, "pot")
) + "".join(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column};" for table, column, _target in KEYS)


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
