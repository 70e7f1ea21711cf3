"""The pages of programmes: what each is, its methods and conditions, its places, its workers, the toolbox."""

from .editing import add_rule, create, edit, methods, remove_rule, rule
from .intervention import create_method, edit_method, method, method_list
from .reading import detail, give, index, quota
from .staff import end, workers
from .switching import back, switch, toolbox, toolboxes

__all__ = [
    "add_rule",
    "back",
    "create",
    "create_method",
    "detail",
    "edit",
    "edit_method",
    "end",
    "give",
    "index",
    "method",
    "method_list",
    "methods",
    "quota",
    "remove_rule",
    "rule",
    "switch",
    "toolbox",
    "toolboxes",
    "workers",
]
