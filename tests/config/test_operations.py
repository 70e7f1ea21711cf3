"""docs/operations.md, read in its order: whatever a step names was made before it, or is in deploy/."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from .documented import DEPLOY, OPERATIONS, ROOT, VERSION

PACKAGES = {
    "certbot": "certbot",
    "curl": "curl",
    "git": "git",
    "jq": "jq",
    "nginx": "nginx",
    "openssl": "openssl",
    "psql": "postgresql",
    "python3": "python3-venv",
    "ssh-keygen": "openssh-client",
    "ssh-keyscan": "openssh-client",
}
"""Programs that an empty Debian lacks, by the package that brings them."""
ALWAYS = {
    *("apt-get", "adduser", "install", "cd", "editor", "cat", "chown", "chmod", "chattr", "rm", "sed"),
    *("systemctl", "runuser", "journalctl"),
}
"""Programs of every Debian."""
OTHERS_UNITS = {"nginx": "nginx", "postgresql": "postgresql", "pgbouncer": "pgbouncer"}
"""Units that come with a package."""
FOLDERS = {
    "/etc/postgresql/15/main": "postgresql",
    "/etc/postgresql/15/main/conf.d": "postgresql",
    "/etc/pgbouncer": "pgbouncer",
    "/etc/nginx/conf.d": "nginx",
    "/etc/nginx/sites-enabled": "nginx",
    "/var/www/html": "nginx",
}
"""Folders that come with a package."""
OF_THE_SYSTEM = (
    "/dev",
    "/etc/systemd/system",
    "/usr/local/sbin",
    "/run",
    "/var/tmp",
    "/media",
    "/var/log/nginx",
)
BROUGHT = ("/media/safe/backup-identity", "/media/elsewhere/FILE")
"""Carried in from elsewhere by whoever does the drill."""
PARTS = ("## Setting up", "## Backup, restore, drill", "## Upgrading")
PIECES = re.compile(r"```\n(.*?)```", re.DOTALL)


def _steps() -> list[str]:
    """The commands of the page in the order in which they are run."""
    found = []
    for part in PARTS:
        text = OPERATIONS.split(part, 1)[1].split("\n## ", 1)[0]
        for block in PIECES.findall(text):
            # what goes on over several lines stands between double quotes
            joined = re.sub(r'"\n[^"]*"', '"…"', block)
            found += [line for line in joined.splitlines() if line.strip()]
    return found


def _words(step: str) -> list[str]:
    return shlex.split(step.replace("…", "x"))


class World:
    """What there is on the machine after the steps so far."""

    def __init__(self) -> None:
        self.packages: set[str] = set()
        self.users = {"root"}
        self.made: set[str] = set()
        self.folders = set(OF_THE_SYSTEM)
        self.units = False

    def has(self, path: str) -> bool:
        parent = path.rpartition("/")[0]
        known = path in (*BROUGHT, *self.made) or path in self.folders or parent in self.folders
        return known or FOLDERS.get(path, FOLDERS.get(parent, "-")) in self.packages

    def take(self, step: str) -> list[str]:
        """Do a step; what it names that is not there."""
        lacking = []
        words = _words(step)
        programs = [words[0], *(words[at + 1] for at, word in enumerate(words) if word in ("|", "--"))]
        for program in programs:
            if program.startswith((".venv/", "-")):
                continue
            if program == "maarag-admin":
                if "/usr/local/sbin/maarag-admin" not in self.made:
                    lacking.append(program)
            elif program not in ALWAYS and PACKAGES.get(program) not in self.packages:
                lacking.append(program)
        for at, word in enumerate(words):
            if word in ("-o", "-g", "-u") and words[0] in ("install", "runuser"):
                user = words[at + 1]
                if user not in self.users and not (user == "postgres" and "postgresql" in self.packages):
                    lacking.append(f"the account {user}")
            if word.startswith("deploy/") and "*" not in word and not (ROOT / word).exists():
                lacking.append(word)
        if words[0] == "systemctl" and words[1] != "daemon-reload":
            lacking += [f"the unit {name}" for name in self._no_units(words)]
        self._note(words)
        for word in words[1:]:
            path = word.partition("@")[0] if "://" in word else word.rstrip("/")
            if path.startswith("/") and "://" not in word and " " not in word and not self.has(path):
                lacking.append(path)
        return lacking

    def _no_units(self, words: list[str]) -> list[str]:
        missing = []
        for word in words[2:]:
            if word.startswith("-"):
                continue
            file, _at, instance = word.partition("@")
            name = f"{file}@.{instance.partition('.')[2]}" if instance else word
            if OTHERS_UNITS.get(word, "-") in self.packages:
                continue
            if not self.units or not (DEPLOY / "systemd" / name).exists():
                missing.append(word)
        return missing

    def _note(self, words: list[str]) -> None:
        match words:
            case ["apt-get", "install", *packages]:
                self.packages |= set(packages)
            case ["adduser", *options, name]:
                self.users.add(name)
                self.folders |= {word for word in options if word.startswith("/")}
            case ["install", *rest] if "-d" in rest:
                self.folders |= {word for word in rest if word.startswith("/")}
            case ["install", *_options, source, target] if target.endswith("/"):
                self.made.add(target + source.rpartition("/")[2])
                self.units |= source == "deploy/systemd/*"
            case ["git", "clone", _address, target]:
                self.folders.add(target)
                self.folders |= {f"{target}/deploy/{path.name}" for path in DEPLOY.iterdir()}


def test_each_step_finds_what_it_names():
    world = World()
    wrong = [f"{step}: {missing}" for step in _steps() for missing in world.take(step)]
    assert wrong == []
    assert {"maarag", "maarag-witness"} <= world.users


@pytest.mark.parametrize(
    "late",
    [
        "apt-get install git",
        "adduser --system --group",
        "install -d -o root -g maarag",
        "install -m 0755 deploy/bin/maarag-admin",
        "install -m 0644 deploy/systemd/*",
        "git clone",
    ],
)
def test_a_step_out_of_order_would_be_seen(late: str):
    """The first of its kind is done last."""
    steps = _steps()
    moved = next(step for step in steps if step.startswith(late))
    steps.remove(moved)
    world = World()
    assert [missing for step in [*steps, moved] for missing in world.take(step)]


def test_a_program_or_a_file_that_is_not_there_would_be_seen():
    for wrong in ("sudo maarag doctor", "install -m 0644 deploy/nothing.conf /etc/", "cat /etc/maarag/x"):
        assert World().take(wrong), wrong


def test_what_the_units_need_is_made():
    """Files of settings, folders to write in and keys: each unit's are made by a step of the page."""
    world = World()
    made = set()
    for step in _steps():
        world.take(step)
        words = _words(step)
        made |= (
            {word for word in words if word.startswith("/")}
            if words[0] in ("install", "ssh-keygen")
            else set()
        )
        made |= {words[-1]} if ">" in words else set()
    for unit in (DEPLOY / "systemd").glob("*.service"):
        text = unit.read_text(encoding="utf-8")
        named = re.findall(r"^(?:EnvironmentFile|ReadWritePaths)=(/\S+)$", text, re.M)
        named += re.findall(r"(?<=[ =])(/etc/maarag/\S+)", text)
        assert named, unit.name
        for path in named:
            assert path in made, f"{unit.name}: nothing makes {path}"
        for name in re.findall(r"\$\{(\w+)\}", text):
            examples = "".join(
                (DEPLOY / f"{Path(file).name}.example").read_text("utf-8")
                for file in re.findall(r"^EnvironmentFile=(\S+)$", text, re.M)
            )
            assert re.search(rf"^{name}=", examples, re.M), f"{unit.name}: nothing sets {name}"


def test_every_timer_is_switched_on_and_every_unit_is_started():
    for unit in (DEPLOY / "systemd").iterdir():
        if unit.suffix == ".service" and unit.with_suffix(".timer").exists():
            continue
        name = re.escape(unit.name).replace("@", r"@\w+")
        assert re.search(rf"^systemctl enable --now .*\b{name}(\s|$)", OPERATIONS, re.M), unit.name


def test_one_version_of_postgresql_everywhere():
    files = [path for path in DEPLOY.rglob("*") if path.is_file()]
    texts = {path.name: path.read_text(encoding="utf-8") for path in files} | {"operations.md": OPERATIONS}
    for name, text in texts.items():
        for found in re.findall(r"/postgresql/(\d+)/|pg_ctlcluster (\d+)|postgresql-client-(\d+)", text):
            assert "".join(found) == VERSION, name


def test_variables_on_the_page_are_read_by_somebody():
    read = "".join(
        path.read_text(encoding="utf-8")
        for folder, kind in ((ROOT / "src", "*.py"), (DEPLOY, "*.service"))
        for path in folder.rglob(kind)
    )
    named = set(re.findall(r"\b(?:MAARAG_[A-Z_]+|[A-Z]+_URL)\b", OPERATIONS))
    assert {"MAARAG_ADMIN_URL", "MAARAG_WITNESS", "OWNER_URL"} <= named
    for name in named:
        assert name in read, f"nobody reads {name}"


def test_no_password_stands_in_a_command():
    for step in _steps():
        assert not re.search(r"password=|PASSWORD '", step), step


def test_signed_heads_leave_as_often_as_is_reckoned_with():
    timer = (DEPLOY / "systemd" / "maarag-seal.timer").read_text(encoding="utf-8")
    (minutes,) = re.findall(r"^OnCalendar=\*:0/(\d+)$", timer, re.M)
    security = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    reckoned = re.findall(r"some (\d+) minutes", security.split("## 5.")[1].split("## 6.")[0])
    assert set(reckoned) == {minutes}


def test_nginx_is_written_for_the_version_of_debian(tmp_path: Path):
    text = (DEPLOY / "nginx" / "maarag.conf").read_text(encoding="utf-8")
    assert not re.search(r"^\s*http2\s", text, re.M), "a directive of nginx 1.25.1; Debian 12 has 1.22"
    assert len(re.findall(r"^\s*listen .*443 ssl http2;$", text, re.M)) == 2
    (webroot,) = re.findall(r"acme-challenge/ \{ root (\S+); \}", text)
    assert f"certbot certonly --webroot -w {webroot} " in OPERATIONS
    if not shutil.which("nginx"):
        pytest.skip("nginx is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=maarag.example"]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    text = re.sub(r"/etc/letsencrypt/\S+fullchain.pem", str(certificate), text)
    text = re.sub(r"/etc/letsencrypt/\S+privkey.pem", str(key), text).replace("/var/log/nginx", str(tmp_path))
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid; events {{}} http {{ {text} }}")
    done = subprocess.run(["nginx", "-t", "-c", whole], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
