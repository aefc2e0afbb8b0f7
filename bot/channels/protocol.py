"""Sanic's HTTP protocol with what it lacks: strict heads, an end to slow requests, and a bound on open connections.

Sanic 21.12 counts its time-outs from the last byte that came: a client that sends one every few seconds is never cut off.
"""

from __future__ import annotations

import json
from asyncio import Transport
from contextlib import suppress
from time import monotonic

from sanic.exceptions import RequestTimeout, SanicException
from sanic.http import Http, Stage
from sanic.server import HttpProtocol

from bot.channels.clients import client_name, is_this_machine
from bot.channels.connections import Connections
from bot.channels.request_head import LARGEST_HEAD, HeadError, check_head, too_large

_END_OF_HEAD = b"\r\n\r\n"
_HEAD_SECONDS, _REQUEST_SECONDS = 10.0, 20.0
_LEAVING_SECONDS = 0.5
_FULL = json.dumps({"error": "接続が多すぎます。少し待ってから、もう一度お試しください"}, ensure_ascii=False).encode()
_TURNED_AWAY = (
    b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 5\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n"
    b"Content-Security-Policy: default-src 'none'\r\nCache-Control: no-store\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(_FULL), _FULL)
)


class _StrictHttp(Http):
    """`began` is when the first byte of the request came."""

    __slots__ = ("__dict__",)

    def __init__(self, protocol: BoundedProtocol) -> None:
        super().__init__(protocol)
        self.began, self.request_body = monotonic(), None

    async def http1_request_header(self) -> None:
        self.began = monotonic()
        # Sanic builds its error reply with this, and fails where it is no URL.
        self.url = None
        while (end := self.recv_buffer.find(_END_OF_HEAD)) < 0 and len(self.recv_buffer) < LARGEST_HEAD:
            await self._receive_more()
        if not 0 <= end < LARGEST_HEAD:
            raise too_large()
        check_head(bytes(self.recv_buffer[:end]))
        try:
            await super().http1_request_header()
        except SanicException:
            raise
        except Exception as error:
            self.url = None
            raise HeadError(400, "要求が正しくありません") from error
        # There is no websocket here; Sanic lifts its time-outs from whoever asks for one.
        self.upgrade_websocket = False

    def is_receiving(self) -> bool:
        """The request has not come to its end yet: also where its answer is out already."""
        return self.stage is Stage.REQUEST or bool(self.request_body)

    def is_too_slow(self) -> bool:
        most = _HEAD_SECONDS if self.stage is Stage.REQUEST else _REQUEST_SECONDS
        return self.is_receiving() and monotonic() - self.began > most


class BoundedProtocol(HttpProtocol):
    """`app.ctx.connections` holds the open ones."""

    _http: _StrictHttp | None
    _time: float

    def connection_made(self, transport: Transport) -> None:
        self._http, peer = None, transport.get_extra_info("peername")
        if self._all.add(self, _counted(peer)):
            super().connection_made(transport)
            return
        self.recv_buffer = bytearray()
        self._turn_away(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._all.discard(self)
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """What comes while a request is answered does not put off the end of the answer; of one who is turned away nothing is read."""
        if self.transport is None:
            return
        before = self._time
        super().data_received(data)
        if self._http:
            self._time = before

    def check_timeouts(self) -> None:
        if self._task and self._http is not None and self._http.is_too_slow():
            self._http.exception = RequestTimeout("要求が届くのに時間がかかりすぎました")
            self._task.cancel()
            # Once more: after its reply Sanic still waits for the rest of the body.
            self.loop.call_later(1, self.check_timeouts)
            return
        super().check_timeouts()

    def is_waiting(self) -> bool:
        return self._http is None or self._http.stage is Stage.IDLE or self._http.is_receiving()

    def give_way(self) -> None:
        self.close(timeout=0)

    def _turn_away(self, transport: Transport) -> None:
        """Closed at once with the request unread, the connection would be reset, and the client never read why."""
        transport.write(_TURNED_AWAY)
        if self._all.may_leave(self):
            self.loop.call_later(_LEAVING_SECONDS, transport.abort)
            # It may be gone already.
            with suppress(OSError):
                transport.write_eof()
        else:
            transport.close()

    @property
    def _all(self) -> Connections:
        connections: Connections = self.app.ctx.connections
        return connections

    def _setup_connection(self) -> None:
        self._http = _StrictHttp(self)
        self._time = monotonic()
        self.check_timeouts()


def _counted(peer: object) -> str:
    """Whose connections are counted together; empty: nobody's."""
    client = client_name(str(peer[0])) if isinstance(peer, tuple) else ""
    return "" if is_this_machine(client) else client
