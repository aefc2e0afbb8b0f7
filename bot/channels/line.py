"""The LINE channel: POST /line/webhook takes events and says 200 at once; the answers follow by LINE's API."""

from __future__ import annotations

import logging
from asyncio import AbstractEventLoop
from collections.abc import Sequence
from functools import partial
from time import monotonic

from sanic import Blueprint, HTTPResponse, Request, Sanic
from sanic.response import empty
from sanic.response import json as json_response

from bot.channels.line_client import LineClient, Outcome
from bot.channels.line_delivery import Delivery
from bot.channels.line_events import Event, EventsError, is_signed, read_events
from bot.channels.line_talk import LineTalk
from bot.channels.queues import Queues
from bot.channels.seen import Seen
from bot.channels.session import Sessions
from bot.logs import what_failed

_log = logging.getLogger(__name__)
_PLATFORM = "line"
_LARGEST_BODY = 1_000_000
"""Above what the rest of the server takes: one delivery may hold many events, each with a text of 5,000 characters."""
_FAREWELL_SECONDS = 10.0
_MOST_REMEMBERED = 20_000


class LineDesk:
    """Takes events in and has each answered once, in order within a chat."""

    def __init__(self, talk: LineTalk, delivery: Delivery, sessions: Sessions) -> None:
        self._talk, self._delivery, self._sessions = talk, delivery, sessions
        self._queues, self._seen = Queues(), Seen(_MOST_REMEMBERED)

    def accept(self, events: Sequence[Event]) -> bool:
        """False when so much waits that LINE had better deliver these again later."""
        if not self._queues.has_room_for(len(events)):
            return False
        for event in events:
            if self._is_to_answer(event):
                conversation = self._sessions.conversation_of(_PLATFORM, event.chat)
                self._queues.put(conversation, event.at, partial(self._answer, event, conversation))
        return True

    def waiting(self) -> int:
        """How many events are not answered yet."""
        return len(self._queues)

    def _is_to_answer(self, event: Event) -> bool:
        """Each delivery once, and pictures sent together as one."""
        return self._seen.is_new(event.id) and (event.album is None or self._seen.is_new(("album", event.album)))

    async def close(self) -> None:
        await self._queues.drained(_FAREWELL_SECONDS)

    async def _answer(self, event: Event, conversation: str) -> None:
        if event.kind in ("message", "postback") and event.private and not self._delivery.can_reach(event):
            self._delivery.drop(Outcome.UNSENT)
            return
        try:
            messages = await self._talk.messages(event, conversation)
        except Exception as error:
            _log.error("LINE: 答えを作れませんでした", extra=what_failed(error))
            messages = self._talk.trouble()
        if messages:
            await self._delivery.deliver(event, messages)


def line_channel(desk: LineDesk, client: LineClient, secret: str) -> Blueprint:
    """`secret` is the channel secret that LINE signs with."""
    blueprint = Blueprint("line", url_prefix="/line")

    # A streaming handler sets its own limit of size.
    @blueprint.post("/webhook", stream=True)
    async def webhook(request: Request) -> HTTPResponse:
        received = monotonic()
        body = await _body(request)
        if not is_signed(body, request.headers.get("x-line-signature") or "", secret):
            return json_response({"error": "x-line-signature が合いません"}, status=403, ensure_ascii=False)
        return empty(200) if desk.accept(read_events(body, received)) else empty(503)

    @blueprint.exception(EventsError)
    async def unreadable(_: Request, error: EventsError) -> HTTPResponse:
        return json_response({"error": str(error)}, status=400, ensure_ascii=False)

    @blueprint.listener("before_server_stop")
    async def stop(_: Sanic, __: AbstractEventLoop) -> None:
        await desk.close()
        await client.close()

    return blueprint


async def _body(request: Request) -> bytes:
    request.stream.request_max_size = _LARGEST_BODY
    parts = []
    while (part := await request.stream.read()) is not None:
        parts.append(part)
    return b"".join(parts)
