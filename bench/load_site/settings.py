"""The settings of a real installation, with the addresses and the template of the yardstick."""

from __future__ import annotations

from pathlib import Path

from maarag.config.settings.production import *  # noqa: F403

ROOT_URLCONF = "bench.load_site.urls"
TEMPLATES[0]["DIRS"] = [Path(__file__).parent / "templates"]  # type: ignore[name-defined]  # noqa: F405
DEMONSTRATION = True  # so that its accounts are made
