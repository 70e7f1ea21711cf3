"""A browser at the site with the demonstration."""

from tests.browser import _visitors, browser, visitors

__all__ = ["_visitors", "browser", "visitors"]
