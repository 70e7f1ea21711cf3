"""A worker process of the tests: python -m tests.kernel.jobs.host OPTION=VALUE …"""

from __future__ import annotations

import os
import sys


def main() -> None:
    import django

    django.setup()
    import tests.kernel.jobs.trials  # noqa: F401  registers them
    from maarag.kernel.jobs.worker import Options, run_worker

    given = dict(pair.split("=") for pair in sys.argv[1:])
    options = Options(
        concurrency=int(float(given.get("concurrency", "2"))),
        heartbeat=float(given.get("heartbeat", "0.3")),
        silence=float(given.get("silence", "1.5")),
        rescue=float(given.get("rescue", "0.3")),
        poll=float(given.get("poll", "0.5")),
    )
    parent = os.getppid()
    run_worker(options, must_end=lambda: os.getppid() != parent)


if __name__ == "__main__":
    main()
