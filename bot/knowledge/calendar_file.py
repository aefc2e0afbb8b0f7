"""A calendar file for the days that somebody must not miss; nothing in it but those days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from icalendar import Calendar, Event

from bot.knowledge.answer import Attachment

_PRODUCT = "-//jpki-bot//expiry//JA"


@dataclass(frozen=True)
class Entry:
    """A whole day in Japan."""

    name: str
    day: date
    title: str
    description: str


def calendar_file(name: str, entries: Sequence[Entry], now: datetime) -> Attachment:
    """An iCalendar file (RFC 5545) of whole-day entries; the same days give the same ids."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.name}-{entry.day:%Y%m%d}@jpki-bot")
        event.add("dtstamp", now.astimezone(timezone.utc))
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + timedelta(days=1))
        event.add("summary", entry.title)
        event.add("description", entry.description)
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return Attachment(name, "text/calendar; charset=utf-8", calendar.to_ical().decode("utf-8"))
