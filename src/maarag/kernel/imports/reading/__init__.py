"""Reading tables as people really send them."""

from .refusals import FileRefused
from .table import OVERFLOW, Table, TableRow, encoding_name, open_table

__all__ = ["OVERFLOW", "FileRefused", "Table", "TableRow", "encoding_name", "open_table"]
