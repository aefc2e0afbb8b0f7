"""The LINE channel: POST /line/webhook says 200 once the events lie in the inbox; the answers follow by LINE's API."""

from __future__ import annotations

import asyncio
import logging
from asyncio import AbstractEventLoop
from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic, time

from sanic import Blueprint, HTTPResponse, Request, Sanic
from sanic.response import empty
from sanic.response import json as json_response

from bot.channels.inbox import Inbox, InboxError
from bot.channels.line_client import LineClient, Outcome
from bot.channels.line_delivery import Delivery
from bot.channels.line_events import Event, EventsError, is_signed, read_events
from bot.channels.line_keeping import CHANNEL, kept, restored
from bot.channels.line_talk import LineTalk
from bot.channels.queues import Queues
from bot.channels.session import Sessions
from bot.language.private_data import Masked
from bot.logs import what_failed

_log = logging.getLogger(__name__)
_LARGEST_BODY = 1_000_000
"""Above what the rest of the server takes: one delivery may hold many events, each with a text of 5,000 characters."""
_FAREWELL_SECONDS = 10.0
_PAUSE_SECONDS = 2.0


class LineDesk:
    """Takes events in and has each answered once, in order within a chat. `mask` blanks what must not come to rest."""

    def __init__(self, talk: LineTalk, delivery: Delivery, sessions: Sessions, inbox: Inbox, mask: Callable[[str], Masked]) -> None:
        self._talk, self._delivery, self._sessions, self._inbox, self._mask = talk, delivery, sessions, inbox, mask
        self._queues = Queues()
        self._is_open = False
        self._opening: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """What an earlier process left comes first. Where the inbox cannot be read now, that is tried again and nothing taken in."""
        if not await self._opened():
            self._opening = asyncio.create_task(self._insist())

    async def accept(self, events: Sequence[Event]) -> bool:
        """False when LINE had better deliver these again later: so much waits, or the inbox cannot be written."""
        if not self._is_open or not self._queues.has_room_for(len(events)):
            return False
        # A caller that hangs up must not part what is written from what is then answered.
        return await asyncio.shield(asyncio.ensure_future(self._take(events)))

    def waiting(self) -> int:
        """How many events are not answered yet."""
        return len(self._queues)

    async def close(self) -> None:
        """What is not answered in time lies in the inbox for the next process."""
        if self._opening is not None:
            self._opening.cancel()
        await self._queues.drained(_FAREWELL_SECONDS)

    async def _insist(self) -> None:
        while not await self._opened():
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _opened(self) -> bool:
        try:
            left = await self._inbox.waiting(CHANNEL)
        except InboxError:
            return False
        for arrival in left:
            try:
                self._put(restored(arrival, time(), monotonic()))
            except TypeError as error:
                # An earlier version wrote it.
                _log.error("LINE: 受信箱に残っていたものを読めませんでした", extra=what_failed(error))
                await self._inbox.done(CHANNEL, arrival.names[0])
        self._is_open = True
        return True

    async def _take(self, events: Sequence[Event]) -> bool:
        now, clock = time(), monotonic()
        try:
            new = await self._inbox.take([kept(event, self._mask, clock - event.received, now, not self._delivery.pushes) for event in events])
        except InboxError:
            return False
        for event, is_new in zip(events, new, strict=True):
            if is_new:
                self._put(event)
        return True

    def _put(self, event: Event) -> None:
        conversation = self._sessions.conversation_of(CHANNEL, event.chat)
        self._queues.put(conversation, event.at, partial(self._handle, event, conversation))

    async def _handle(self, event: Event, conversation: str) -> None:
        await self._answer(event, conversation)
        await self._inbox.done(CHANNEL, event.id)

    async def _answer(self, event: Event, conversation: str) -> None:
        if event.kind in ("message", "postback") and event.private and not self._delivery.can_reach(event):
            self._delivery.drop(Outcome.UNSENT)
            return
        try:
            messages = await self._talk.messages(event, conversation, self._sessions.message(event.id))
        except Exception as error:
            _log.error("LINE: 答えを作れませんでした", extra=what_failed(error))
            messages = self._talk.trouble()
        if messages:
            await self._delivery.deliver(event, messages)


def line_channel(desk: LineDesk, client: LineClient, secret: str) -> Blueprint:
    """`secret` is the channel secret that LINE signs with."""
    blueprint = Blueprint(CHANNEL, url_prefix="/line")

    # A streaming handler sets its own limit of size.
    @blueprint.post("/webhook", stream=True)
    async def webhook(request: Request) -> HTTPResponse:
        received = monotonic()
        body = await _body(request)
        if not is_signed(body, request.headers.get("x-line-signature") or "", secret):
            return json_response({"error": "x-line-signature が合いません"}, status=403, ensure_ascii=False)
        return empty(200) if await desk.accept(read_events(body, received)) else empty(503)

    @blueprint.exception(EventsError)
    async def unreadable(_: Request, error: EventsError) -> HTTPResponse:
        return json_response({"error": str(error)}, status=400, ensure_ascii=False)

    @blueprint.listener("before_server_start")
    async def start(_: Sanic, __: AbstractEventLoop) -> None:
        await desk.open()

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
