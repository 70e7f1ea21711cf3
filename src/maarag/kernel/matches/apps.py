from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.kernel.matches"
    label = "matches"
    verbose_name = _("Matching")
