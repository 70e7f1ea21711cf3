FEW = 8
"""Drawn families with baskets: as many as the tests need."""
