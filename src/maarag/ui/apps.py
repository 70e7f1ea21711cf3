from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.ui"
    label = "ui"
    verbose_name = _("Interface")
