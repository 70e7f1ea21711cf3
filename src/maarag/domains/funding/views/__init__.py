"""The pages of budgets: what was set and what became of it; planning, granting and changing by decision."""

from .deciding import approve, close, line
from .planning import add_line, create, edit, funders
from .reading import detail, export, index

__all__ = ["add_line", "approve", "close", "create", "detail", "edit", "export", "funders", "index", "line"]
