"""Forms of placing families."""

from .alternatives import ChoiceForm, ConsiderForm, OptionForm
from .families import GiveForm, StopWaitingForm, WaitForm
from .runs import OverrideForm, RemarkForm, RunForm

__all__ = [
    "ChoiceForm",
    "ConsiderForm",
    "GiveForm",
    "OptionForm",
    "OverrideForm",
    "RemarkForm",
    "RunForm",
    "StopWaitingForm",
    "WaitForm",
]
