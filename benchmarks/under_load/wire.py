"""HTTP as cheaply as a client can speak it: what measures must cost far less than what is measured."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter

NO_ANSWER = 0
"""Stands for the status where the connection broke or the answer did not come in time."""
_PATIENCE = 30.0
_LONGEST_HEAD = 65_536


@dataclass(frozen=True)
class Reply:
    """`retry_after` is None where the server named no time."""

    status: int
    milliseconds: float
    body: bytes = b""
    retry_after: float | None = None


def home(number: int) -> str:
    """A loopback address that stands for one household: the server limits each on its own."""
    return f"127.{1 + number // 62_500 % 250}.{number // 250 % 250}.{1 + number % 250}"


def request(method: str, path: str, token: str = "", body: Mapping[str, str] | None = None) -> bytes:
    content = json.dumps(body, ensure_ascii=False).encode() if body is not None else b""
    head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(content)}"]
    if content:
        head.append("Content-Type: application/json")
    if token:
        head.append(f"Authorization: Bearer {token}")
    return "\r\n".join([*head, "", ""]).encode() + content


def opening() -> bytes:
    return request("POST", "/api/session")


def message(token: str, text: str, municipality: str | None, own_id: str) -> bytes:
    """As the widget sends it."""
    body = {"text": text, "id": own_id} | ({"municipality": municipality} if municipality else {})
    return request("POST", "/api/messages", token, body)


class Line:
    """One kept connection from one home. Where the server closed it meanwhile it is opened anew, as browsers do."""

    def __init__(self, port: int, source: str) -> None:
        self._port, self._source = port, source
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._late = False

    async def ask(self, content: bytes) -> Reply:
        """Never raises: no answer is an answer to count."""
        begun = perf_counter()
        kept = self._is_open()
        reply = await self._tried(content, begun)
        if reply.status == NO_ANSWER and kept and not self._late:
            reply = await self._tried(content, begun)
        return reply

    def close(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()
        self._reader = self._writer = None

    def _is_open(self) -> bool:
        return self._reader is not None and self._writer is not None and not self._reader.at_eof() and not self._writer.is_closing()

    async def _tried(self, content: bytes, begun: float) -> Reply:
        self._late = False
        alarm = asyncio.get_running_loop().call_later(_PATIENCE, self._too_late)
        try:
            status, retry_after, body = await self._exchange(content)
        except (OSError, EOFError, ValueError, IndexError, asyncio.LimitOverrunError):
            self.close()
            return Reply(NO_ANSWER, _since(begun))
        finally:
            alarm.cancel()
        return Reply(status, _since(begun), body, retry_after)

    def _too_late(self) -> None:
        self._late = True
        self.close()

    async def _exchange(self, content: bytes) -> tuple[int, float | None, bytes]:
        if not self._is_open():
            self.close()
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, local_addr=(self._source, 0), limit=_LONGEST_HEAD)
        reader, writer = self._reader, self._writer
        if reader is None or writer is None:
            raise EOFError
        writer.write(content)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection", "").lower() == "close":
            self.close()
        wait = headers.get("retry-after")
        return int(lines[0].split(" ")[1]), float(wait) if wait else None, body


def _since(begun: float) -> float:
    return 1000 * (perf_counter() - begun)
