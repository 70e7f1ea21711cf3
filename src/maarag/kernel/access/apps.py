from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.kernel.access"
    label = "access"
    verbose_name = _("Access")

    def ready(self) -> None:
        from . import events, passwords

        events.connect()
        register(passwords.check_breached_file)
