"""The pages of families' files."""

from .files import close, detail, edit, find, index, open_new, reopen

__all__ = ["close", "detail", "edit", "find", "index", "open_new", "reopen"]
