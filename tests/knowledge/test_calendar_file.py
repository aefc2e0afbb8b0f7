from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import icalendar
import pytest

from bot.knowledge.calendar_file import Entry, calendar_file
from bot.settings import JAPAN

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=JAPAN)
FIRST = Entry("first", date(2026, 9, 4), "電子証明書の更新が始まる日", "計算上の日です。")
LAST = Entry("last", date(2026, 12, 3), "電子証明書の期限の日", "計算上の日です。有効期限通知書か窓口の案内を先にしてください。")


def events(entries: list[Entry], now: datetime = NOW) -> list[Any]:
    return list(icalendar.Calendar.from_ical(calendar_file("x.ics", entries, now).content).walk("VEVENT"))


@pytest.mark.parametrize("entries", [[], [LAST], [FIRST, LAST]])
def test_each_day_is_one_event_in_order(entries: list[Entry]) -> None:
    assert [(e.decoded("dtstart"), str(e["summary"]), str(e["description"])) for e in events(entries)] == [(x.day, x.title, x.description) for x in entries]


@pytest.mark.parametrize(
    ("day", "following"),
    [("2026-12-03", "2026-12-04"), ("2026-12-31", "2027-01-01"), ("2027-02-28", "2027-03-01"), ("2028-02-28", "2028-02-29"), ("2028-02-29", "2028-03-01")],
)
def test_an_event_is_one_whole_day_without_a_time(day: str, following: str) -> None:
    (event,) = events([Entry("last", date.fromisoformat(day), "期限", "")])
    start, end = event.decoded("dtstart"), event.decoded("dtend")
    assert (type(start), type(end)) == (date, date)
    assert (start.isoformat(), end.isoformat()) == (day, following)
    assert event["transp"] == "TRANSPARENT"


def test_ids_are_told_apart_by_name_and_day_and_stay_the_same_on_another_day() -> None:
    moved = Entry("last", date(2026, 12, 4), LAST.title, LAST.description)
    ids = [str(event["uid"]) for event in events([FIRST, LAST, moved, Entry("first", LAST.day, "", "")])]
    assert len(set(ids)) == 4
    assert ids[:2] == [str(event["uid"]) for event in events([FIRST, LAST], NOW + timedelta(days=400))]


def test_the_time_of_making_is_told_in_universal_time() -> None:
    (event,) = events([LAST])
    assert event.decoded("dtstamp") == datetime(2026, 11, 19, 23, 0, tzinfo=timezone.utc)
    assert b"DTSTAMP:20261119T230000Z" in calendar_file("x.ics", [LAST], NOW).content.encode()


@pytest.mark.parametrize("entries", [[], [FIRST, LAST], [Entry("last", LAST.day, "期限の日" * 60, "a\nb\r\nc")]])
def test_lines_end_as_the_standard_says_and_are_never_too_long(entries: list[Entry]) -> None:
    raw = calendar_file("x.ics", entries, NOW).content.encode()
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75


@pytest.mark.parametrize("text", ["期限の日、更新は窓口で", "a,b;c\\d:e\"f'", "一行目\n二行目", "更新が始まる日" * 40, "𠮷野家・髙橋 ①〜⑨", ""])
def test_any_text_comes_back_whole(text: str) -> None:
    (event,) = events([Entry("last", LAST.day, text, text)])
    assert (str(event["summary"]), str(event["description"])) == (text, text)


def test_a_calendar_says_what_it_is_and_holds_nothing_but_days() -> None:
    made = calendar_file("denshi.ics", [FIRST, LAST], NOW)
    calendar = icalendar.Calendar.from_ical(made.content)
    assert (made.name, made.media_type) == ("denshi.ics", "text/calendar; charset=utf-8")
    assert str(calendar["version"]) == "2.0"
    assert calendar["prodid"]
    assert {str(name) for event in calendar.walk("VEVENT") for name in event} == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "TRANSP"}
    assert {component.name for component in calendar.walk()} == {"VCALENDAR", "VEVENT"}
