from __future__ import annotations

from tests.domains.funding.conftest import Treasury, treasury

__all__ = ["Treasury", "treasury"]
