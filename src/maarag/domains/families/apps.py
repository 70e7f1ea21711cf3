from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FamiliesConfig(AppConfig):
    name = "maarag.domains.families"
    label = "families"
    verbose_name = _("Families")

    def ready(self) -> None:
        from maarag.kernel.audit.reads import tell_about_files
        from maarag.kernel.audit.withheld import about_families

        from . import consented, due, waiting
        from .actions.shares import end_consented_share
        from .queries.reading import facts_about
        from .queries.shares import consented_shares

        tell_about_files("families.family", facts_about)
        # an export is told of the place too, with how many families; an attempt found none, and is counted
        about_families(
            kinds=["families.attempt"], actions=["families.export", "families.find_nothing_in_emergency"]
        )
        waiting.register("families", due.waiting_of)
        consented.register("families.share", consented_shares, end_consented_share)
