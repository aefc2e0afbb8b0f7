"""The shipped unit under the real systemd, seen by nothing else on this machine.

Needs systemd and namespaces: root on Linux. Tests skip where they cannot be had; JPKI_BOT_TEST_REQUIRE_SYSTEMD=1 makes that a failure.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.settings import read_settings
from tests.conftest import PROJECT

UNIT = PROJECT / "deploy" / "jpki-bot.service"
_SYSTEMD = "/lib/systemd/systemd"
_USER, _ID = "jpki-bot", 61_234
_TARGETS = ("sysinit", "basic", "shutdown", "network", "default")
_NAMESPACES = ("--pid", "--fork", "--kill-child", "--mount", "--uts", "--ipc", "--net", "--cgroup")
_WATCHDOG = 4
_ENOUGH, _COMES_UP = 60.0, 20.0
_CALL = """
import json, sys, urllib.request
path, body, session = json.loads(sys.argv[1])
data = None if body is None else json.dumps(body).encode()
headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {session}"} if session else {})
with urllib.request.urlopen(urllib.request.Request("http://127.0.0.1:5005" + path, data, headers), timeout=20) as answer:
    print(answer.read().decode())
"""


@dataclass
class Box:
    """`first` is systemd's process as this machine sees it."""

    first: int
    folder: Path

    def inside(self, *command: str) -> str:
        there = ["nsenter", "--target", str(self.first), "--all", "--root", "--wd", *command]
        return subprocess.run(there, capture_output=True, text=True, errors="replace", check=False, timeout=60).stdout.strip()

    def call(self, path: str, body: Any = None, session: str | None = None) -> Any:
        """The answer's JSON; None where the service does not answer."""
        there = ["nsenter", "--target", str(self.first), "--net", sys.executable, "-c", _CALL, json.dumps([path, body, session])]
        done = subprocess.run(there, capture_output=True, text=True, check=False, timeout=60)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def shown(self, name: str) -> str:
        """A property of the service."""
        return self.inside("systemctl", "show", "jpki-bot", "--value", "--property", name)

    def signal(self, name: str) -> None:
        """To the server alone, by its number inside."""
        self.inside("kill", f"-{name}", self.shown("MainPID"))

    def wait_until_ready(self) -> float:
        """Seconds until it answers."""
        began = time.monotonic()
        while time.monotonic() - began < _ENOUGH:
            if self.call("/ready") is not None:
                return time.monotonic() - began
            time.sleep(0.3)
        raise AssertionError(f"not ready: {self.shown('ActiveState')}\n{self.log()[-2000:]}")

    def log(self) -> str:
        return (self.folder / "share" / "service.log").read_text(encoding="utf-8", errors="replace")


@contextmanager
def booted(folder: Path) -> Iterator[Box]:
    """The service, started by systemd. Everything in the box ends with it."""
    _prepare(folder)
    with (folder / "boot.log").open("wb") as said:
        where = {"BOX": str(folder), "PROJECT": str(PROJECT), "PYTHON": sys.base_prefix}
        command = ["unshare", *_NAMESPACES, "sh", str(Path(__file__).with_name("boot_systemd.sh"))]
        process = subprocess.Popen(command, env={**os.environ, **where}, stdout=said, stderr=said)
    try:
        yield Box(_child_of(process), folder)
    finally:
        process.kill()
        process.wait(30)


def _prepare(folder: Path) -> None:
    units = folder / "share" / "units"
    changes = units / "jpki-bot.service.d"
    changes.mkdir(parents=True)
    (folder / "root").mkdir()
    for target in _TARGETS:
        (units / f"{target}.target").write_text("[Unit]\nDefaultDependencies=no\n", encoding="utf-8")
    shutil.copy(UNIT, units)
    (changes / "test.conf").write_text(_changes(), encoding="utf-8")
    models = read_settings().models
    if models.exists():
        shutil.copytree(models, folder / "models")
    else:
        (folder / "models").mkdir()
    for name, line in (("passwd", f"{_USER}:x:{_ID}:{_ID}::/nonexistent:/bin/false"), ("group", f"{_USER}:x:{_ID}:")):
        (folder / name).write_text(f"{Path('/etc', name).read_text(encoding='utf-8').rstrip()}\n{line}\n", encoding="utf-8")


def _changes() -> str:
    """The test's interpreter lies in root's own folder, which the unit rightly hides; and nobody waits a minute for the watchdog."""
    command = next(line for line in UNIT.read_text(encoding="utf-8").splitlines() if line.startswith("ExecStart="))
    arguments = command.split("/.venv/bin/jpki-bot ", 1)[1]
    packages = f"/opt/jpki-bot/{Path(next(p for p in sys.path if p.endswith('site-packages'))).relative_to(PROJECT)}"
    log = "append:/run/share/service.log"
    return (
        f"[Service]\nWatchdogSec={_WATCHDOG}\nExecStart=\nExecStart=/opt/python/bin/python3 -m bot.cli {arguments}\n"
        f"Environment=PYTHONPATH={packages} LD_LIBRARY_PATH=/opt/python/lib\nStandardOutput={log}\nStandardError={log}\n"
    )


def _child_of(process: subprocess.Popen[bytes]) -> int:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    for _ in range(100):
        if found := children.read_text().split():
            return int(found[0])
        time.sleep(0.05)
    raise AssertionError("no namespaces")


def boots() -> bool:
    """Whether systemd comes up here at all, whatever becomes of the service."""
    with tempfile.TemporaryDirectory() as folder, booted(Path(folder)) as box:
        began = time.monotonic()
        while time.monotonic() - began < _COMES_UP:
            if box.shown("Id") == UNIT.name:
                return True
            time.sleep(0.3)
    return False


def require_systemd() -> None:
    """Skips, with the reason, where the real systemd cannot be booted."""
    missing = [name for name in ("unshare", "nsenter", "ip") if shutil.which(name) is None]
    reason = f"{', '.join(missing)} missing" if missing else None
    if reason is None and not Path(_SYSTEMD).exists():
        reason = "systemd is not installed"
    if reason is None and subprocess.run(["unshare", *_NAMESPACES, "true"], capture_output=True, check=False).returncode:
        reason = "no namespaces here"
    if reason is None and not boots():
        reason = "systemd does not come up in namespaces here"
    if reason is None:
        return
    if os.environ.get("JPKI_BOT_TEST_REQUIRE_SYSTEMD") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


if __name__ == "__main__":
    # .ci/run asks whether the tests can be had on this machine.
    sys.exit(not boots())
