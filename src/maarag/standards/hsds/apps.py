from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.standards.hsds"
    label = "hsds"
    verbose_name = _("HSDS")
