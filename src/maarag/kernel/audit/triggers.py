"""The triggers that record every change of rows: made from the catalogue of the database, once it is
migrated.

Each table has its own functions, made of its columns: one statement of a thousand rows is one entry. While
migrations run, UPDATE is recorded by a slower function that looks at the columns as they are then.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from django.db.models import Model

from .tables import HIDDEN, IGNORED, audited_models

ROWS_IN_AN_ENTRY = 1000
ENDINGS = ("insert", "update", "delete")
_HEADER = (
    "RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
    " SET plan_cache_mode = force_generic_plan"
)
_SALT = """'{"_salt": "' || gen_random_uuid() || '", '"""


@dataclass(frozen=True)
class Audited:
    """A table as the triggers need it; `columns`: (name, whether its values can be compared)."""

    name: str
    key: str
    columns: tuple[tuple[str, bool], ...]
    personal: bool

    @property
    def authority(self) -> str | None:
        return "authority_id" if any(name == "authority_id" for name, _ in self.columns) else None


def functions_sql() -> str:
    """The functions that all tables share."""
    return (files(__package__) / "sql" / "functions.sql").read_text("utf-8")


def audited_tables(cursor: Any) -> list[Audited]:
    """The tables of the audited models that are there, with their columns."""
    models = {model._meta.db_table: model for model in audited_models()}
    cursor.execute(
        "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum),"
        " array_agg(a.atttypid NOT IN ('json'::regtype, 'xml'::regtype, 'point'::regtype) ORDER BY a.attnum)"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname = ANY (%s)"
        " GROUP BY c.relname ORDER BY c.relname",
        [list(models)],
    )
    return [
        Audited(
            name, _key(models[name]), tuple(zip(columns, comparable, strict=True)), _personal(models[name])
        )
        for name, columns, comparable in cursor.fetchall()
    ]


def _key(model: type[Model]) -> str:
    return str(model._meta.pk.column)


def _personal(model: type[Model]) -> bool:
    return bool(getattr(model, "is_personal", False))


def _truth(table: Audited) -> str:
    return "true" if table.personal else "false"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _function(table: str, ending: str) -> str:
    """PostgreSQL cuts names at 63 bytes; a long one keeps a digest of what is cut."""
    name = f"audit_{ending}_{table}"
    return name if len(name) < 63 else f"audit_{ending}_{hashlib.sha256(table.encode()).hexdigest()[:16]}"


def _append(table: Audited, rows: str) -> str:
    """The statement that appends the rows of a query of (operation, authority, pk, part), a thousand at a
    time.
    """
    return f"""
    PERFORM public.audit_append({_literal(table.name)}, g.operation, {_truth(table)}, g.authority, g.pks,
        coalesce(g.parts, '{{}}'), g.payload)
    FROM (
        SELECT r.operation, r.authority, array_agg(r.pk) AS pks,
            array_agg(r.part) FILTER (WHERE r.part IS NOT NULL) AS parts,
            string_agg(encode(public.audit_hash(r.part), 'hex'), '') AS payload
        FROM (SELECT q.*, (row_number() OVER () - 1) / {ROWS_IN_AN_ENTRY} AS n FROM ({rows}) q) r
        GROUP BY r.operation, r.authority, r.n
    ) g;"""


def insert_function(table: Audited) -> str:
    authority = f"n.{_name(table.authority)}" if table.authority else "NULL::bigint"
    # Nothing but the keys: the rows are there, and what becomes of them is recorded.
    return f"""
CREATE OR REPLACE FUNCTION public.{_name(_function(table.name, "insert"))}() {_HEADER} AS $audit$
BEGIN
    PERFORM public.audit_append({_literal(table.name)}, 'I', {_truth(table)}, g.authority, g.pks, '{{}}',
        NULL)
    FROM (
        SELECT r.authority, array_agg(r.pk) AS pks
        FROM (
            SELECT n.{_name(table.key)}::text AS pk, {authority} AS authority,
                (row_number() OVER () - 1) / {ROWS_IN_AN_ENTRY} AS n
            FROM new_rows n
        ) r GROUP BY r.authority, r.n
    ) g;
    RETURN NULL;
END $audit$;"""


def delete_function(table: Audited) -> str:
    rows = f"""
            SELECT 'D' AS operation, {_authority(table, "o")} AS authority, o.{_name(table.key)}::text AS pk,
                {_whole(table)} AS part
            FROM old_rows o"""
    return f"""
CREATE OR REPLACE FUNCTION public.{_name(_function(table.name, "delete"))}() {_HEADER} AS $audit$
BEGIN{_append(table, rows)}
    RETURN NULL;
END $audit$;"""


def update_function(table: Audited, *, plain: bool = False) -> str:
    """`plain`: for while the columns change; compares whatever columns the rows have at that moment."""
    key = _name(table.key)
    new, old = _authority(table, "n"), _authority(table, "o")
    # a row that moves to another authority is told in both chains
    authorities = f"SELECT coalesce({new}, {old}) AS authority" + (
        f" UNION ALL SELECT {old} WHERE {old} IS DISTINCT FROM {new} AND o.{key} IS NOT NULL"
        f" AND n.{key} IS NOT NULL"
        if table.authority
        else ""
    )
    rows = f"""
            SELECT CASE WHEN n.{key} IS NULL THEN 'D' WHEN o.{key} IS NULL THEN 'I' ELSE 'U' END AS operation,
                a.authority, coalesce(n.{key}, o.{key})::text AS pk,
                CASE WHEN n.{key} IS NULL THEN {_whole(table)}
                    WHEN o.{key} IS NOT NULL THEN {_opening(table)} || d.diff || '}}' END AS part
            FROM old_rows o FULL JOIN new_rows n ON n.{key} = o.{key}
            CROSS JOIN LATERAL (SELECT {_plain_diff(table) if plain else _diff(table)} AS diff) d
            CROSS JOIN LATERAL ({authorities}) a
            WHERE o.{key} IS NULL OR n.{key} IS NULL OR d.diff <> ''"""
    return f"""
CREATE OR REPLACE FUNCTION public.{_name(_function(table.name, "update"))}() {_HEADER} AS $audit$
BEGIN{_append(table, rows)}
    RETURN NULL;
END $audit$;"""


def _authority(table: Audited, row: str) -> str:
    return f"{row}.{_name(table.authority)}" if table.authority else "NULL::bigint"


def _opening(table: Audited) -> str:
    return _SALT if table.personal else "'{'"


def _whole(table: Audited) -> str:
    hidden = HIDDEN.get(table.name, frozenset())
    row = "to_jsonb(o)" + "".join(f" - {_literal(name)}" for name in sorted(hidden))
    return f"({_SALT} || substr(({row})::text, 2))" if table.personal else f"({row})::text"


def _diff(table: Audited) -> str:
    """The columns that changed as members of a JSON object; an empty text where none did."""
    hidden, ignored = HIDDEN.get(table.name, frozenset()), IGNORED.get(table.name, frozenset())
    members = []
    for name, comparable in table.columns:
        if name in ignored or name == table.key:
            continue
        before, after = f"o.{_name(name)}", f"n.{_name(name)}"
        differs = (
            f"{before} IS DISTINCT FROM {after}"
            if comparable
            else f"{before}::text IS DISTINCT FROM {after}::text"
        )
        told = _literal(_json_name(name))
        value = "'\"changed\"'" if name in hidden else f"json_build_array({before}, {after})::text"
        members.append(f"CASE WHEN {differs} THEN {told} || {value} END")
    return f"concat_ws(', ', {', '.join(members)})" if members else "''"


def _json_name(name: str) -> str:
    import json

    return json.dumps(name, ensure_ascii=False) + ": "


def _plain_diff(table: Audited) -> str:
    hidden = _array(HIDDEN.get(table.name, frozenset()))
    ignored = _array(IGNORED.get(table.name, frozenset()))
    return f"""coalesce((
                SELECT string_agg(to_json(coalesce(b.key, c.key))::text || ': ' ||
                    CASE WHEN coalesce(b.key, c.key) = ANY ({hidden}) THEN '"changed"'
                    ELSE json_build_array(b.value, c.value)::text END, ', ')
                FROM jsonb_each(to_jsonb(o)) b FULL JOIN jsonb_each(to_jsonb(n)) c ON c.key = b.key
                WHERE b.value IS DISTINCT FROM c.value AND coalesce(b.key, c.key) <> ALL ({ignored})), '')"""


def _array(names: frozenset[str]) -> str:
    return "ARRAY[" + ", ".join(map(_literal, sorted(names))) + "]::text[]"


def table_triggers(table: Audited) -> str:
    """The triggers themselves; names sort after those of foreign keys."""
    relation = f"public.{_name(table.name)}"
    tables = {
        "insert": "NEW TABLE AS new_rows",
        "update": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "delete": "OLD TABLE AS old_rows",
    }
    made = [
        f"CREATE OR REPLACE TRIGGER audit_{ending} AFTER {ending.upper()} ON {relation} REFERENCING {rows}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION public.{_name(_function(table.name, ending))}();"
        for ending, rows in tables.items()
    ]
    # Emptying a table leaves no rows to tell of: it is refused, except between tests.
    made.append(
        f"CREATE OR REPLACE TRIGGER audit_truncate BEFORE TRUNCATE ON {relation} FOR EACH STATEMENT"
        " WHEN (current_database() NOT LIKE 'test\\_%') EXECUTE FUNCTION public.audit_refuse();"
    )
    return "\n".join(made)


RECORD_TRIGGERS = """
CREATE OR REPLACE TRIGGER audit_complete BEFORE INSERT ON public.audit_auditevent FOR EACH ROW
    WHEN (octet_length(NEW.digest) = 0) EXECUTE FUNCTION public.audit_complete_event();
DROP TRIGGER IF EXISTS audit_seal ON public.audit_auditevent;
CREATE CONSTRAINT TRIGGER audit_seal AFTER INSERT ON public.audit_auditevent DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.audit_seal();
DROP TRIGGER IF EXISTS audit_seal ON public.audit_rowchange;
CREATE CONSTRAINT TRIGGER audit_seal AFTER INSERT ON public.audit_rowchange DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.audit_seal();
CREATE OR REPLACE TRIGGER audit_only_erase BEFORE UPDATE ON public.audit_auditevent FOR EACH ROW
    EXECUTE FUNCTION public.audit_only_erase_event();
CREATE OR REPLACE TRIGGER audit_only_erase BEFORE UPDATE ON public.audit_rowchange FOR EACH ROW
    EXECUTE FUNCTION public.audit_only_erase_change();
""" + "\n".join(
    f"CREATE OR REPLACE TRIGGER audit_refuse_{what.lower()} BEFORE {what} ON public.{table}"
    f" FOR EACH STATEMENT{condition} EXECUTE FUNCTION public.audit_refuse();"
    for table, refused in {
        "audit_auditevent": ("DELETE", "TRUNCATE"),
        "audit_rowchange": ("DELETE", "TRUNCATE"),
        "audit_seal": ("UPDATE", "DELETE", "TRUNCATE"),
        "audit_chainhead": ("DELETE", "TRUNCATE"),
        "audit_signedheads": ("UPDATE", "DELETE", "TRUNCATE"),
        "audit_verification": ("UPDATE", "DELETE", "TRUNCATE"),
    }.items()
    for what, condition in (
        (what, " WHEN (current_database() NOT LIKE 'test\\_%')" if what == "TRUNCATE" else "")
        for what in refused
    )
)
