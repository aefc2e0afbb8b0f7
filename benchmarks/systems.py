"""The two systems under measurement as processes on 127.0.0.1, and how each is spoken to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks.stock_project import write_endpoints
from benchmarks.stock_training import ENVIRONMENT, RASA

_JPKI_BOT = str(Path(sys.executable).with_name("jpki-bot"))
_FIRST = "電子証明書の更新に必要なものは何ですか"
_START_LIMIT = 300.0
_STOP_LIMIT = 20.0
_TAIL = 2000


class SystemFailed(Exception):
    """A system did not start or answer; the message ends with what it logged last."""


@dataclass(frozen=True)
class Call:
    """One turn as an HTTP request."""

    url: str
    headers: dict[str, str]
    body: dict[str, str]


class System(ABC):
    """`name` stands in the table; `folder` holds logs and whatever it keeps."""

    name: str

    def __init__(self, root: Path, folder: Path) -> None:
        self._root, self.folder = root, folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self.url = ""

    @abstractmethod
    def launch(self) -> None:
        """Starts its processes on free ports."""

    @abstractmethod
    def open(self, client: httpx.Client) -> str:
        """A new conversation."""

    @abstractmethod
    def call(self, conversation: str, text: str) -> Call:
        """The request of one turn."""

    @abstractmethod
    def answered(self, body: Any) -> bool:
        """Whether the response says anything to the user."""

    def start(self) -> float:
        """Seconds from launch to the first answer. Raises SystemFailed."""
        begun = time.monotonic()
        self.launch()
        with httpx.Client(timeout=60) as client:
            while not self._answers(client):
                if time.monotonic() - begun > _START_LIMIT or any(p.poll() is not None for p in self._processes):
                    self.stop()
                    raise SystemFailed(f"{self.name}: no answer\n{self._logged()}")
                time.sleep(0.05)
        return time.monotonic() - begun

    def stop(self) -> None:
        for process in self._processes:
            process.send_signal(signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(_STOP_LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()

    def resident(self) -> float:
        """Megabytes in memory over all its processes and their children."""
        return sum(_resident(pid) for process in self._processes for pid in _family(process.pid)) / 1e6

    def _run(self, command: list[str], **environment: str) -> None:
        with (self.folder / f"{len(self._processes)}.log").open("wb") as log:
            surroundings = {**os.environ, **ENVIRONMENT, **environment}
            started = subprocess.Popen(command, cwd=self.folder, env=surroundings, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._processes.append(started)

    def _answers(self, client: httpx.Client) -> bool:
        try:
            call = self.call(self.open(client), _FIRST)
            response = client.post(call.url, headers=call.headers, json=call.body)
            return response.status_code == 200 and self.answered(response.json())
        except httpx.TransportError:
            return False

    def _logged(self) -> str:
        return "\n".join(path.read_text(encoding="utf-8", errors="replace")[-_TAIL:] for path in sorted(self.folder.glob("*.log")))


class Ours(System):
    """One process, with its conversations in SQLite as in operation."""

    name = "jpki-bot"

    def launch(self) -> None:
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._run([_JPKI_BOT, "run", "--host", "127.0.0.1", "--port", str(port)], **self.environment())

    def environment(self) -> dict[str, str]:
        folder = self.folder.resolve()
        places = {"JPKI_BOT_MODELS": str(folder / "models"), "JPKI_BOT_STATE": str(folder / "state")}
        return {"JPKI_BOT_PROJECT": str(self._root), "JPKI_BOT_LIMITS": "off", **places}

    def open(self, client: httpx.Client) -> str:
        return str(client.post(f"{self.url}/api/session").raise_for_status().json()["session"])

    def call(self, conversation: str, text: str) -> Call:
        return Call(f"{self.url}/api/messages", {"Authorization": f"Bearer {conversation}"}, {"text": text})

    def answered(self, body: Any) -> bool:
        return isinstance(body, dict) and bool(body.get("text"))


class Stock(System):
    """`rasa run` and `rasa run actions` with the same actions; conversations in memory, Rasa's default."""

    name = "stock Rasa"

    def launch(self) -> None:
        port, action_port = _free_port(), _free_port()
        self.url = f"http://127.0.0.1:{port}"
        write_endpoints(self.folder, action_port)
        actions = [RASA, "run", "actions", "--actions", "actions", "--port", str(action_port)]
        self._run(actions, SANIC_HOST="127.0.0.1", JPKI_BOT_PROJECT=str(self._root))
        self._run([RASA, "run", "--interface", "127.0.0.1", "--port", str(port), "--model", "models/stock.tar.gz"])

    def open(self, client: httpx.Client) -> str:
        return uuid.uuid4().hex

    def call(self, conversation: str, text: str) -> Call:
        return Call(f"{self.url}/webhooks/rest/webhook", {}, {"sender": conversation, "message": text})

    def answered(self, body: Any) -> bool:
        return isinstance(body, list) and any(message.get("text") or message.get("custom") for message in body)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _family(pid: int) -> list[int]:
    """The process and its descendants."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents.setdefault(int(path.read_text().rpartition(")")[2].split()[1]), []).append(int(path.parent.name))
        except OSError:
            continue
    family = [pid]
    for member in family:
        family += parents.get(member, [])
    return family


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
