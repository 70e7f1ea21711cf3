"""Whether the catalogue of the database holds what the models promise about personal rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, Model

from ..encryption.fields import EncryptedTextField
from ..layout import BACKUP, ONE_FAMILY
from .scope import AUTHORITIES, FAMILY

NOT_PERSONAL = {
    "api.StoredAnswer": "an answer to a program, encrypted, found by the asking account alone, for days",
    "drafts.Draft": "of its writer alone, under a policy on the account, for days",
    "rubrics.Mark": "of a public round, about no family",
}
"""Models that hold what is of people outside of the rows of an authority, each with the reason."""


def personal_models() -> list[type[Model]]:
    """The models whose rows are about people; they say so with `is_personal = True`."""
    return [model for model in apps.get_models() if getattr(model, "is_personal", False)]


def problems(connection: Any) -> list[str]:
    """What is wrong, in English, for whoever builds or runs the site; empty where all is well.

    The words of the policies are not compared here: see `differences`.
    """
    with connection.cursor() as cursor:
        return [
            *_of_roles(cursor),
            *(f"{table} is personal and not under forced row-level security" for table in unforced(cursor)),
            *(fault for model in personal_models() for fault in _of_table(cursor, model)),
            *_of_views(cursor),
            *unmarked(apps.get_models(include_auto_created=True)),
        ]


def unmarked(models: Iterable[type[Model]]) -> Iterator[str]:
    """What encrypts a text, or refers to a personal row, and does not say that it is personal itself."""
    for model in models:
        if getattr(model, "is_personal", False) or model._meta.label in NOT_PERSONAL:
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedTextField):
                yield f"{model._meta.label}.{field.name} is encrypted, and the model is not personal"
            elif isinstance(field, ForeignKey) and getattr(field.remote_field.model, "is_personal", False):
                name = f"{model._meta.label}.{field.name}"
                yield f"{name} leads to a personal row, and the model is not personal"


def unforced(cursor: Any) -> list[str]:
    """The personal tables whose policies do not bind everybody: row-level security off, or not forced."""
    cursor.execute(
        "SELECT relname FROM pg_catalog.pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relname = ANY (%s) AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY relname",
        [[model._meta.db_table for model in personal_models()]],
    )
    return [name for (name,) in cursor.fetchall()]


def _of_roles(cursor: Any) -> Iterator[str]:
    cursor.execute(
        "SELECT rolname, rolsuper, rolbypassrls,"
        " EXISTS (SELECT FROM pg_class"
        " WHERE relowner = pg_roles.oid AND relnamespace = 'public'::regnamespace)"
        " FROM pg_roles WHERE rolname = current_user"
    )
    role, is_super, bypasses, owns = cursor.fetchone()
    if is_super or bypasses:
        yield f"{role}, as which the application connects, goes past every policy"
    if owns:
        yield f"{role}, as which the application connects, owns tables and could drop their policies"
    cursor.execute(
        "SELECT r.rolname FROM pg_roles r WHERE r.rolname <> current_user"
        " AND pg_has_role(current_user, r.oid, 'MEMBER') AND r.rolname !~ '^pg_' AND r.rolname <> %s",
        [ONE_FAMILY],
    )
    for (other,) in cursor.fetchall():
        yield f"{role}, as which the application connects, may become {other}"
    cursor.execute(
        "SELECT rolname FROM pg_roles WHERE rolbypassrls AND NOT rolsuper AND rolname <> %s", [BACKUP]
    )
    for (other,) in cursor.fetchall():
        yield f"{other} goes past every policy; only {BACKUP} may"


def _of_table(cursor: Any, model: type[Model]) -> Iterator[str]:
    table = model._meta.db_table
    cursor.execute("SELECT to_regclass(quote_ident(%s))", [table])
    if cursor.fetchone() == (None,):
        yield f"{table} is not there"
        return
    cursor.execute(
        "SELECT permissive, policyname, cmd, coalesce(qual, ''), coalesce(with_check, '') FROM pg_policies"
        " WHERE schemaname = 'public' AND tablename = %s",
        [table],
    )
    policies = cursor.fetchall()
    if not any(
        command == "ALL" and all("authority_id" in text and AUTHORITIES in text for text in (using, check))
        for _kind, _name, command, using, check in policies
    ):
        yield f"{table} is personal and has no policy on its authority"
    has_family = any(field.name == "family" for field in model._meta.concrete_fields)
    if has_family and not any(
        kind == "RESTRICTIVE" and FAMILY in using for kind, _n, _c, using, _ in policies
    ):
        yield f"{table} has families and no policy for scopes of one family"
    for _kind, name, _command, using, check in policies:
        if "true" in (using, check):
            yield f"{table}: the policy {name} lets every row through"
    cursor.execute(
        "SELECT attnotnull FROM pg_attribute"
        " WHERE attrelid = to_regclass(quote_ident(%s)) AND attname = 'authority_id'",
        [table],
    )
    if cursor.fetchone() != (True,):
        yield f"{table} is personal and a row of it may be without an authority"
    yield from _of_references(cursor, model)


def _of_references(cursor: Any, model: type[Model]) -> Iterator[str]:
    for field in model._meta.concrete_fields:
        if not isinstance(field, ForeignKey) or not getattr(field.remote_field.model, "is_personal", False):
            continue
        cursor.execute(
            "SELECT array_agg(a.attname::text ORDER BY a.attname = 'authority_id' DESC)"
            " FROM pg_constraint c"
            " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)"
            " WHERE c.contype = 'f' AND c.conrelid = to_regclass(quote_ident(%s)) GROUP BY c.oid",
            [model._meta.db_table],
        )
        keys = [names for (names,) in cursor.fetchall() if field.column in names]
        if keys != [["authority_id", field.column]]:
            yield f"{model._meta.db_table}.{field.column} refers to a personal row without its authority"


def _of_views(cursor: Any) -> Iterator[str]:
    cursor.execute(
        "SELECT DISTINCT v.relname, v.relkind, t.relname FROM pg_depend d"
        " JOIN pg_rewrite w ON w.oid = d.objid AND d.classid = 'pg_rewrite'::regclass"
        " JOIN pg_class v ON v.oid = w.ev_class"
        " JOIN pg_class t ON t.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass"
        " WHERE v.oid <> t.oid AND v.relkind IN ('v', 'm') AND t.relrowsecurity"
        " AND NOT coalesce(array_to_string(v.reloptions, ',') ~ 'security_invoker=(true|on|1)', false)"
    )
    for view, kind, table in cursor.fetchall():
        what = "materialised view" if kind == "m" else "plain view"
        yield f"{view} is a {what} over {table}, whose policies it would go past"
