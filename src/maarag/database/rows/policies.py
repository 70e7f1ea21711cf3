"""The policies as text, and the migration operations that lay them on a table.

Each setting is read in a subquery, which PostgreSQL computes once a query and can look up in an index; read
bare it would be parsed again for every row.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from ..layout import ONE_FAMILY
from .scope import AUTHORITIES, FAMILY

POLICY = "rows_of_the_scope"
NARROWED = "rows_of_one_family"
FURTHER = "rows_also_readable"


def setting(name: str, kind: str) -> str:
    """SQL for a setting of the transaction as one value of the type `kind`; NULL where nothing was told."""
    return f"(SELECT nullif(current_setting('{name}', true), '')::{kind})"


def among(column: str, name: str) -> str:
    """SQL: the column's value is in the list of the setting."""
    return f"{column} = ANY ({setting(name, 'bigint[]')}::bigint[])"


CONDITION = among("authority_id", AUTHORITIES)
"""SQL: the row is of an authority in the scope."""


class ProtectRows(Operation):
    """Put a model's table under row-level security, for its owner too.

    `family`: the column that names the family of a row, for scopes of one family: those change the role, so
    that the condition costs nobody else anything. `also`: SQL under which rows may be read besides.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str, *, family: str = "", also: str = "") -> None:
        self.model_name, self.family, self.also = model_name, family, also

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.model_name], {"family": self.family, "also": self.also}

    def policies(self, table: str) -> list[str]:
        """SQL that lays the policies on a table, whose name is quoted."""
        made = [f"CREATE POLICY {POLICY} ON {table} USING ({CONDITION}) WITH CHECK ({CONDITION})"]
        if self.family:
            one = f"{self.family} = {setting(FAMILY, 'uuid')}"
            made.append(f"CREATE POLICY {NARROWED} ON {table} AS RESTRICTIVE TO {ONE_FAMILY} USING ({one})")
        if self.also:
            made.append(f"CREATE POLICY {FURTHER} ON {table} FOR SELECT USING ({self.also})")
        return made

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = self._table(app_label, schema_editor, to_state)
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        for statement in self.policies(table):
            schema_editor.execute(statement)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = self._table(app_label, schema_editor, from_state)
        for name in (FURTHER, NARROWED, POLICY):
            schema_editor.execute(f"DROP POLICY IF EXISTS {name} ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

    def describe(self) -> str:
        return f"Protect the rows of {self.model_name}"

    def _table(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, state: ProjectState) -> str:
        model = state.apps.get_model(app_label, self.model_name)
        return schema_editor.quote_name(model._meta.db_table)


class ReferWithinAuthority(Operation):
    """A foreign key that includes the authority: no row can refer to one of another authority.

    PostgreSQL checks foreign keys past row-level security; a key without the authority would tell whether a
    foreign row exists. The field is declared with db_constraint=False; the model it refers to has a unique
    constraint on (authority, id).
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str, field_name: str) -> None:
        self.model_name, self.field_name = model_name, field_name

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.model_name, self.field_name], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        field: Any = model._meta.get_field(self.field_name)
        target = field.remote_field.model._meta
        quote = schema_editor.quote_name
        schema_editor.execute(
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self._name(model))}"
            f" FOREIGN KEY (authority_id, {quote(field.column)})"
            f" REFERENCES {quote(target.db_table)} (authority_id, {quote(target.pk.column)})"
            " DEFERRABLE INITIALLY DEFERRED"
        )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        quote = schema_editor.quote_name
        schema_editor.execute(
            f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self._name(model))}"
        )

    def describe(self) -> str:
        return f"Refer from {self.model_name}.{self.field_name} within the authority"

    def _name(self, model: Any) -> str:
        return f"{model._meta.db_table}_{self.field_name}_within"[:63]
