from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.kernel.ledger"
    label = "ledger"
    verbose_name = _("Ledger")

    def ready(self) -> None:
        from maarag.kernel.audit.withheld import about_families

        # of an authority they are of baskets; entries of baskets are personal by themselves
        about_families(kinds=["ledger.decision", "ledger.pot"])
        post_migrate.connect(_after, sender=self)


def _after(*, using: str, **_more: Any) -> None:
    from django.db import connections

    from .install import install

    install(connections[using])
