"""Whose personal rows a transaction may see: the scope, the policies that hold it, and the check of both."""

from .scope import NOBODY, RowScope, current, under, visible

__all__ = ["NOBODY", "RowScope", "current", "under", "visible"]
