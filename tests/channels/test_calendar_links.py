"""Links to calendar files: unguessable, for a day, never more than a bounded number."""

from __future__ import annotations

from bot.channels.calendar_links import CalendarLinks

_FILE = {"name": "a.ics", "media_type": "text/calendar", "content": "BEGIN:VCALENDAR"}


def _name(link: str) -> str:
    return link.split("/")[-1].split(".ics")[0]


def test_a_link_lives_for_a_day() -> None:
    now = [0.0]
    links = CalendarLinks("https://bot.example/jpki", lambda: now[0])
    link = links.add(_FILE)
    assert link.startswith("https://bot.example/jpki/calendar/") and len(_name(link)) >= 22
    now[0] = 86_399.0
    assert links.get(_name(link)) == _FILE
    now[0] = 86_400.0
    assert links.get(_name(link)) is None and links.get("") is None


def test_the_oldest_links_go_first() -> None:
    links = CalendarLinks("https://bot.example")
    names = [_name(links.add(_FILE)) for _ in range(1_001)]
    assert len(set(names)) == len(names) and links.get(names[0]) is None and links.get(names[1]) and links.get(names[-1])
