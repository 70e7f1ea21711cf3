"""Every write of placements: runs, decisions, carrying out, waiting lists, alternatives to leaving home."""

from .alternatives import add_option, change_option, consider, decide_alternative, remove_option
from .carrying import Carried, carry_out
from .decisions import accept, leave_waiting, override, swap, take_back
from .giving import give_place
from .runs import explain_difference, mend, rerun, start_run
from .waiting import change_waiting, stop_waiting, wait

__all__ = [
    "Carried",
    "accept",
    "add_option",
    "carry_out",
    "change_option",
    "change_waiting",
    "consider",
    "decide_alternative",
    "explain_difference",
    "give_place",
    "leave_waiting",
    "mend",
    "override",
    "remove_option",
    "rerun",
    "start_run",
    "stop_waiting",
    "swap",
    "take_back",
    "wait",
]
