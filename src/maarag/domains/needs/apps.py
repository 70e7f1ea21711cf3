from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.domains.needs"
    label = "needs"
    verbose_name = _("Needs")

    def ready(self) -> None:
        from maarag.kernel.audit.words import keep_from_others

        keep_from_others("needs.needestimate", ("number", "lowest", "highest", "note"))
