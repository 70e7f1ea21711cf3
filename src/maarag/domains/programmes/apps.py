from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.domains.programmes"
    label = "programmes"
    verbose_name = _("Programmes")

    def ready(self) -> None:
        from maarag.domains.funding.links import register

        from .queries import pages_of_lines

        register(pages_of_lines)
