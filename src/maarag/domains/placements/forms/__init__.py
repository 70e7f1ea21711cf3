"""Forms of placing families."""

from .alternatives import ChoiceForm, ConsiderForm, OptionForm
from .families import ChangeWaitingForm, GiveForm, StopWaitingForm, WaitForm
from .runs import OverrideForm, RemarkForm, RunForm

__all__ = [
    "ChangeWaitingForm",
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
