"""Where baskets stand in the rest of the work with families: a part of the file, and what waits for somebody."""

from __future__ import annotations


def register_all() -> None:
    """Called once, when the app is ready."""
