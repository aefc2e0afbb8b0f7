"""What tests share: the project's content, its trained model, and a bot with conversations in memory."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from bot.app import ensure_model, make_bot
from bot.content import load_content
from bot.dialogue.turn import Content
from bot.settings import read_settings

if TYPE_CHECKING:
    from bot.engine.bot import Bot

PROJECT = Path(__file__).resolve().parent.parent
TODAY = "2026-11-20T10:00:00+09:00"
os.environ["JPKI_BOT_NOW"] = TODAY

_BELOW_OUTGOING = range(20_000, 32_000)


@pytest.fixture(scope="session")
def project() -> Path:
    return PROJECT


@pytest.fixture(scope="session")
def content() -> Content:
    return load_content(PROJECT / "data")


@pytest.fixture(scope="session")
def model() -> Path:
    """The trained model; the first test run trains it."""
    settings = read_settings()
    ensure_model(settings, lambda text: print(text, file=sys.stderr))
    return settings.model


@pytest.fixture(scope="session")
def bot(model: Path) -> Bot:
    """Conversations in memory, today as in TODAY."""
    made: Bot = make_bot(read_settings(), None)
    return made


@pytest.fixture
def command() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs jpki-bot in a process of its own; `env` adds settings."""

    def run(*arguments: str, env: dict[str, str] | None = None, text: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot.cli", *arguments],
            cwd=PROJECT,
            env={**os.environ, **(env or {})},
            input=text,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


def free_port() -> int:
    """A port that is free on every address, and below those that the kernel gives to outgoing connections: one of
    these could have it before the server does."""
    for port in random.SystemRandom().sample(_BELOW_OUTGOING, 50):
        with closing(socket.socket()) as probe, suppress(OSError):
            probe.bind(("", port))
            return port
    raise AssertionError("none of fifty ports is free")


@contextmanager
def server(
    state: Path, *, port: int | None = None, program: Sequence[str] = ("-m", "bot.cli"), **env: str
) -> Iterator[tuple[httpx.Client, subprocess.Popen[bytes]]]:
    """A real `jpki-bot run` on a free port of loopback, or on `port`, ended by id. `program` is what Python runs."""
    port = port or free_port()
    with (state / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, *program, "run", "--port", str(port)],
            cwd=PROJECT,
            env={**os.environ, "JPKI_BOT_STATE": str(state), **env},
            stdout=log,
            stderr=log,
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
                _wait_until_ready(client, process)
                yield client, process
        finally:
            process.terminate()
            process.wait(30)


def _wait_until_ready(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        if process.poll() is not None:
            raise AssertionError(f"the server ended with {process.returncode}")
        try:
            if client.get("/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    raise AssertionError("the server did not become ready")


def json_lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]
