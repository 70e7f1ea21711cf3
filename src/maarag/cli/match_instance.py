"""`maarag match --instance FILE`: an assignment problem of the OR-Library, answered within a time."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maarag.cli.answers import Refused, give_answer, progress_bar
from maarag.cli.table_files import in_line
from maarag.database.errors import translate as _

if TYPE_CHECKING:
    from maarag.engines.matching import Assigned, AssignmentInstance, MatchingError, Progress

#: Exit codes: a file that cannot be read; nothing keeps within the capacities, or nothing was found in time.
UNREADABLE, UNMATCHED = 2, 3


def match_instance(
    *, instance: Path, problem: int | None, seconds: float, seed: int, form: str, output: Path | None
) -> None:
    """Solve one OR-Library file and print or write the answer. Raises Refused."""
    from maarag.engines.matching import InfeasibleError, NotFoundError, load_compiled, solve_assignment

    # Loading takes a second, and compiling (the very first time) some twenty: not part of the search.
    load_compiled()
    began = time.monotonic()
    read = _read(instance, problem)
    try:
        with progress_bar(_("searching")) as show:
            left = seconds - (time.monotonic() - began)

            def report(now: Progress) -> None:
                if show is not None:
                    best = "–" if now.objective is None else f"{now.objective:,}"
                    given = {"best": best, "bound": f"{now.bound:,}"}
                    show(now.seconds / seconds, _("best %(best)s, bound %(bound)s") % given)

            answer = solve_assignment(read, max(left, 0.0), seed=seed, progress=report)
    except InfeasibleError as error:
        raise Refused(_told(instance, error), UNMATCHED) from None
    except NotFoundError:
        words = _(
            "%(file)s: no assignment within the capacities was found in %(seconds)s seconds; there may be "
            "one. More time is given with --seconds."
        )
        raise Refused(words % {"file": instance, "seconds": f"{seconds:g}"}, UNMATCHED) from None
    if form == "json":
        give_answer(json.dumps(as_json(answer), ensure_ascii=False), output, form)
    else:
        give_answer(_as_table(read, answer), output, form)


def _read(path: Path, problem: int | None) -> AssignmentInstance:
    from maarag.engines.matching import InstanceError, SeveralProblemsError, read_instance

    try:
        return read_instance(path, problem)
    except SeveralProblemsError as error:
        words = _("%(file)s holds %(count)s problems; choose one with --problem 1 … %(count)s.")
        raise Refused(words % {"file": path, "count": error.count}, UNREADABLE) from None
    except InstanceError as error:
        raise Refused(_told(path, error), UNREADABLE) from None
    except OSError as error:
        given = {"file": path, "reason": error.strerror}
        raise Refused(_("%(file)s cannot be read: %(reason)s") % given, UNREADABLE) from None


def _told(path: Path, error: MatchingError) -> str:
    said = _(error.template) % error.values if error.values else _(error.template)
    return f"{path}: {said}" if error.line is None else in_line(str(path), error.line, said)


def as_json(answer: Assigned) -> dict[str, Any]:
    """The answer as `--format json` prints it; `assignment` is the agent of each job, counted from 0."""
    return {
        "objective": answer.objective,
        "bound": answer.bound,
        "optimal": answer.optimal,
        "assignment": answer.assignment.tolist(),
        "seconds": round(answer.seconds, 3),
    }


def _as_table(problem: AssignmentInstance, answer: Assigned) -> str:
    loads = problem.loads(answer.assignment)
    gap = {"gap": f"{answer.gap:.3%}"}
    proof = _("proved to be the least") if answer.optimal else _("gap %(gap)s") % gap
    lines = [
        _("objective: %(number)s") % {"number": f"{answer.objective:,}"},
        _("bound: %(number)s (%(proof)s)") % {"number": f"{answer.bound:,}", "proof": proof},
        _("seconds: %(number)s") % {"number": f"{answer.seconds:.1f}"},
        "",
        _("For each agent: its number, load, capacity, and its jobs (agents and jobs counted from 0)"),
    ]
    for agent in range(problem.agents):
        jobs = " ".join(str(job) for job in (answer.assignment == agent).nonzero()[0])
        lines.append(f"{agent:5}{loads[agent]:10}{problem.capacity[agent]:10}  {jobs}".rstrip())
    return "\n".join(lines) + "\n"
