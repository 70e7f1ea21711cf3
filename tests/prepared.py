"""Makes the databases that the tests copy, so that no test waits for them: `python -m tests.prepared`."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maarag.config.settings.test")


def prepare() -> None:
    """The empty database and the one with the demonstration of today, each only where it is missing."""
    from maarag.database.configuration import is_embedded
    from maarag.database.layout import default_home
    from maarag.database.server import EmbeddedServer

    from .demonstration_site import demonstration, server
    from .template_database import empty_database

    def make() -> None:
        demonstration(empty_database(server()))

    if not is_embedded():
        return make()
    with EmbeddedServer(default_home()).running():
        return make()


if __name__ == "__main__":
    django.setup()
    prepare()
