"""Figures about the site for Prometheus: summed over its processes; no figure or label tells of a person."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic

from django.db import connection
from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from . import checks

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
POOL_NOTED_EVERY = 5.0
"""Seconds between two looks at the pool of connections."""

REQUESTS = Counter("maarag_requests", "Requests answered.", ["view", "method", "status"])
SECONDS = Histogram(
    "maarag_request_seconds",
    "Seconds until a request was answered.",
    ["view"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
POOL = Gauge(
    "maarag_database_pool",
    "Connections to the database: in the pool, free, and requests that wait for one.",
    ["state"],
    multiprocess_mode="livesum",
)
_pool_noted = 0.0


def note(view: str, method: str, status: int, seconds: float) -> None:
    """Count an answer. The labels are names of views, known methods and numbers: never an address."""
    REQUESTS.labels(view, method, str(status)).inc()
    SECONDS.labels(view).observe(seconds)
    _note_pool()


def _note_pool() -> None:
    global _pool_noted
    now = monotonic()
    if now - _pool_noted < POOL_NOTED_EVERY:
        return
    _pool_noted = now
    pool = connection.pool if connection.settings_dict["OPTIONS"].get("pool") else None  # type: ignore[attr-defined]
    if pool is not None:
        told = pool.get_stats()
        POOL.labels("open").set(told.get("pool_size", 0))
        POOL.labels("free").set(told.get("pool_available", 0))
        POOL.labels("waiting").set(told.get("requests_waiting", 0))


class Installation(Collector):
    """What is read when somebody asks: jobs, audit, backup, disk."""

    def collect(self) -> Iterator[Metric]:
        for check in checks.every():
            yield GaugeMetricFamily(
                f"maarag_{check.name}_ok",
                f"Whether the check of {check.name} is in order.",
                value=float(check.state == "ok"),
            )
            for name, value in check.figures.items():
                yield GaugeMetricFamily(f"maarag_{check.name}_{name}", check.words[name], value=value)


def text() -> bytes:
    """Everything, in the format of Prometheus."""
    own = CollectorRegistry()
    own.register(Installation())
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return generate_latest(REGISTRY) + generate_latest(own)
    _forget_the_dead(Path(folder))
    multiprocess.MultiProcessCollector(own, path=folder)
    return generate_latest(own)


def _forget_the_dead(folder: Path) -> None:
    """What stood open in a process that died is not open any more; what it counted stays counted."""
    for file in folder.glob("gauge_live*_*.db"):
        pid = file.stem.rpartition("_")[2]
        if pid.isdecimal() and not Path(f"/proc/{pid}").exists():
            with suppress(OSError):
                multiprocess.mark_process_dead(int(pid), str(folder))
