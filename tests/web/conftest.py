"""Pages are looked at in a browser."""

from tests.browser import _visitors, browser, visitors

__all__ = ["_visitors", "browser", "visitors"]
