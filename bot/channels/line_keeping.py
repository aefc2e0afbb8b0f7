"""An event of LINE as it lies in the inbox, and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace

from bot.channels.inbox import Arrival
from bot.channels.line_events import Event

CHANNEL = "line"
_ALBUM = "album"


def kept(event: Event, mask: Callable[[str], str], age: float, now: float, tried: bool) -> Arrival:
    """`age` is how many seconds ago the event came; `now` is in seconds since 1970, since a restarted process counts anew."""
    body = asdict(replace(event, text=mask(event.text) if event.text else event.text, received=now - age))
    album = [f"{_ALBUM} {event.album}"] if event.album else []
    return Arrival(CHANNEL, (event.id, *album), body, tried)


def restored(arrival: Arrival, now: float, clock: float) -> Event:
    """`clock` is what the process that answers it counts by. A wall clock that went back makes an event new, not immortal."""
    event = Event(**arrival.body)
    return replace(event, received=clock - max(0.0, now - event.received), again=True, tried=arrival.tried)
