from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.domains.guidance"
    label = "guidance"
    verbose_name = _("Guidance")
