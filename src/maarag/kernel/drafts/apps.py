from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.kernel.drafts"
    label = "drafts"
    verbose_name = _("Drafts")
