"""Reading families' files."""

from .files import file_of, found_by, history, listed

__all__ = ["file_of", "found_by", "history", "listed"]
