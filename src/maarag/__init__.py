"""Maarag: one working system for social services, shared by everyone who delivers them."""

__version__ = "0.1.0"
