from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.desks.array"
    label = "array"
    verbose_name = _("Array of programmes")

    def ready(self) -> None:
        from maarag.ui.navigation import register

        register(_("Array of programmes"), "array:index", "view_staff_figures")
