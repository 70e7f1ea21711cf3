from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FamiliesConfig(AppConfig):
    name = "maarag.domains.families"
    label = "families"
    verbose_name = _("Families")

    def ready(self) -> None:
        from maarag.kernel.audit.reads import tell_about_files

        from . import due, waiting
        from .queries.reading import facts_about

        tell_about_files("families.family", facts_about)
        waiting.register("families", due.waiting_of)
