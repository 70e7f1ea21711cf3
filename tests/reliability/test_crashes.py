"""The crash drill: web, worker and database are killed under writers; what was acknowledged is there, once.

Writers speak HTTP to the site as `maarag run` serves it, each write with an idempotency key, sent again until
it is acknowledged. A write is acknowledged when its answer 201 has arrived whole.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from maarag.database.backup import logins

from .conftest import discard, quick_disk
from .crash_site import AUTHORITY, Site, called, tokens

WRITERS = 6
PACE = 0.12
"""Seconds between two writes of a writer: below what a token may ask in a minute."""
PATIENCE = RECOVERY = 120.0
"""Seconds in which the site must answer, and acknowledge writes again after a kill, on a busy machine."""


OTHERS = {"reason": "other_people"}
"""All families of the drill resemble each other, with people of one name and one phone."""


@dataclass
class Writer:
    """Opens missions and families in turn, each until it is acknowledged, sometimes once more."""

    number: int
    token: str
    port: int
    over: threading.Event
    acknowledged: dict[str, str] = field(default_factory=dict)
    """What was written (a title or a name, unique) → the id that the site gave it."""
    repeats: int = 0
    odd: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    last: float = 0.0
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    def work(self) -> None:
        dice = random.Random(self.number)
        count = 0
        while not self.over.is_set():
            count += 1
            what = f"drill-{self.run}-{self.number}-{count}"
            key = str(uuid.uuid4())
            body = self.body(what, count)
            found = self.until_acknowledged(key, *body)
            if found is None:
                continue
            self.acknowledged[what] = found
            self.last = time.monotonic()
            if dice.random() < 0.1:  # a client that did not hear the answer
                again = self.until_acknowledged(key, *body)
                if again is not None and again != found:
                    self.odd.append(f"{what} is {found} and {again}")
                self.repeats += 1
            time.sleep(PACE)

    def body(self, what: str, count: int) -> tuple[str, bytes]:
        if count % 2:
            due = str(date.today() + timedelta(days=30))
            given: dict[str, Any] = {"title": what, "place": AUTHORITY, "due": due}
            return "/api/missions/", json.dumps(
                given | {"owner": f"writer{self.number}@maale-gan.example"}
            ).encode()
        people = [
            {"first_name": "נועה", "last_name": what, "relation": "parent", "phone": "050-000 0000"},
            {"first_name": "גיל", "last_name": what, "relation": "child"},
        ]
        return "/api/families/", json.dumps(
            {"name": what, "authority": AUTHORITY, "members": people} | {"another_family": OTHERS}
        ).encode()

    def until_acknowledged(self, key: str, path: str, body: bytes) -> str | None:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        stop = float("inf")
        while time.monotonic() < stop:
            if self.over.is_set():
                stop = min(stop, time.monotonic() + RECOVERY)
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
            try:
                connection.request("POST", path, body, headers)
                answer = connection.getresponse()
                content = answer.read()
                self.answers[str(answer.status)] += 1
                if answer.status == 201:
                    return str(json.loads(content)["id"])
                if answer.status < 500 and answer.status not in (409, 429):
                    self.odd.append(f"{answer.status} {content[:300]!r}")
                    return None
            except (OSError, http.client.HTTPException) as error:
                self.answers[type(error).__name__] += 1
            finally:
                connection.close()
            time.sleep(0.2)
        self.odd.append(f"{path} was not acknowledged any more")
        return None


@pytest.fixture(scope="module")
def site(pattern: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site on an empty database, answering."""
    folder = Path(tempfile.mkdtemp(prefix="mrg-", dir=quick_disk())).resolve()
    folder.chmod(0o711)
    home = folder / "home"
    subprocess.run(["cp", "-a", pattern, home], check=True)
    called(home, "setup", "--no-demo")
    with Site(home, tmp_path_factory.mktemp("crashes") / "site.log") as found:
        found.wait(PATIENCE)
        yield found
    discard(home)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def api_tokens(site: Site) -> list[str]:
    return tokens(site.home, WRITERS)


def drill(site: Site, api_tokens: list[str], kills: list[str]) -> dict[str, Any]:
    """Kill as listed, each once writes are acknowledged again; compare the promised with what is there."""
    over = threading.Event()
    writers = [Writer(number, token, site.port, over) for number, token in enumerate(api_tokens)]
    threads = [threading.Thread(target=writer.work, daemon=True) for writer in writers]
    choose: dict[str, Callable[[], list[int]]] = {
        "web": site.main,
        "web worker": site.web_workers,
        "job worker": site.job_workers,
        "postgres": site.postmaster,
        "backend": site.backends,
    }
    dice = random.Random(20261121)
    waits: dict[str, list[float]] = {kind: [] for kind in choose}
    killed: Counter[str] = Counter()
    began = time.monotonic()
    for thread in threads:
        thread.start()
    try:
        _acknowledged_since(writers, began)
        for kind in kills:
            time.sleep(dice.uniform(0.05, 0.8))
            struck = _kill(choose[kind], dice)
            killed[kind] += 1
            waits[kind].append(_acknowledged_since(writers, struck))
    finally:
        over.set()
        for thread in threads:
            thread.join(RECOVERY + 30)
    assert not any(thread.is_alive() for thread in threads)
    assert [fault for writer in writers for fault in writer.odd] == []
    found = _compared(site.home, writers)
    return found | {
        "kills": dict(killed),
        "seconds": round(time.monotonic() - began),
        "longest wait after a kill": {kind: round(max(w), 1) for kind, w in waits.items() if w},
        "answers": dict(sum((writer.answers for writer in writers), Counter())),
        "repeats": sum(writer.repeats for writer in writers),
    }


def _kill(choose: Callable[[], list[int]], dice: random.Random) -> float:
    """Kill one of those, as soon as there is one; when."""
    deadline = time.monotonic() + RECOVERY
    while time.monotonic() < deadline:
        for pid in dice.sample(found := choose(), len(found)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                return time.monotonic()
        time.sleep(0.02)
    raise AssertionError("there was nothing to kill: it did not come back")


def _acknowledged_since(writers: list[Writer], moment: float) -> float:
    """Wait until half of the writers have had a write acknowledged that was asked for after the moment."""
    deadline = time.monotonic() + RECOVERY
    while sum(writer.last > moment + 0.5 for writer in writers) < len(writers) / 2:
        assert time.monotonic() < deadline, "no writes are acknowledged any more"
        time.sleep(0.02)
    return time.monotonic() - moment


def _compared(home: Path, writers: list[Writer]) -> dict[str, Any]:
    acknowledged = {what: pk for writer in writers for what, pk in writer.acknowledged.items()}
    with logins.maker(home, {}).connect() as database:
        rows = database.execute(
            "SELECT title, id::text FROM public.missions_mission"
            " UNION ALL SELECT name, id::text FROM public.families_family"
        ).fetchall()
        events = database.execute(
            "SELECT subject_id FROM public.audit_auditevent"
            " WHERE action IN ('missions.open', 'families.open')"
        ).fetchall()
        people = database.execute(
            "SELECT count(*) FROM public.families_family f"
            " WHERE (SELECT count(*) FROM public.families_member m WHERE m.family_id = f.id) <> 2"
        ).fetchone()
    stored: dict[str, str] = dict(rows)
    twice = [what for what, count in Counter(what for what, _pk in rows).items() if count > 1]
    lost = [what for what, pk in acknowledged.items() if stored.get(what) != pk]
    assert lost == []
    assert twice == []
    assert people == (0,)
    # the record tells of each exactly once, and of nothing that is not there
    assert sorted(pk for (pk,) in events) == sorted(stored.values())
    assert len(acknowledged) > 10
    return {"acknowledged": len(acknowledged), "lost": len(lost), "twice": len(twice), "rows": len(rows)}


def test_no_acknowledged_write_is_lost_or_done_twice(site: Site, api_tokens: list[str]):
    drill(site, api_tokens, ["postgres", "web worker", "job worker", "web"])


SHARES = {"postgres": 16, "backend": 12, "web worker": 14, "job worker": 8, "web": 6}


@pytest.mark.proof
def test_no_acknowledged_write_is_lost_or_done_twice_in_56_kills(
    site: Site, api_tokens: list[str], capsys: pytest.CaptureFixture[str]
):
    kills = [kind for kind, count in SHARES.items() for _ in range(count)]
    random.Random(7).shuffle(kills)
    found = drill(site, api_tokens, kills)
    with capsys.disabled():
        print(json.dumps(found, indent=1))  # noqa: T201


def test_a_restore_under_the_running_site_brings_back_what_was_there(site: Site, api_tokens: list[str]):
    """Damage, restore --replace, and the site that never stopped answers, and takes writes."""
    writer = Writer(0, api_tokens[0], site.port, threading.Event())
    before = [writer.until_acknowledged(str(n), *writer.body(f"before-{n}", n)) for n in range(6)]
    assert None not in before
    called(site.home, "backup", "--quiet")
    (path,) = (site.home / "backups").iterdir()
    with logins.maker(site.home, {}).connect() as damaged:
        damaged.execute("DELETE FROM public.missions_mission; DROP TABLE public.families_member CASCADE")
    out = called(site.home, "restore", str(path), "--replace")
    assert "the same" in out
    site.wait(30)
    writer.acknowledged = {f"before-{n}": str(pk) for n, pk in enumerate(before)}
    for number in range(6, 20):
        found = writer.until_acknowledged(f"later-{number}", *writer.body(f"later-{number}", number))
        assert found is not None, writer.odd
        writer.acknowledged[f"later-{number}"] = found
    # a key from before the backup is known after the restore
    assert writer.until_acknowledged("1", *writer.body("before-1", 1)) == before[1]
    _compared(site.home, [writer])
