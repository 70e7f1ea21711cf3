"""The pages of the directory."""

from .directory import detail, index
from .editing import create, edit
from .overlaps import judge, overlaps

__all__ = ["create", "detail", "edit", "index", "judge", "overlaps"]
