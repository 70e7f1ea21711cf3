"""The events that were there before the chains are put into them: one seal for each chain."""

from django.db import migrations

# As public.audit_event_digest and public.audit_seal compute them, written out: this never changes again.
DIGESTS = """
UPDATE audit_auditevent SET
    transaction = 0,
    authority_id = (
        SELECT c.ancestor_id FROM places_containment c JOIN places_place p ON p.id = c.ancestor_id
        WHERE c.descendant_id = place_id AND p.kind = 'authority' ORDER BY c.depth LIMIT 1);
UPDATE audit_auditevent SET digest = sha256(convert_to(json_build_array(
    'event', id, (extract(epoch FROM at) * 1000000)::bigint, transaction, authority_id, personal, actor_id, action,
    subject_type, subject_id, place_id, encode(sha256(convert_to(changes::text, 'UTF8')), 'hex'))::text, 'UTF8'));
"""
SEALS = """
INSERT INTO audit_seal (chain, number, at, transaction, first, last, count, digest, previous, hash, outside)
SELECT chain, 1, moment, 0, first, last, n, digest, sha256(''::bytea),
    sha256(convert_to(json_build_array('seal', chain, 1, (extract(epoch FROM moment) * 1000000)::bigint, 0, first,
        last, n, encode(digest, 'hex'), encode(sha256(''::bytea), 'hex'))::text, 'UTF8')), false
FROM (
    SELECT coalesce(authority_id, 0) AS chain, transaction_timestamp() AS moment, min(id) AS first, max(id) AS last,
        count(*) AS n, sha256(string_agg(digest, ''::bytea ORDER BY id)) AS digest
    FROM audit_auditevent GROUP BY coalesce(authority_id, 0)
) chains ORDER BY chain;
INSERT INTO audit_chainhead (chain, number, entries, previous, hash)
SELECT chain, number, count, previous, hash FROM audit_seal;
"""


def functions(apps, schema_editor):
    """So that migrations of other apps can already record what they do."""
    from maarag.kernel.audit.install import install_functions

    install_functions(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0002_chain'),
        ('places', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(DIGESTS, migrations.RunSQL.noop),
        migrations.RunSQL(SEALS, migrations.RunSQL.noop),
        migrations.RunPython(functions, migrations.RunPython.noop),
    ]
