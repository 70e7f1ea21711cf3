"""`python -m bench.assignment`: generalized assignment against CP-SAT and HiGHS, at equal wall time.

Instances of types c, d and e: the published files of ../shared/data/assignment (gap to the best value
known) and ones made by the published formulas (gap to the best that any of the three found in the run).
Each solver runs in its own process, one after the other, with the same number of processors; its seconds
start after its libraries are loaded, ours before (compiled code is loaded within the time; compiled anew
only the first time, before the run).
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.assignment_instances import as_text, make

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "assignment"
#: Type, agents, jobs: type e is not among the published files; sizes as of their c and d.
MADE = (("e", 5, 100), ("e", 10, 100), ("e", 20, 100), ("e", 5, 200), ("e", 10, 200), ("e", 20, 200))
#: Sizes of Yagiura, Ibaraki and Glover (2004).
LARGE = (("c", 40, 400), ("d", 40, 400), ("e", 40, 400), ("d", 80, 1600), ("e", 80, 1600))
SOLVERS = ("maarag", "CP-SAT", "HiGHS")


def files(folder: Path, large: bool) -> list[tuple[Path, int | None]]:
    """Instance files with the best value known; made ones are written to the folder."""
    found: list[tuple[Path, int | None]] = []
    if (SHARED / "best_known.csv").is_file():
        with open(SHARED / "best_known.csv", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                kind, _slash, name = row["Path"].partition("/")
                if kind == "chu1997" and name[0] in "cde":
                    found.append((SHARED / row["Path"], int(row["Best known solution value"])))
    for kind, agents, jobs in MADE + (LARGE if large else ()):
        path = folder / f"{kind}{agents:02}{jobs}"
        path.write_text(as_text(make(kind, agents, jobs)))
        found.append((path, None))
    return found


def ask(solver: str, path: Path, seconds: float, threads: int) -> tuple[int | None, float]:
    """The objective that a solver finds (None: nothing) and its wall time, in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "bench.assignment_solvers",
        solver,
        str(path),
        str(seconds),
        str(threads),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=4 * seconds + 300)
    if done.returncode:
        print(done.stderr[-1000:], file=sys.stderr)
        return None, 0.0
    answer = json.loads(done.stdout.splitlines()[-1])
    return answer["objective"], answer["seconds"]


def shown(gap: float | None) -> str:
    return "     none" if gap is None else f"{gap:8.3%} "


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=30.0, help="wall time of each solver and instance")
    parser.add_argument("--threads", type=int, default=2, help="processors of each solver")
    parser.add_argument("--only", default="", help="instances whose names start so, e.g. d or e20")
    parser.add_argument("--large", action="store_true", help="also up to 80 agents × 1600 jobs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        chosen = [one for one in files(Path(name), options.large) if one[0].name.startswith(options.only)]
        if not chosen:
            print("no instance has such a name")
            return
        ask("maarag", chosen[0][0], 1.0, options.threads)
        print(f"{options.seconds:g} s each, {options.threads} processors each; gap to the best known")
        print(
            f"{'instance':10}{'best':>9}"
            + "".join(f"{solver:>10}" for solver in SOLVERS)
            + "   ours / better"
        )
        sums = dict.fromkeys(SOLVERS, 0.0)
        met = 0
        for path, known in chosen:
            answers = {s: ask(s, path, options.seconds, options.threads)[0] for s in SOLVERS}
            values = [value for value in answers.values() if value is not None]
            best = min([*values, *([known] if known is not None else [])], default=None)
            if best is None:
                print(f"{path.name:10}{'none':>9}")
                continue
            gaps = {s: None if value is None else (value - best) / best for s, value in answers.items()}
            theirs = min((gaps[s] for s in SOLVERS[1:] if gaps[s] is not None), default=None)
            ours = gaps["maarag"]
            good = ours is not None and (theirs is None or ours <= theirs / 10 + 1e-12)
            met += good
            for solver in SOLVERS:
                sums[solver] += 1.0 if gaps[solver] is None else gaps[solver] or 0.0
            ratio = "–" if ours is None or not theirs else f"{ours / theirs:.2f}"
            line = "".join(f"{shown(gaps[solver]):>10}" for solver in SOLVERS)
            mark = "" if known is not None else "  (best of the three)"
            print(f"{path.name:10}{best:9}{line}{ratio:>10} {'met' if good else 'not met'}{mark}", flush=True)
        line = "".join(f"{shown(sums[solver] / len(chosen)):>10}" for solver in SOLVERS)
        print(f"{'mean':10}{'':9}{line}\nat most a tenth of the better: {met} of {len(chosen)}")


if __name__ == "__main__":
    main()
