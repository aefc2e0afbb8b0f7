"""What a service manager hears, without one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.engine.supervisor import Supervisor
from tests.conftest import server


@contextmanager
def _manager(address: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(address.replace("@", "\0", 1) if address.startswith("@") else address)
        listening.settimeout(20)
        yield listening


@pytest.mark.usefixtures("model")
def test_a_server_says_that_it_answers_then_that_it_lives_then_that_it_stops(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with _manager(address) as manager:
        with server(tmp_path, NOTIFY_SOCKET=address):
            assert [manager.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]
        found = manager.recv(100)
        while found == b"WATCHDOG=1":
            found = manager.recv(100)
        assert found == b"STOPPING=1"


def test_an_abstract_name_is_found_and_a_deaf_manager_does_no_harm(tmp_path: Path) -> None:
    with _manager(f"@jpki-bot-{tmp_path.name}-{id(tmp_path)}") as manager:
        Supervisor(f"@jpki-bot-{tmp_path.name}-{id(tmp_path)}").alive()
        assert manager.recv(100) == b"WATCHDOG=1"
    Supervisor(str(tmp_path / "nobody")).alive()
    Supervisor(None).ready()
