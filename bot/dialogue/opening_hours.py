"""Is it open: the values that a question about a day, a time or now is answered with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.dialogue.given_dates import read_dates
from bot.dialogue.turn import Turn
from bot.knowledge.lookup import Facts
from bot.knowledge.model import Hours, Municipality, YearEnd
from bot.knowledge.opening import Calendar, Moment, day_at, in_year_end, moment_at
from bot.knowledge.showing import clock, moment_text, weekday_date
from bot.language.dates import TimeSaid

_NOW = "now"
_OF_THE_CLOCK = {"closing", "now", "evening", "lunch", "opening"}
_LATER = re.compile(r"(\d{1,2})(時間|分)(?:後|たったら|したら|で(?:着|開|閉|つ))")
_UNITS = {"時間": "hours", "分": "minutes"}
_BARE_DAY = re.compile(r"(?<![\d月年/.])(\d{1,2})日(?![間前後以目])")
_MORNING = 8


@dataclass(frozen=True)
class Asked:
    """`how` is "now", "day" or "time"; `moment` is what to look at, in Asia/Tokyo."""

    how: str
    moment: datetime


def opening_values(turn: Turn, code: str | None, office: str | None = None) -> dict[str, str]:
    """`opening.*` for the counter of `code` at the moment asked about; nothing when no moment is asked about."""
    town = turn.base.municipalities[code] if code else None
    asked = asked_moment(turn) or (remembered_moment(turn) if turn.places.only or turn.memory.pending else None)
    if asked is None or town is None:
        return _year_end_values(turn, town) if town else {}
    facts = Facts(turn.base, code, turn.today)
    place = _counter(town, office, facts)
    values = {"opening.asked": asked.how, "opening.day": _named_day(asked.moment.date(), turn.today)}
    if asked.how == "time":
        values["opening.time"] = clock(f"{asked.moment:%H:%M}")
    holiday = day_at(place, asked.moment.date()).holiday
    values |= {"opening.holiday": holiday} if holiday else {}
    if not place.patterns:
        return {**values, "opening.state": "unknown"}
    return {**values, **_year_end_values(turn, town), **_state_values(moment_at(place, asked.moment), asked)}


def phone_values(turn: Turn, code: str | None) -> dict[str, str]:
    """`phone.*`: whether the municipality's phone and the national one answer, now or at the moment asked about."""
    facts = Facts(turn.base, code, turn.today)
    asked = asked_moment(turn)
    moment = asked.moment if asked and asked.how == "time" else turn.now
    values: dict[str, str] = {"phone.asked": moment_text(moment)} if moment != turn.now else {}
    if facts.town and facts.town.contacts[0].hours:
        values |= _phone("phone.", _calendar(facts.town.contacts[0].hours, facts.town, facts), moment)
    national = facts.value("hotline.hours", "nation")
    if isinstance(national, list):
        values |= _phone("phone.hotline_", _calendar([h for h in national if isinstance(h, Hours)], None, facts), moment)
    return values


def asked_moment(turn: Turn) -> Asked | None:
    """The moment that the text asks about: a day, a time of day, or now."""
    aspects = turn.mentions("office_hours").aspects
    if later := _LATER.search(turn.text.form):
        return Asked("time", turn.now + timedelta(**{_UNITS[later[2]]: int(later[1])}))
    day, at = _asked_day(turn), next(iter(turn.times), None)
    about_hours = turn.heard.intent in ("office_hours", "contact") or bool(aspects & _OF_THE_CLOCK)
    if at is not None and (day is not None or turn.short or about_hours):
        return Asked("time", _at(day or turn.today, _office_time(at), turn.now))
    today_named = day == turn.today and not _names_weekday(turn)
    if day is not None and not today_named:
        return Asked("day", _at(day, time(_MORNING), turn.now))
    now = aspects & {_NOW, "next_open"} or "間に合" in turn.text.form
    return Asked(_NOW, turn.now) if today_named or now else None


def remembered_moment(turn: Turn) -> Asked | None:
    """The moment of the question before, for 「杉並だと?」 and for the answer to 「どちらにお住まい」."""
    how, _, iso = (turn.memory.when or "").partition("/")
    return Asked(how, datetime.fromisoformat(iso)) if iso else None


def kept(asked: Asked | None) -> str | None:
    """As memory holds it."""
    return f"{asked.how}/{asked.moment.isoformat()}" if asked else None


def _asked_day(turn: Turn) -> date | None:
    """The last day named, from today on, that is no date of the asker's own certificate: 「今日は無理、明日は?」."""
    own = read_dates(turn, turn.base.forms["expiry"], None).roles.values()
    days = (_one_day(said.in_future(turn.today)) for said in turn.dates if said not in own)
    found = [day for day in days if day is not None and day >= turn.today]
    return found[-1] if found else (None if turn.dates else _day_of_month(turn))


def _day_of_month(turn: Turn) -> date | None:
    """「29日は?」: the next 29th."""
    said = _BARE_DAY.search(turn.text.form)
    ahead = (turn.today + timedelta(days=n) for n in range(62))
    return next((day for day in ahead if said and day.day == int(said[1])), None)


def _names_weekday(turn: Turn) -> bool:
    return any("曜" in turn.text.form[said.start : said.end] or turn.text.form[said.start : said.end] in ("土", "日") for said in turn.dates)


def _one_day(span: tuple[date, date] | None) -> date | None:
    return span[0] if span and span[0] == span[1] else None


def _office_time(said: TimeSaid) -> time:
    """「5時に行く」 of a counter is the afternoon; nobody means five in the morning."""
    afternoon = said.spoken_half is None and 1 <= said.hour < _MORNING - 1
    return time((said.hour + 12 if afternoon else said.hour) % 24, said.minute)


def _at(day: date, at: time, now: datetime) -> datetime:
    return datetime.combine(day, at, tzinfo=now.tzinfo)


def _named_day(day: date, today: date) -> str:
    names = {0: "今日", 1: "明日", 2: "あさって"}
    near = names.get((day - today).days)
    return f"{near}（{weekday_date(day)}）" if near else weekday_date(day)


def _counter(town: Municipality, office: str | None, facts: Facts) -> Calendar:
    place = next((o for o in town.offices if o.name == office), town.offices[0])
    return _calendar(place.hours, town, facts)


def _calendar(patterns: Sequence[Hours], town: Municipality | None, facts: Facts) -> Calendar:
    usual = YearEnd(first=str(facts.value("year_end.first")), last=str(facts.value("year_end.last")))
    return Calendar(patterns, (town.year_end if town else None) or usual, town.closed_on if town else ())


def _state_values(found: Moment, asked: Asked) -> dict[str, str]:
    values: dict[str, str] = {"opening.state": found.state}
    if asked.how == "day" and found.day.spans:
        values["opening.state"] = "open"
    if found.day.closed:
        values["opening.reason"] = found.day.closed
    if found.day.spans:
        values["opening.from"] = clock(f"{found.day.spans[0][0]:%H:%M}")
        values["opening.until"] = clock(f"{found.day.spans[-1][1]:%H:%M}")
    if found.following:
        values["opening.next"] = moment_text(found.following)
    return values


def _year_end_values(turn: Turn, town: Municipality) -> dict[str, str]:
    """The last and first day of service around the coming year-end, where the page gives hours."""
    facts = Facts(turn.base, town.code, turn.today)
    place = _counter(town, None, facts)
    if not any("year_end" in pattern.closed for pattern in place.patterns):
        return {}
    first = next(d for n in range(366) if in_year_end(place.year_end, d := turn.today + timedelta(days=n)))
    before = next((d for n in range(1, 31) if day_at(place, d := first - timedelta(days=n)).spans), None)
    after = moment_at(place, _at(first, time(0), turn.now)).following
    values = {"opening.year_end": "stated" if town.year_end else "usual"}
    values |= {"opening.year_last": weekday_date(before)} if before and before >= turn.today else {}
    return values | ({"opening.year_first": moment_text(after)} if after else {})


def _phone(prefix: str, place: Calendar, now: datetime) -> dict[str, str]:
    found = moment_at(place, now)
    values = {f"{prefix}state": "open" if found.state == "open" else "closed"}
    values |= {f"{prefix}until": clock(f"{found.until:%H:%M}")} if found.until else {}
    return values | ({f"{prefix}next": moment_text(found.following)} if found.following else {})
