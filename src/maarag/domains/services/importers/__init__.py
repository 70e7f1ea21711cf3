"""What the directory of services can be loaded from."""

from . import catalogue, departments
from . import services as services_table

__all__ = ["catalogue", "departments", "services_table"]
