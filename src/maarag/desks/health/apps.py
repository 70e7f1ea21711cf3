from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.desks.health"
    label = "health"
    verbose_name = _("Health")

    def ready(self) -> None:
        if getattr(settings, "STRUCTURED_LOGS", False):
            from maarag.config.logging import write_no_tracebacks

            write_no_tracebacks()
