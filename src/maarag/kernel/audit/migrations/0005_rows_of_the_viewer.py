"""Entries about people are read by whoever may see that authority's rows, or its record; others always.

The owner of the tables is not under these policies: sealing and erasing, which work as the owner, see every entry.
"""

from django.db import migrations

from maarag.database.rows.policies import among
from maarag.database.rows.scope import AUDITED, AUTHORITIES

TABLES = ("audit_auditevent", "audit_rowchange")
# An entry about people that belongs to no authority would be nobody's: there is none, and nobody sees it.
READ = f"NOT personal OR {among('authority_id', AUTHORITIES)} OR {among('authority_id', AUDITED)}"
FORWARDS = "".join(
    f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY entries_of_the_scope ON {table} FOR SELECT USING ({READ});
"""
    for table in TABLES
) + "CREATE POLICY entries_are_added ON audit_auditevent FOR INSERT WITH CHECK (true);"
BACKWARDS = "".join(
    f"""
DROP POLICY IF EXISTS entries_of_the_scope ON {table};
DROP POLICY IF EXISTS entries_are_added ON {table};
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""
    for table in TABLES
)


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0004_lean'),
    ]

    operations = [
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
