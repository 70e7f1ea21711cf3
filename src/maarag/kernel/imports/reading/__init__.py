"""Reading tables as people really send them."""

from .people import HoldsPeople, refuse_ids_of_people
from .refusals import FileRefused
from .table import OVERFLOW, Table, TableRow, encoding_name, open_table

__all__ = [
    "OVERFLOW",
    "FileRefused",
    "HoldsPeople",
    "Table",
    "TableRow",
    "encoding_name",
    "open_table",
    "refuse_ids_of_people",
]
