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
        post_migrate.connect(_after, sender=self)


def _after(*, using: str, **_more: Any) -> None:
    from django.db import connections

    from .install import install

    install(connections[using])
