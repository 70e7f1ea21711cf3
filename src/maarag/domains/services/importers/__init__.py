"""What the directory of services can be loaded from."""

from . import catalogue, departments, services

__all__ = ["catalogue", "departments", "services"]
