"""A real server whose state lies on a small disk of its own, seen by nothing else: it can be filled and made read-only.

Needs a mount namespace: root on Linux. Tests skip where there is none; JPKI_BOT_TEST_REQUIRE_FAULTS=1 makes that a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.conftest import PROJECT, free_port

_KILOBYTES = 1500
_ENOUGH = 90.0


@dataclass
class SmallDisk:
    """`project` is the server's own copy of the content, which a test may break."""

    client: httpx.Client
    process: subprocess.Popen[bytes]
    state: Path
    project: Path
    log: Path

    def inside(self, *command: str) -> str:
        """Runs a command where the server's disk can be seen."""
        there = ["nsenter", "--mount", "--target", str(self.process.pid), *command]
        done = subprocess.run(there, capture_output=True, text=True, errors="replace", check=False)
        return done.stdout + done.stderr

    def fill(self) -> None:
        self.inside("dd", "if=/dev/zero", f"of={self.state}/fill", "bs=1k")

    def empty(self) -> None:
        self.inside("rm", "-f", f"{self.state}/fill")

    def lock(self) -> None:
        """A read-only disk in its place."""
        self._mount("mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(self.state))

    def unlock(self) -> None:
        self._mount("umount", str(self.state))

    def _mount(self, *command: str) -> None:
        said = self.inside(*command)
        assert not said, said

    def faults(self) -> set[str]:
        return {fault["name"] for fault in self.client.get("/health").json()["faults"]}

    def past(self) -> list[str]:
        return [fault["name"] for fault in self.client.get("/health").json()["past"]]

    def until(self, wanted: set[str]) -> None:
        """Waits until exactly these faults last."""
        end = time.monotonic() + _ENOUGH
        while (found := self.faults()) != wanted:
            assert time.monotonic() < end, f"{found}, and not {wanted}"
            time.sleep(0.2)


def require_namespace() -> None:
    """Skips, or fails where the environment must have it."""
    if sys.platform == "linux" and shutil.which("unshare") and shutil.which("nsenter"):
        made = subprocess.run(["unshare", "--mount", "sh", "-c", "mount -t tmpfs -o size=64k tmpfs /mnt"], capture_output=True, check=False)
        if made.returncode == 0:
            return
    reason = "no mount namespace can be made here (root on Linux is needed): a full and a read-only disk are not tried"
    if os.environ.get("JPKI_BOT_TEST_REQUIRE_FAULTS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def running(folder: Path, model: Path, **env: str) -> Iterator[SmallDisk]:
    """The server of `jpki-bot run`, ended by id."""
    project, state, port = folder / "project", folder / "state", free_port()
    for name in ("data", "rules"):
        shutil.copytree(PROJECT / name, project / name)
    shutil.copy(PROJECT / "config.yml", project)
    state.mkdir()
    log = folder / "server.log"
    mounted = f'mount -t tmpfs -o size={_KILOBYTES}k,mode=700 tmpfs "{state}" && exec "$@"'
    with log.open("ab") as output:
        process = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", mounted, "sh", sys.executable, "-m", "bot.cli", "run", "--port", str(port)],
            cwd=PROJECT,
            env={
                **os.environ,
                "JPKI_BOT_PROJECT": str(project),
                "JPKI_BOT_STATE": str(state),
                "JPKI_BOT_MODELS": str(model.parent),
                "JPKI_BOT_LIMITS": "off",
                "JPKI_BOT_LOG": "json",
                **env,
            },
            stdout=output,
            stderr=output,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            _wait_for_health(client, process)
            yield SmallDisk(client, process, state, project, log)
    finally:
        process.terminate()
        process.wait(30)


def _wait_for_health(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    for _ in range(480):
        assert process.poll() is None, f"the server ended with {process.returncode}"
        try:
            if client.get("/health").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.25)
    raise AssertionError("the server did not come up")
