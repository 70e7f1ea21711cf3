"""A process that matches and never ends: python -m tests.domains.placements.matching_host WAY KEY.

run: computes the run KEY itself. worker: does what waits in the queue. page: asks for a run as the account
KEY. It says "inside" when it has written proposals, and waits there to be killed.
"""

from __future__ import annotations

import sys
import time
from uuid import UUID


def main(way: str, key: str) -> None:
    import django

    django.setup()
    from maarag.domains.placements import matching
    from maarag.kernel.matches import actions

    tell = actions.tell

    def told(run: UUID, percent: int, step: str) -> None:
        tell(run, percent, step)
        told.writes += step == "write"  # type: ignore[attr-defined]
        if told.writes == 2:  # type: ignore[attr-defined]
            print("inside", flush=True)  # noqa: T201
            time.sleep(600)

    told.writes = 0  # type: ignore[attr-defined]
    actions.tell = told
    matching.CHUNK = 1
    if way == "run":
        from maarag.kernel.matches.models import Run

        actions.compute(run=Run.objects.get(pk=key))
    elif way == "worker":
        from maarag.kernel.jobs.inline import work_off

        work_off()
    else:
        from django.urls import reverse

        from maarag.kernel.access.models import Account

        from .conftest import signed_in

        given = {"place": "9001", "who": "without_place", "least_fit": "40"}
        signed_in(Account.objects.get(pk=key)).post(reverse("placements:new"), given)


if __name__ == "__main__":
    main(*sys.argv[1:])
