"""`python -m bench` (or `make bench`): every benchmark, one after the other; `python -m bench load`: one."""

from __future__ import annotations

import subprocess
import sys
import time

BENCHES = (
    "picture",
    "array",
    "reach",
    "overlap",
    "search",
    "audit",
    "load",
    "jobs",
    "fields",
    "rows",
    "backup",
    "suppression",
    "ledger",
    "assignment",
    "placement",
)


def main() -> None:
    for name in sys.argv[1:] or BENCHES:
        print(f"\n== {name}: python -m bench.{name}\n", flush=True)
        began = time.perf_counter()
        # A process each: numba, scikit-learn and PySAL must not share their warm state.
        subprocess.run([sys.executable, "-m", f"bench.{name}"], check=True)
        print(f"\n({name} took {time.perf_counter() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
