from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CaseworkConfig(AppConfig):
    name = "maarag.domains.casework"
    label = "casework"
    verbose_name = _("Casework")

    def ready(self) -> None:
        from maarag.ui.navigation import register

        from . import leading, parts, waiting

        leading.register_all()
        parts.register_all()
        waiting.register_all()
        register(_("Plans shared with us"), "casework:shared", "view_shared_files")
