"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("MAARAG_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real inputs and schemas beside the checkout; skips where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the folder ../shared with real inputs and schemas is absent")
    return SHARED
