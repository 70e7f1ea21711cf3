from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.kernel.access"
    label = "access"
    verbose_name = _("Access")

    def ready(self) -> None:
        from maarag.kernel.audit.words import keep_from_others

        from . import events, passwords

        events.connect()
        # of the program's own account: rows of each table that were encrypted anew
        keep_from_others("access.account", ("rows",))
        register(passwords.check_breached_file)
