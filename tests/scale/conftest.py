"""One PostgreSQL, one Redis and one office of four processes behind nginx for all tests of this folder; each test leaves them running."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.channels.session import Sessions
from tests.scale.programs import BotProcess, Nginx, Postgres, Program, Redis


@pytest.fixture(scope="package")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    server.start()
    yield server
    server.end()


@pytest.fixture(scope="package")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    server = Redis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@dataclass
class Office:
    """`open` processes keep no limits and stand behind nginx; `strict` ones keep them. All four share their conversations."""

    open: list[BotProcess]
    strict: list[BotProcess]
    nginx: Nginx
    postgres: Postgres
    redis: Redis
    sessions: Sessions

    @property
    def processes(self) -> list[BotProcess]:
        return [*self.open, *self.strict]

    def ensure(self) -> None:
        programs: list[Program] = [self.postgres, self.redis, *self.processes, self.nginx]
        for program in programs:
            program.ensure()


@pytest.fixture(scope="package")
def whole_office(model: Path, postgres: Postgres, redis: Redis, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    (folder / "state").mkdir(mode=0o700)
    key = folder / "session-key"
    key.touch(mode=0o600)
    key.write_bytes(secrets.token_bytes(32))
    shared = {
        "JPKI_BOT_DATABASE": postgres.url,
        "JPKI_BOT_REDIS": redis.url,
        "JPKI_BOT_STATE": str(folder / "state"),
        "JPKI_BOT_SESSION_KEY_FILE": str(key),
        "JPKI_BOT_PROXIES": "1",
    }

    def process(name: str, limits: str) -> BotProcess:
        (folder / name).mkdir()
        return BotProcess(folder / name, shared, JPKI_BOT_LIMITS=limits)

    processes = [process("open1", "off"), process("open2", "off"), process("strict1", "on"), process("strict2", "on")]
    (folder / "nginx").mkdir()
    office = Office(processes[:2], processes[2:], Nginx(folder / "nginx", [each.port for each in processes[:2]]), postgres, redis, Sessions(key.read_bytes()))
    with ExitStack() as ended:
        for each in processes:
            ended.callback(each.stop)
            each.launch()
        for each in processes:
            each.wait()
        ended.callback(office.nginx.stop)
        office.nginx.start()
        yield office


@pytest.fixture
def office(whole_office: Office) -> Office:
    """Running, whatever the test before has left."""
    whole_office.ensure()
    return whole_office
