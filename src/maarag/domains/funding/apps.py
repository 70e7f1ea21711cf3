from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.domains.funding"
    label = "funding"
    verbose_name = _("Budgets")

    def ready(self) -> None:
        from . import telling

        telling.register_all()
