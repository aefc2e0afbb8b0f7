"""An event of LINE as it lies in the inbox, and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace

from bot.channels.inbox import Arrival
from bot.channels.line_events import Event
from bot.language.private_data import Masked

CHANNEL = "line"
_ALBUM = "album"


def kept(event: Event, mask: Callable[[str], Masked], age: float, now: float, tried: bool) -> Arrival:
    """`age` is how many seconds ago the event came; `now` is in seconds since 1970, since a restarted process counts anew."""
    masked = mask(event.text or "")
    text = None if event.text is None else masked.text
    body = asdict(replace(event, text=text, hidden=tuple(sorted(masked.kinds)), received=now - age))
    album = [f"{_ALBUM} {event.album}"] if event.album else []
    return Arrival(CHANNEL, (event.id, *album), body, tried)


def restored(arrival: Arrival, now: float, clock: float) -> Event:
    """`clock` is what the process that answers it counts by. A wall clock that went back makes an event new, not immortal."""
    event = Event(**arrival.body)
    received = clock - max(0.0, now - event.received)
    return replace(event, received=received, again=True, tried=arrival.tried, hidden=tuple(event.hidden))
