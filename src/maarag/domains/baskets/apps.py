from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "maarag.domains.baskets"
    label = "baskets"
    verbose_name = _("Baskets of responses")

    def ready(self) -> None:
        from maarag.ui import navigation

        from . import closing, counting, filing, leading

        filing.register_all()
        navigation.register(_("Asked by departments"), "baskets:above", "manage_budgets")
        closing.register_all()
        counting.register_all()
        leading.register_all()
