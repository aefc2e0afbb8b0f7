"""How an answer gets to its user: by the reply token while it lives, else by push where that is allowed."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from time import monotonic

from bot.channels.inbox import InboxError
from bot.channels.line_client import LineClient, Outcome
from bot.channels.line_events import Event
from bot.channels.line_messages import Message

_log = logging.getLogger(__name__)
_TOKEN_LIFE = 50.0
"""LINE promises a minute from the webhook; the rest is the way there."""
_PUSH_PATIENCE = 120.0
_REASONS = {
    Outcome.REFUSED: "LINEが断った",
    Outcome.UNSENT: "間に合わなかった",
    Outcome.UNSURE: "届いたか分からない",
}


class Delivery:
    """`push`: whether a late answer may be sent outside the reply, which LINE counts and may charge for.

    A reply token works once and a push with the key of an earlier one is refused: what a process sent before it was killed
    is not shown again. `trying` is told before a reply of which that could otherwise not be known.
    """

    def __init__(self, client: LineClient, push: bool, trying: Callable[[str], Awaitable[None]], clock: Callable[[], float] = monotonic) -> None:
        self._client, self._push, self._trying, self._clock = client, push, trying, clock
        self._dropped = 0

    @property
    def pushes(self) -> bool:
        return self._push

    def can_reach(self, event: Event) -> bool:
        """Whether an answer made now could be sent at all."""
        return self._lives(event) or self._may_push(event)

    async def deliver(self, event: Event, messages: Sequence[Message]) -> None:
        """At most once: what may have arrived is not sent again. What cannot be sent is dropped and counted."""
        outcome = Outcome.UNSENT
        if event.reply_token and self._lives(event):
            if self._push and not event.tried:
                await self._note(event)
            outcome = await self._client.reply(event.reply_token, messages, event.received + _TOKEN_LIFE, event.again and event.tried)
        if outcome in (Outcome.UNSENT, Outcome.REFUSED) and self._may_push(event):
            outcome = await self._client.push(event.chat, messages, self._clock() + _PUSH_PATIENCE, event.id)
        if outcome is not Outcome.ACCEPTED:
            self.drop(outcome)

    async def _note(self, event: Event) -> None:
        """An inbox that cannot be written must not cost the answer."""
        with suppress(InboxError):
            await self._trying(event.id)

    def drop(self, outcome: Outcome) -> None:
        """Counts an answer that is given up; neither its words nor its user reach the log."""
        self._dropped += 1
        _log.warning("LINE: 答えを送れませんでした（%s）。起動してから%d件", _REASONS[outcome], self._dropped)

    def _lives(self, event: Event) -> bool:
        return event.reply_token is not None and self._clock() < event.received + _TOKEN_LIFE

    def _may_push(self, event: Event) -> bool:
        """Not where a reply may have been sent before a restart."""
        return self._push and event.private and not event.redelivered and not event.tried
