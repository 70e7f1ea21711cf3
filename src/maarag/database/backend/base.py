"""The connection: each transaction begins by telling PostgreSQL whose personal rows it may see."""

from __future__ import annotations

from django.db.backends.postgresql import base

from ..rows.scope import current, tell
from .creation import DatabaseCreation
from .operations import DatabaseOperations


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's; outside a transaction nobody sees a personal row, because nothing was told."""

    creation_class = DatabaseCreation
    ops_class = DatabaseOperations

    def set_autocommit(
        self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False
    ) -> None:
        super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        if not autocommit and not (scope := current()).is_empty:
            tell(self, scope)
