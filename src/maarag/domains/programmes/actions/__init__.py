"""Writing programmes: what each is, its methods and conditions, its quotas, its workers, the toolbox."""

from .methods import SituationDraft, save_method
from .programmes import fund_programme, remove_rule, save_programme, save_rule, set_methods
from .quotas import FamiliesPassed, PlacesTaken, QuotaDraft, set_quotas
from .workers import end_toolbox, end_worker, set_worker, switch_toolbox

__all__ = [
    "FamiliesPassed",
    "PlacesTaken",
    "QuotaDraft",
    "SituationDraft",
    "end_toolbox",
    "end_worker",
    "fund_programme",
    "remove_rule",
    "save_method",
    "save_programme",
    "save_rule",
    "set_methods",
    "set_quotas",
    "set_worker",
    "switch_toolbox",
]
