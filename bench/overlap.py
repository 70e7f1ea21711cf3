"""`python -m bench.overlap [--services N]`: the engine `overlap` against a plain TF-IDF baseline, in one run.

The baseline is what one would write in an hour: scikit-learn's TfidfVectorizer over name and description, the
nearest neighbours by cosine of each service, pairs above the threshold that suits it best (chosen on the true
answers, in its favour), and, since services far apart are no duplicates, without pairs more than 8 km
apart. Both get the same generated services with known duplicates, once without and once with look-alikes
(5 %: sister services in the same words for other people, or with another response).

The baseline's time grows with the square of the services, so it runs at `--baseline` of them at most (10,000
unless given; `--no-baseline`: not at all), and both are compared on that many; the engine's time for all
`--services` (100,000 unless given, with look-alikes) and its largest memory are printed besides.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import resource
import time

import numpy as np

from bench.overlap_texts import Generated, generate
from maarag.engines.overlap import find_overlaps

NEIGHBOURS = 10
THRESHOLDS = np.arange(0.1, 0.96, 0.05)


def quality(found: set[tuple[str, str]], truth: set[tuple[str, str]]) -> tuple[float, float, float]:
    right = len(found & truth)
    precision, recall = right / max(len(found), 1), right / max(len(truth), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-12)


def baseline(made: Generated) -> tuple[float, float, dict[float, set[tuple[str, str]]]]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.neighbors import NearestNeighbors

    services = made.services
    started, processor = time.perf_counter(), time.process_time()
    matrix = TfidfVectorizer().fit_transform(f"{s.name} {s.description}" for s in services)
    search = NearestNeighbors(n_neighbors=NEIGHBOURS + 1, metric="cosine", algorithm="brute", n_jobs=-1).fit(
        matrix
    )
    # In parts: all distances at once would not fit into memory.
    parts = [search.kneighbors(matrix[k : k + 2000]) for k in range(0, len(services), 2000)]
    distance = np.concatenate([part[0] for part in parts])
    index = np.concatenate([part[1] for part in parts])
    seconds, spent = time.perf_counter() - started, time.process_time() - processor
    lat = np.array([s.lat for s in services], dtype=float)
    lon = np.array([s.lon for s in services], dtype=float)
    a = np.repeat(np.arange(len(services)), NEIGHBOURS + 1)
    b = index.ravel()
    near = np.hypot((lat[a] - lat[b]) * 111.2, (lon[a] - lon[b]) * 94.3) <= 8
    keep = (a != b) & near
    likeness = 1 - distance.ravel()
    found: dict[float, set[tuple[str, str]]] = {}
    for threshold in THRESHOLDS:
        chosen = np.flatnonzero(keep & (likeness >= threshold))
        ids = ((services[a[k]].id, services[b[k]].id) for k in chosen)
        found[float(threshold)] = {(x, y) if x < y else (y, x) for x, y in ids}
    return seconds, spent, found


def engine(made: Generated) -> tuple[float, float, int, tuple[float, float, float]]:
    """Seconds, processor seconds of all threads, pairs compared, and quality."""
    started, processor = time.perf_counter(), time.process_time()
    result = find_overlaps(made.services)
    seconds, spent = time.perf_counter() - started, time.process_time() - processor
    return seconds, spent, result.compared, quality({(p.a, p.b) for p in result.pairs}, made.truth)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=100_000)
    parser.add_argument(
        "--baseline", type=int, default=10_000, help="at most so many services for it; 0: none"
    )
    parser.add_argument("--no-baseline", dest="baseline", action="store_const", const=0)
    arguments = parser.parse_args()
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{datetime.date.today()}  {platform.machine()}, {os.cpu_count()} cores, load {load}")
    find_overlaps(generate(2_500, seed=9).services)  # loads (or, once, compiles) what both sizes need
    head = f"{'seconds':>10}{'cpu s':>8}{'precision':>11}{'recall':>9}{'F1':>8}"
    compared = min(arguments.services, arguments.baseline)
    sizes = [(compared, 0.0), (compared, 0.05)] if compared else []
    if arguments.services > compared:
        sizes.append((arguments.services, 0.05))
    for n, alike in sizes:
        made = generate(n, alike=alike)
        ours, spent, looked, (precision, recall, f1) = engine(made)
        print(
            f"{n} services, {len(made.truth)} duplicate pairs, {int(n * alike)} look-alikes, "
            f"{looked} pairs compared"
        )
        print(f"{'':12}{head}")
        print(f"{'maarag':12}{ours:10.1f}{spent:8.1f}{precision:11.4f}{recall:9.4f}{f1:8.4f}")
        if n > compared:
            # The kernel counts it in kB; scikit-learn, where it ran, is in it.
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
            each = 1e6 * spent / n
            print(f"largest memory of the process: {peak:.1f} GB; {each:.0f} µs of processor a service")
            continue
        theirs, used, found = baseline(made)
        best = max(found, key=lambda threshold: quality(found[threshold], made.truth)[2])
        p, r, f = quality(found[best], made.truth)
        print(
            f"{'TF-IDF':12}{theirs:10.1f}{used:8.1f}{p:11.4f}{r:9.4f}{f:8.4f}"
            f"  (threshold {best:.2f}, its best)"
        )
        wrong = (1 - f) / max(1 - f1, 1e-9)
        print(
            f"theirs / ours: {theirs / ours:.2f} in time, {used / spent:.2f} in processor time, "
            f"{wrong:.2f} in error (1 - F1)"
        )


if __name__ == "__main__":
    main()
