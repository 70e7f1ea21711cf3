from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.kernel.audit"
    label = "audit"
    verbose_name = _("Audit")

    def ready(self) -> None:
        # Not a step of anybody's migration, which could be forgotten: every migration of any app ends with
        # it.
        pre_migrate.connect(_before, sender=self)
        post_migrate.connect(_after, sender=self)


def _before(*, using: str, plan: Any, **_more: Any) -> None:
    from django.db import connections

    from .install import loosen

    if plan:
        loosen(connections[using])


def _after(*, using: str, **_more: Any) -> None:
    from django.db import connections

    from .install import install

    install(connections[using])
