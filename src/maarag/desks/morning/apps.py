from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.desks.morning"
    label = "morning"
    verbose_name = _("Morning")

    def ready(self) -> None:
        from maarag.ui.navigation import register

        register(_("Morning"), "morning:index", "view_families")
        register(_("Referrals"), "referrals:index", "view_families")
        register(_("Referrals to us"), "referrals:inbox", "answer_referrals")
