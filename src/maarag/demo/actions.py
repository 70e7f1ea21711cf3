"""Loading the demonstration world: real public facts of the nation, and one fictional authority."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from maarag.kernel.audit.actions import record
from maarag.kernel.audit.models import AuditEvent

from . import (
    accounts,
    array_places,
    budget,
    buying,
    catalogue,
    drawn_baskets,
    drawn_situations,
    families,
    family_poverty,
    fiction,
    guidance,
    households,
    methods,
    national,
    placement_board,
    programmes,
    sister_toolbox,
    stories,
    stories_begun,
    stories_ended,
    story_baskets,
    story_files,
    vocabulary,
)
from .loading import Loading, Progress
from .tables import FOLDER, fingerprint

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account

LOADED = "demo.load"


@dataclass(frozen=True)
class Part:
    """A part that is loaded in one transaction, and the files that make it what it is."""

    code: str
    load: Callable[[Loading], None]
    modules: Sequence[ModuleType]
    tables: Sequence[str]

    @property
    def fingerprint(self) -> str:
        code = [Path(str(module.__file__)) for module in self.modules]
        return fingerprint([*code, *(FOLDER / f"{name}.csv" for name in self.tables)])


PARTS = (
    Part("sources", national.load_sources, [national], national.SOURCE_TABLES),
    Part("vocabulary", vocabulary.load_vocabulary, [vocabulary], vocabulary.TABLES),
    Part("places", national.load_places, [national], national.PLACE_TABLES),
    Part("needs", national.load_needs, [national, family_poverty], national.NEED_TABLES),
    Part("programmes", programmes.load_programmes, [programmes, family_poverty], programmes.TABLES),
    Part("catalogue", catalogue.load_catalogue, [catalogue], catalogue.TABLES),
    Part("fiction", fiction.load_fiction, [fiction], fiction.TABLES),
    Part("budget", budget.load_budget, [budget, programmes, family_poverty], budget.TABLES),
    Part("array", array_places.load_array, [array_places, family_poverty], array_places.TABLES),
    Part("methods", methods.load_methods, [methods], methods.TABLES),
)
STORY_MODULES = (
    stories,
    stories_begun,
    stories_ended,
    story_baskets,
    story_files,
    drawn_baskets,
    households,
    buying,
)
PLACEMENT_MODULES = (placement_board, drawn_situations, households, sister_toolbox)
WITH_ACCOUNTS = (
    Part("accounts", accounts.load_accounts, [accounts], accounts.TABLES),
    Part("workers", methods.load_workers, [methods], methods.WORKER_TABLES),
    Part("families", families.load_families, [families, households], families.TABLES),
    Part("buying", buying.load_buying, [buying], buying.TABLES),
    Part("stories", stories.load_stories, STORY_MODULES, stories.TABLES),
    Part("guidance", guidance.load_guidance, [guidance], ()),
    Part("toolbox", sister_toolbox.load_toolbox, [sister_toolbox, drawn_situations, households], ("names",)),
    Part("placements", placement_board.load_placements, PLACEMENT_MODULES, placement_board.TABLES),
)
"""Left out where settings.DEMONSTRATION is off, for the accounts have a known password."""


@dataclass(frozen=True)
class Loaded:
    """What the run did: parts loaded, parts already there, rows by kind in the parts loaded."""

    parts: tuple[str, ...]
    unchanged: tuple[str, ...]
    counts: dict[str, int]


def load_demonstration(*, by: Account, progress: Progress | None = None) -> Loaded:
    """Load what is not loaded yet, each part in a transaction of its own.

    A part whose tables are the same as when it was last loaded is passed over: a second run writes nothing.
    Where its tables changed it is loaded again, but a row that a person wrote since stays.
    """
    loading = Loading(by=by, today=timezone.localdate(), progress=progress or _silent)
    done: list[str] = []
    unchanged: list[str] = []
    for part in (*PARTS, *WITH_ACCOUNTS) if settings.DEMONSTRATION else PARTS:
        with transaction.atomic():
            if _is_loaded(part):
                unchanged.append(part.code)
                continue
            before = Counter(loading.counts)
            part.load(loading)
            record(
                by=by,
                action=LOADED,
                subject=by,
                changes={
                    "part": [None, part.code],
                    "fingerprint": [None, part.fingerprint],
                    "rows": [None, dict(loading.counts - before)],
                },
            )
        done.append(part.code)
    return Loaded(tuple(done), tuple(unchanged), dict(loading.counts))


def _is_loaded(part: Part) -> bool:
    last = AuditEvent.objects.filter(action=LOADED, changes__part__1=part.code).order_by("-id").first()
    return last is not None and last.changes["fingerprint"][1] == part.fingerprint


def _silent(step: str, done: int, total: int) -> None:
    """Say nothing of how far it is."""
