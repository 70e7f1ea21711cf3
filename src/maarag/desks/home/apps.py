from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.desks.home"
    label = "home"
    verbose_name = _("Home")
