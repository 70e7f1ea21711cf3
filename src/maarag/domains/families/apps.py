from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FamiliesConfig(AppConfig):
    name = "maarag.domains.families"
    label = "families"
    verbose_name = _("Families")

    def ready(self) -> None:
        from maarag.kernel.audit.reads import tell_about_files

        from . import consented, due, waiting
        from .actions.shares import end_consented_share
        from .queries.reading import facts_about
        from .queries.shares import consented_shares

        tell_about_files("families.family", facts_about)
        waiting.register("families", due.waiting_of)
        consented.register("families.share", consented_shares, end_consented_share)
