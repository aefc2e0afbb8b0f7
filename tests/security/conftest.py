"""Real servers on loopback that are asked by raw sockets: one with every channel on, one as it comes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import httpx
import pytest
from sanic import Sanic

from bot.channels.password import PasswordHash
from bot.serving import serve
from bot.settings import read_settings
from tests.conftest import free_port, server
from tests.fakes.line_api import TOKEN as LINE_TOKEN
from tests.fakes.line_webhook import SECRET as LINE_SECRET
from tests.fakes.telegram_api import TOKEN as TELEGRAM_TOKEN

CITY = "https://www.city.example.jp"
SALT = hashlib.sha256(b"the salt of these tests").digest()[:16]
PASSWORD = "security-tests-2026"
HASH = PasswordHash(2**14, 8, 1, SALT, hashlib.scrypt(PASSWORD.encode(), salt=SALT, n=2**14, r=8, p=1, dklen=32))


def every_channel() -> dict[str, str]:
    """The settings with which every route is there; the platforms' own servers are not reachable."""
    nobody = f"http://127.0.0.1:{free_port()}"
    return {
        "JPKI_BOT_STAFF_PASSWORD_HASH": str(HASH),
        "JPKI_BOT_LINE_SECRET": LINE_SECRET,
        "JPKI_BOT_LINE_TOKEN": LINE_TOKEN,
        "JPKI_BOT_LINE_API": nobody,
        "JPKI_BOT_TELEGRAM_TOKEN": TELEGRAM_TOKEN,
        "JPKI_BOT_TELEGRAM_WEBHOOK": "https://bot.example.jp",
        "JPKI_BOT_TELEGRAM_API": nobody,
        "JPKI_BOT_PUBLIC_URL": "https://bot.example.jp",
        "JPKI_BOT_ORIGINS": f"{CITY},https://other.example.jp:8443",
    }


@dataclass(frozen=True)
class Running:
    """A started server. `log` holds all that it has printed."""

    client: httpx.Client
    port: int
    log: Path


@contextmanager
def running(folder: Path, **env: str) -> Iterator[Running]:
    port = free_port()
    with server(folder, port=port, **env) as (client, _):
        yield Running(client, port, folder / "server.log")


@pytest.fixture(scope="package")
def full(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Iterator[Running]:
    """Every channel is on, and nothing is limited."""
    with running(tmp_path_factory.mktemp("full"), JPKI_BOT_LIMITS="off", **every_channel()) as started:
        yield started


@pytest.fixture(scope="package")
def plain(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Iterator[Running]:
    """As `jpki-bot run` comes, limits and all."""
    with running(tmp_path_factory.mktemp("plain")) as started:
        yield started


@pytest.fixture
def assembled(tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sanic]:
    """What `run` would serve with every channel on, without being run: its routes can be looked at."""
    for name, value in every_channel().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("JPKI_BOT_STATE", str(tmp_path / "state"))
    made: list[Sanic] = []
    with ExitStack() as patches:
        patches.enter_context(mock.patch.object(Sanic, "test_mode", True))
        patches.enter_context(mock.patch.object(Sanic, "run", lambda self, **_: made.append(self)))
        serve(read_settings(), "127.0.0.1", free_port(), lambda _: None)
        yield made[0]
