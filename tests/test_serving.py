"""How the server takes new connections."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import pytest
from sanic import Sanic

from bot.serving import _take_all_who_wait

_CLIENTS = 200


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    before = asyncio.get_event_loop_policy()
    server = Sanic("taking", configure_logging=False)
    _take_all_who_wait(server)
    made = asyncio.new_event_loop()
    yield made
    made.close()
    asyncio.set_event_loop_policy(before)


def test_all_new_connections_are_taken_within_a_few_turns_of_the_loop(loop: asyncio.AbstractEventLoop) -> None:
    """In a flood each turn takes long: one connection a turn would leave residents waiting until it ends."""
    taken = 0

    class Counting(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            nonlocal taken
            taken += 1

    server = loop.run_until_complete(loop.create_server(Counting, "127.0.0.1", 0, backlog=_CLIENTS))
    clients = [socket.create_connection(server.sockets[0].getsockname()) for _ in range(_CLIENTS)]
    try:
        for _ in range(6):
            loop.run_until_complete(asyncio.sleep(0))
        assert taken == _CLIENTS
    finally:
        for client in clients:
            client.close()
        server.close()
        loop.run_until_complete(server.wait_closed())
