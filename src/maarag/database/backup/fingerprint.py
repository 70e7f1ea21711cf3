"""What a database holds, in numbers that two databases can be compared by.

Per table the number of rows and two 64-bit sums of hashes of the rows: sums, so that the order in which rows
are stored does not matter. Against chance and faults, not against forgery: that is what the file's own
encryption and SHA-256 are for. Besides: sequences, and the catalogue (policies, grants, triggers and so on).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from psycopg import sql

from .logins import Connection

Report = Callable[[str, int, int], None]
TABLES = """
    SELECT n.nspname, c.relname
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY c.relpages DESC, 1, 2
"""
# Each gives (kind, name, definition). Names say where; definitions are compared.
MINE = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
CATALOGUE = (
    f"""SELECT 'owner', format('%I.%I', n.nspname, c.relname), concat_ws(' ', c.relkind, c.relowner::regrole,
               c.relrowsecurity, c.relforcerowsecurity, c.reloptions)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {MINE} AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')""",
    f"""SELECT 'grants', format('%I.%I', n.nspname, c.relname),
               (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(
                   coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char",
                                                 c.relowner))) a)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {MINE} AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')""",
    f"""SELECT 'schema grants', n.nspname, concat_ws(' ', n.nspowner::regrole,
               (SELECT string_agg(a::text, ' ' ORDER BY a::text)
                FROM unnest(coalesce(n.nspacl, acldefault('n', n.nspowner))) a))
        FROM pg_namespace n WHERE {MINE}""",
    f"""SELECT 'column', format('%I.%I.%I', n.nspname, c.relname, a.attname),
               concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
                         a.attgenerated, a.attacl, pg_get_expr(d.adbin, d.adrelid))
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE {MINE} AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped""",
    """SELECT 'policy', format('%I.%I: %I', schemaname, tablename, policyname),
              concat_ws(' ', permissive, roles, cmd, qual, '/', with_check) FROM pg_policies""",
    f"""SELECT 'trigger', format('%I.%I: %I', n.nspname, c.relname, t.tgname),
               concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid))
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {MINE} AND NOT t.tgisinternal""",
    f"""SELECT 'constraint', format('%I.%I: %I', n.nspname, coalesce(c.relname, ''), k.conname),
               concat_ws(' ', k.contype, k.convalidated, pg_get_constraintdef(k.oid))
        FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
        LEFT JOIN pg_class c ON c.oid = k.conrelid
        WHERE {MINE}""",
    f"""SELECT 'index', format('%I.%I', n.nspname, c.relname),
               concat_ws(' ', i.indisvalid, pg_get_indexdef(c.oid))
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {MINE}""",
    f"""SELECT 'view', format('%I.%I', n.nspname, c.relname), pg_get_viewdef(c.oid)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {MINE} AND c.relkind IN ('v', 'm')""",
    f"""SELECT 'function',
               format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
               concat_ws(' ', p.proowner::regrole, p.proacl, p.prosecdef, p.proconfig, md5(p.prosrc))
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE {MINE} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')""",
    "SELECT 'extension', extname, '' FROM pg_extension",
    """SELECT 'default grants', concat_ws(' ', d.defaclrole::regrole, d.defaclnamespace::regnamespace,
               d.defaclobjtype), d.defaclacl::text FROM pg_default_acl d""",
)


def tables(connection: Connection, report: Report = lambda _t, _d, _n: None) -> dict[str, dict[str, Any]]:
    """Table → rows and checksum, in the connection's snapshot. Every table, also those under policies."""
    names = connection.execute(TABLES).fetchall()
    found = {}
    for number, (schema, table) in enumerate(names):
        name = f"{schema}.{table}"
        report(name, number, len(names))
        # hashes of text under collation "C" do not depend on the server's locale
        counted = connection.execute(
            sql.SQL(
                """SELECT count(*), coalesce(sum(hashtextextended(t, 1)), 0)::text,
                          coalesce(sum(hashtextextended(t, 2)), 0)::text
                   FROM (SELECT (maarag_row_.*)::text COLLATE "C" AS t FROM ONLY {} AS maarag_row_) AS r"""
            ).format(sql.Identifier(schema, table))
        ).fetchone()
        assert counted is not None
        found[name] = {"rows": counted[0], "checksum": f"{counted[1]}/{counted[2]}"}
    report("", len(names), len(names))
    return dict(sorted(found.items()))


def sequences(connection: Connection) -> dict[str, int]:
    """Sequence → its last value; sequences that gave none yet are left out."""
    rows = connection.execute(
        "SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences"
        " WHERE last_value IS NOT NULL AND schemaname !~ '^pg_' ORDER BY 1"
    )
    return {str(name): int(value) for name, value in rows}


def catalogue(connection: Connection) -> dict[str, str]:
    """Kind and name → definition of everything that is no row: policies, grants, triggers and so on."""
    return {
        f"{kind} {name}": str(definition or "")
        for query in CATALOGUE
        for kind, name, definition in connection.execute(query)
    }


def migrations(connection: Connection) -> list[str]:
    """The "app.name" of every migration that was applied."""
    if connection.execute("SELECT to_regclass('public.django_migrations')").fetchone() == (None,):
        return []
    return [
        row[0]
        for row in connection.execute("SELECT app || '.' || name FROM public.django_migrations ORDER BY 1")
    ]


def roles(connection: Connection) -> list[str]:
    """The roles that own something or were given something in this database."""
    rows = connection.execute(
        """SELECT DISTINCT pg_get_userbyid(r) FROM (
               SELECT relowner FROM pg_class UNION SELECT nspowner FROM pg_namespace
               UNION SELECT (aclexplode(relacl)).grantee FROM pg_class
               UNION SELECT (aclexplode(nspacl)).grantee FROM pg_namespace
               UNION SELECT unnest(polroles) FROM pg_policy) AS used(r)
           WHERE r <> 0 AND pg_get_userbyid(r) !~ '^pg_' ORDER BY 1"""
    )
    return [str(row[0]) for row in rows]


def differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The names in two catalogues that are missing, new or defined otherwise."""
    first, second = ({name: _plain(words) for name, words in found.items()} for found in (before, after))
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def behind(before: dict[str, int], after: dict[str, int]) -> Iterable[str]:
    """The sequences that would give a number again. Further on is right: writes went on during the backup."""
    return sorted(name for name, value in before.items() if after.get(name, -1) < value)


def _plain(definition: str) -> str:
    # a dump rewrites casts of lists in conditions: ('a'::text) for (ARRAY['a'])::text[]
    return re.sub(r"::(character varying|text)(\[\])?|[()\s]+", "", definition)
