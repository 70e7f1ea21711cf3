"""Databases of the tests are made by the owner and used by the application, as the real one is."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import creation

from ..migrating import as_owner, give_privileges


class DatabaseCreation(creation.DatabaseCreation):
    def create_test_db(self, *args: Any, **kwargs: Any) -> str:
        with as_owner(self.connection):
            name = super().create_test_db(*args, **kwargs)
            give_privileges(self.connection)
        return name

    def destroy_test_db(self, *args: Any, **kwargs: Any) -> None:
        with as_owner(self.connection):
            super().destroy_test_db(*args, **kwargs)

    def _clone_test_db(self, *args: Any, **kwargs: Any) -> None:
        with as_owner(self.connection):
            super()._clone_test_db(*args, **kwargs)
