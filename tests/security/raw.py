"""Requests byte by byte, as no library would send them."""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True)
class Reply:
    """`status` 0: the connection ended without one. `ended`: the server closed it after the reply."""

    status: int
    headers: dict[str, str]
    body: bytes
    ended: bool


def connected(port: int, source: str = "127.0.0.1", patience: float = 10) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=patience, source_address=(source, 0))


def ask(port: int, request: bytes, patience: float = 10) -> Reply:
    """Sends `request` as it is and reads one reply."""
    with connected(port, patience=patience) as connection:
        with suppress(OSError):
            connection.sendall(request)
        return read_reply(connection)


def read_reply(connection: socket.socket, *, waits: bool = True) -> Reply:
    """`waits` for a moment whether the server ends the connection."""
    received, ended = b"", False
    while not ended and not _is_whole(received):
        try:
            part = connection.recv(65_536)
        except OSError:
            break
        ended, received = not part, received + part
    if waits and not ended:
        ended = _ends_now(connection)
    return _read(received, ended)


def _ends_now(connection: socket.socket) -> bool:
    patience = connection.gettimeout()
    connection.settimeout(0.5)
    try:
        return connection.recv(1) == b""
    except OSError:
        return False
    finally:
        connection.settimeout(patience)


def head(first: str, *fields: str, host: str = "bot.example.jp") -> bytes:
    return "\r\n".join([first, f"Host: {host}", *fields, "", ""]).encode("latin-1")


def _is_whole(received: bytes) -> bool:
    before, empty, after = received.partition(b"\r\n\r\n")
    return bool(empty) and len(after) >= int(_fields(before).get("content-length", "0"))


def _read(received: bytes, ended: bool) -> Reply:
    if not received:
        return Reply(0, {}, b"", ended)
    before, _, body = received.partition(b"\r\n\r\n")
    return Reply(int(before.split(b" ", 2)[1]), _fields(before), body, ended)


def _fields(before: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in before.decode("latin-1").split("\r\n")[1:])
    return {name.lower(): value.strip() for name, _, value in pairs}
