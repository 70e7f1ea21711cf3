from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.domains.placements"
    label = "placements"
    verbose_name = _("Places for families")

    def ready(self) -> None:
        from . import filing, promised, retention  # noqa: F401

        filing.register_all()
        promised.register_all()
