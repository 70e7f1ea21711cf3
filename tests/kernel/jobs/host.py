"""A worker process of the tests: python -m tests.kernel.jobs.host OPTION=VALUE …"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any


def main() -> None:
    import django

    django.setup()
    import tests.kernel.jobs.trials  # noqa: F401  registers them
    from maarag.kernel.jobs.worker import Options, run_worker

    given = dict(pair.split("=") for pair in sys.argv[1:])
    options = Options(
        concurrency=int(given.get("concurrency", "2")),
        heartbeat=float(given.get("heartbeat", "0.3")),
        silence=float(given.get("silence", "1.5")),
        rescue=float(given.get("rescue", "0.3")),
        poll=float(given.get("poll", "0.5")),
    )
    if "stuck" in given:
        stay_inside_a_load(Path(given["stuck"]))
    parent = os.getppid()
    run_worker(options, must_end=lambda: os.getppid() != parent)


def stay_inside_a_load(sign: Path) -> None:
    """Load all rows of a file, say so in a file, and never come to the commit."""
    from maarag.kernel.imports.importers.taxonomy import Taxonomy

    real = Taxonomy.apply

    def stuck(self: Taxonomy, rows: Any) -> None:
        real(self, rows)
        sign.write_text("inside")
        time.sleep(600)

    Taxonomy.apply = stuck  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
