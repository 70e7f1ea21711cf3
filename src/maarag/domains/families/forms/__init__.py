"""Forms of families' files, of their emergency openings and of their shares."""

from .files import ClosingForm, FamilyForm, MemberForm, MemberFormSet, initial_of
from .openings import EmergencyForm, JustificationForm, VerdictForm
from .shares import ShareForm

__all__ = [
    "ClosingForm",
    "EmergencyForm",
    "FamilyForm",
    "JustificationForm",
    "MemberForm",
    "MemberFormSet",
    "ShareForm",
    "VerdictForm",
    "initial_of",
]
