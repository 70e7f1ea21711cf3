"""Emptying tables between tests is the owner's: the application may not truncate."""

from __future__ import annotations

from django.db.backends.postgresql import operations

from ..migrating import as_owner


class DatabaseOperations(operations.DatabaseOperations):
    def execute_sql_flush(self, sql_list: list[str]) -> None:
        if self.connection.in_atomic_block:
            super().execute_sql_flush(sql_list)
            return
        with as_owner(self.connection):
            super().execute_sql_flush(sql_list)
