from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.desks.jobs"
    label = "jobs_desk"
    verbose_name = _("Background work")
