"""Clients that hold a connection and hardly send: each is cut off in bounded time, and nobody else notices."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from sanic import Sanic

from bot.channels.connections import _MOST_LEAVING, OF_CLIENT, Connections
from bot.channels.protocol import _TURNED_AWAY, BoundedProtocol
from tests.security.conftest import Running
from tests.security.raw import connected, head, read_reply

_LONGEST = 40.0
"""Seconds after which each must have been cut off: 20 for a request, and the time between two looks."""


@dataclass(frozen=True)
class Trickle:
    """`begin` at once, then `more` every two seconds."""

    begin: bytes
    more: bytes
    status: int


_TRICKLES = {
    "nothing at all": Trickle(b"", b"", 0),
    "half a line and silence": Trickle(b"GET / HT", b"", 408),
    "a head byte by byte": Trickle(head("GET / HTTP/1.1")[:-2] + b"X: ", b"a", 408),
    "a head field by field": Trickle(head("GET / HTTP/1.1")[:-2], b"A: b\r\n", 408),
    "a body byte by byte": Trickle(head("POST /api/messages HTTP/1.1", "Content-Length: 1000"), b"a", 408),
    "a body to nowhere": Trickle(head("POST /nowhere HTTP/1.1", "Content-Length: 1000"), b"a", 404),
    "a body for a webhook": Trickle(head("POST /line/webhook HTTP/1.1", "Content-Length: 900000"), b"a", 408),
    "a body after a reply": Trickle(head("GET /health HTTP/1.1", "Content-Length: 1000"), b"a", 200),
    "a body with an upgrade": Trickle(head("POST /api/messages HTTP/1.1", "Content-Length: 1000", "Connection: upgrade", "Upgrade: websocket"), b"a", 408),
}


def _held(port: int, trickle: Trickle) -> tuple[float, int]:
    """(how long the server put up with it, what it said in the end)."""
    began, received = time.monotonic(), b""
    with connected(port, patience=2) as connection:
        connection.sendall(trickle.begin)
        while time.monotonic() - began < _LONGEST + 10:
            try:
                part = connection.recv(4_096)
                if not part:
                    break
                received += part
            except TimeoutError:
                try:
                    connection.sendall(trickle.more)
                except OSError:
                    break
            except OSError:
                break
    return time.monotonic() - began, int(received.split(b" ", 2)[1]) if received else 0


@pytest.fixture(scope="module")
def held(full: Running) -> dict[str, tuple[float, int]]:
    """All at the same time, while somebody else asks."""
    with ThreadPoolExecutor(len(_TRICKLES)) as together:
        waiting = {name: together.submit(_held, full.port, trickle) for name, trickle in _TRICKLES.items()}
        while not all(each.done() for each in waiting.values()):
            assert full.client.get("/health").status_code == 200
            time.sleep(0.5)
        return {name: each.result() for name, each in waiting.items()}


@pytest.mark.parametrize("name", _TRICKLES)
def test_a_slow_request_is_cut_off(held: dict[str, tuple[float, int]], name: str) -> None:
    seconds, status = held[name]
    assert seconds < _LONGEST and status == _TRICKLES[name].status


def test_a_slow_request_is_no_error_of_the_server(held: dict[str, tuple[float, int]], full: Running) -> None:
    assert "Traceback" not in full.log.read_text() and "uncaught" not in full.log.read_text()


def test_idle_connections_of_one_client_give_way_to_its_new_ones(plain: Running) -> None:
    """Also to those of the same client: whoever watches from the same address still gets an answer."""
    idle = [connected(plain.port, "127.0.0.2") for _ in range(OF_CLIENT + 20)]
    try:
        with connected(plain.port, "127.0.0.2") as last:
            last.sendall(head("GET /health HTTP/1.1"))
            assert read_reply(last).status == 200
        time.sleep(0.2)
        assert 20 <= sum(_is_closed(each) for each in idle) <= 22
        assert plain.client.get("/health").status_code == 200
    finally:
        for each in idle:
            each.close()


def test_another_client_is_not_counted_with_them(plain: Running) -> None:
    mine = connected(plain.port, "127.0.0.3")
    others = [connected(plain.port, "127.0.0.4") for _ in range(OF_CLIENT + 5)]
    try:
        mine.sendall(head("GET /health HTTP/1.1"))
        assert read_reply(mine).status == 200
    finally:
        for each in (mine, *others):
            each.close()


def _is_closed(connection: socket.socket) -> bool:
    connection.settimeout(0.01)
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


class _Held:
    def __init__(self, waits: bool) -> None:
        self.waits, self.ended = waits, False

    def is_waiting(self) -> bool:
        return self.waits

    def give_way(self) -> None:
        self.ended = True


def test_the_connection_open_longest_gives_way_and_one_that_is_answered_does_not() -> None:
    connections = Connections(of_client=3, most=100)
    busy, first, second, new = (_Held(waits) for waits in (False, True, True, True))
    assert all(connections.add(each, "a") for each in (busy, first, second, new))
    assert (busy.ended, first.ended, second.ended) == (False, True, False) and len(connections) == 3


def test_where_all_are_being_answered_a_new_one_is_turned_away() -> None:
    connections = Connections(of_client=2, most=3)
    assert all(connections.add(_Held(False), "a") for _ in range(2)) and not connections.add(_Held(True), "a")
    last = _Held(False)
    assert connections.add(last, "b") and not connections.add(_Held(True), "c"), "all clients together"
    connections.discard(last)
    assert connections.add(_Held(True), "c")


def test_behind_a_proxy_its_connections_are_counted_together_only() -> None:
    connections = Connections(of_client=None, most=5)
    held = [_Held(True) for _ in range(6)]
    assert all(connections.add(each, "proxy") for each in held) and held[0].ended and not held[1].ended


@pytest.mark.parametrize(("leaving", "read"), [(0, _TURNED_AWAY), (_MOST_LEAVING, None)])
async def test_who_is_turned_away_reads_why_although_the_request_is_on_its_way(leaving: int, read: bytes | None) -> None:
    """As long as there are few of them: in a flood of connections the others are closed at once."""
    loop, app = asyncio.get_running_loop(), Sanic(f"turned_away_{leaving}", configure_logging=False)
    app.ctx.connections = connections = Connections(of_client=None, most=1)
    connections.add(_Held(False), "")
    assert all(connections.may_leave(_Held(False)) for _ in range(leaving))
    server = await loop.create_server(lambda: BoundedProtocol(loop=loop, app=app), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    writer.write(head("POST /api/messages HTTP/1.1", "Content-Length: 60000") + b"x" * 60_000)
    if read is not None:
        assert await reader.read() == read
    await asyncio.wait_for(_until(lambda: len(connections._leaving) == leaving), 5)
    writer.close()
    server.close()


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0.02)
