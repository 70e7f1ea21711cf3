from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.kernel.retention"
    label = "retention"
    verbose_name = _("Retention")

    def ready(self) -> None:
        from . import technical

        technical.register()
        autodiscover_modules("retention")
