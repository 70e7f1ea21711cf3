"""Forms of families' files."""

from .files import ClosingForm, FamilyForm, MemberForm, MemberFormSet, initial_of

__all__ = ["ClosingForm", "FamilyForm", "MemberForm", "MemberFormSet", "initial_of"]
