from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.api"
    label = "api"
    verbose_name = _("API")

    def ready(self) -> None:
        from maarag.kernel.access.sessions import withdrawn

        from .tokens import revoke_all

        withdrawn.connect(revoke_all, dispatch_uid="api.tokens")
