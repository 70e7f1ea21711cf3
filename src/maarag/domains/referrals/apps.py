from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.domains.referrals"
    label = "referrals"
    verbose_name = _("Referrals")

    def ready(self) -> None:
        from maarag.domains.families import consented, parts, waiting
        from maarag.kernel.audit.withheld import about_families

        from .actions.consent import end_consented_referral
        from .due import waiting_of
        from .queries import consented_referrals
        from .summary import summary

        parts.register(parts.Part("referrals", _("Referrals"), 40, "referrals:family", summary))
        waiting.register("referrals", waiting_of)
        about_families(kinds=["referrals.withdrawalnotice"])
        consented.register("referrals.referral", consented_referrals, end_consented_referral)
