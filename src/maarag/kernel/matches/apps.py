from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.kernel.matches"
    label = "matches"
    verbose_name = _("Matching")

    def ready(self) -> None:
        from maarag.kernel.audit.words import keep_from_others

        # how many families were matched, waited and were lost, by authority and programme
        keep_from_others("matches.run", ("totals",))
