from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CaseworkConfig(AppConfig):
    name = "maarag.domains.casework"
    label = "casework"
    verbose_name = _("Casework")

    def ready(self) -> None:
        from maarag.domains.families import consented
        from maarag.ui.navigation import register

        from . import leading, parts, waiting
        from .actions.consents import end_consented_plan_share
        from .queries.sharing import consented_shares

        leading.register_all()
        parts.register_all()
        waiting.register_all()
        consented.register("casework.planshare", consented_shares, end_consented_plan_share)
        register(_("Plans shared with us"), "casework:shared", "view_shared_files")
