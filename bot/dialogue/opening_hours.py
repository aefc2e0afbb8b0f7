"""Is it open: the values that a question about a day, a time or now is answered with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.dialogue.given_dates import read_dates
from bot.dialogue.turn import Turn
from bot.knowledge.lookup import Facts
from bot.knowledge.model import Hours, Municipality, YearEnd
from bot.knowledge.opening import Calendar, Moment, day_at, in_year_end, moment_at
from bot.knowledge.showing import clock, moment_text, weekday_date
from bot.language.dates import DateSaid
from bot.language.numerals import NUMBER, NUMBER_START, number
from bot.language.times import TimeSaid

_NOW = "now"
_OF_THE_CLOCK = {"closing", "now", "evening", "lunch", "opening"}
_LATER = re.compile(rf"{NUMBER_START}({NUMBER})(時間|分)(?:後|たったら|したら|で(?:着|開|閉|つ))")
_UNITS = {"時間": "hours", "分": "minutes"}
_BARE_DAY = re.compile(r"(?<![\d月年/])(?<!\d\.)(\d{1,2})日(?![間前後以目過]|を過|すぎ|たっ|経)")
_BARE_WEEKDAY = re.compile(r"^[月火水木金土日]曜?日?$")
_MORNING = 8
_FAR_AHEAD = 180
_OF_CERTIFICATE = re.compile(r"期限|きげん|有効|証明書|カード|満了|書い|かい[てた]|切れ|失効")


@dataclass(frozen=True)
class Asked:
    """`how` is "now", "day" or "time"; `moment` is what to look at, in Asia/Tokyo.

    `any_day`: only a time of day was said, and the next day of service is meant.
    """

    how: str
    moment: datetime
    any_day: bool = False


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
    if asked.any_day and (later := _on_a_day_of_service(asked, place, turn.now)) is not asked:
        asked = later
        values |= {"opening.day": _named_day(asked.moment.date(), turn.today), "opening.asked": "clock"}
    found = moment_at(place, asked.moment)
    return {**values, **_year_end_values(turn, town), **_state_values(found, asked, _over_unstated_year_end(found, asked, place, town))}


def phone_values(turn: Turn, code: str | None, *, at_once: bool = False) -> dict[str, str]:
    """`phone.*`: whether the municipality's phone and the national one answer, now or at the moment asked about."""
    facts = Facts(turn.base, code, turn.today)
    asked = None if at_once else asked_moment(turn)
    whole_day = asked is not None and asked.how == "day"
    moment = asked.moment if asked and asked.how != _NOW else turn.now
    values: dict[str, str] = {"phone.asked": weekday_date(moment.date()) if whole_day else moment_text(moment)} if moment != turn.now else {}
    if facts.town and facts.town.contacts[0].hours:
        values |= _phone("phone.", _calendar(facts.town.contacts[0].hours, facts.town, facts), moment, whole_day)
    national = facts.value("hotline.hours", "nation")
    if isinstance(national, list):
        values |= _phone("phone.hotline_", _calendar([h for h in national if isinstance(h, Hours)], None, facts), moment, whole_day)
    return values


def asked_moment(turn: Turn) -> Asked | None:
    """The moment that the text asks about: a day, a time of day, or now."""
    aspects = turn.mentions("office_hours").aspects
    if later := _LATER.search(turn.text.form):
        return Asked("time", turn.now + timedelta(**{_UNITS[later[2]]: number(later[1]) or 0}))
    day, at = _asked_day(turn), next(iter(turn.times), None)
    about_hours = turn.heard.intent in ("office_hours", "contact") or bool(aspects & _OF_THE_CLOCK)
    if at is not None and (day is not None or turn.short or about_hours):
        spoken = _day_spoken_of(turn)
        moment = _at(day or spoken or turn.today, _office_time(at), turn.now)
        return Asked("time", moment, any_day=day is None and spoken is None)
    today_named = day == turn.today
    if day is not None and not today_named:
        return Asked("day", _at(day, time(_MORNING), turn.now))
    now = aspects & {_NOW, "next_open"} or "間に合" in turn.text.form
    return Asked(_NOW, turn.now) if today_named or now else None


def _day_spoken_of(turn: Turn) -> date | None:
    """「来週の火曜は?」「5時半は?」: the time is of the day asked about before."""
    before = remembered_moment(turn) if turn.memory.topic == "office_hours" else None
    return before.moment.date() if before is not None and before.moment.date() > turn.today else None


def _on_a_day_of_service(asked: Asked, place: Calendar, now: datetime) -> Asked:
    """Today, unless the time has passed: then the next day on which the place serves at all."""
    if asked.moment >= now or asked.moment.hour < _MORNING:
        return asked
    later = (asked.moment + timedelta(days=n) for n in range(31))
    fitting = next((m for m in later if day_at(place, m.date()).spans and m >= now), asked.moment)
    return replace(asked, moment=fitting)


def remembered_moment(turn: Turn) -> Asked | None:
    """The moment of the question before, for 「杉並だと?」 and for the answer to 「どちらにお住まい」."""
    how, _, iso = (turn.memory.when or "").partition("/")
    return Asked(how, datetime.fromisoformat(iso)) if iso else None


def kept(asked: Asked | None) -> str | None:
    """As memory holds it."""
    return f"{asked.how}/{asked.moment.isoformat()}" if asked else None


def _asked_day(turn: Turn) -> date | None:
    """The last day named, from today on, that is no date of the asker's own certificate: 「今日は無理、明日は?」."""
    others = [said for said in turn.dates if said not in _own_dates(turn)]
    days = (_in_week_spoken_of(_day_spoken_of(turn), turn, said, _one_day(said.in_future(turn.today))) for said in others)
    found = [day for day in days if day is not None and day >= turn.today]
    return found[-1] if found else (None if others else _day_of_month(turn))


def _in_week_spoken_of(spoken: date | None, turn: Turn, said: DateSaid, day: date | None) -> date | None:
    """「ほな火曜は?」 after 「来週の月曜は?」 is a day of that week."""
    if spoken is None or day is None or not _BARE_WEEKDAY.match(turn.text.form[said.start : said.end]):
        return day
    same_week = spoken + timedelta(days=day.weekday() - spoken.weekday())
    return same_week if same_week >= turn.today else day


def _own_dates(turn: Turn) -> list[DateSaid]:
    """Dates of the asker's certificate or birth; 「今日は何時まで」 is none."""
    roles = read_dates(turn, turn.base.forms["expiry"], None).roles
    certain = bool(_OF_CERTIFICATE.search(turn.text.form))
    return [said for role, said in roles.items() if role != "ends" or certain]


def _day_of_month(turn: Turn) -> date | None:
    """「29日は?」: the next 29th."""
    covered = [range(date_said.start, date_said.end) for date_said in turn.dates]
    bare = (m for m in _BARE_DAY.finditer(turn.text.form) if not any(m.start() in span for span in covered))
    said = next(bare, None)
    ahead = (turn.today + timedelta(days=n) for n in range(62))
    return next((day for day in ahead if said and day.day == int(said[1])), None)


def _one_day(span: tuple[date, date] | None) -> date | None:
    return span[0] if span and span[0] == span[1] else None


def _office_time(said: TimeSaid) -> time:
    """「5時に行く」 of a counter is the afternoon; nobody means five in the morning."""
    afternoon = said.spoken_half is None and 1 <= said.hour < _MORNING - 1
    return time((said.hour + 12 if afternoon else said.hour) % 24, said.minute)


def _at(day: date, at: time, now: datetime) -> datetime:
    return datetime.combine(day, at, tzinfo=now.tzinfo)


def _named_day(day: date, today: date) -> str:
    names, ahead = {0: "今日", 1: "明日", 2: "あさって"}, (day - today).days
    if ahead > _FAR_AHEAD:
        return f"{day.year}年{weekday_date(day)}"
    return f"{names[ahead]}（{weekday_date(day)}）" if ahead in names else weekday_date(day)


def _counter(town: Municipality, office: str | None, facts: Facts) -> Calendar:
    place = next((o for o in town.offices if o.name == office), town.offices[0])
    return _calendar(place.hours, town, facts)


def _calendar(patterns: Sequence[Hours], town: Municipality | None, facts: Facts) -> Calendar:
    usual = YearEnd(first=str(facts.value("year_end.first")), last=str(facts.value("year_end.last")))
    return Calendar(patterns, (town.year_end if town else None) or usual, town.closed_on if town else ())


def _over_unstated_year_end(found: Moment, asked: Asked, place: Calendar, town: Municipality) -> bool:
    """Whether the next opening rests on year-end dates that the page does not give."""
    if town.year_end is not None or found.following is None:
        return False
    days = (found.following.date() - asked.moment.date()).days
    return any(in_year_end(place.year_end, asked.moment.date() + timedelta(days=n)) for n in range(1, days))


def _state_values(found: Moment, asked: Asked, expected_only: bool) -> dict[str, str]:
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
        values["opening.next_is"] = "expected" if expected_only else "stated"
    return values


def _year_end_values(turn: Turn, town: Municipality) -> dict[str, str]:
    """The last and first day of service around the coming year-end, where the page gives hours."""
    facts = Facts(turn.base, town.code, turn.today)
    place = _counter(town, None, facts)
    if not any("year_end" in pattern.closed for pattern in place.patterns):
        return {}
    first = next(d for n in range(366) if in_year_end(place.year_end, d := turn.today + timedelta(days=n)))
    if first == turn.today:
        first = next(d for n in range(31) if not in_year_end(place.year_end, d := turn.today - timedelta(days=n))) + timedelta(days=1)
    before = next((d for n in range(1, 31) if day_at(place, d := first - timedelta(days=n)).spans), None)
    after = moment_at(place, _at(first, time(0), turn.now)).following
    values = {"opening.year_end": "stated" if town.year_end else "usual"}
    values |= {"opening.year_last": weekday_date(before)} if before and before >= turn.today else {}
    return values | ({"opening.year_first": moment_text(after)} if after else {})


def _phone(prefix: str, place: Calendar, now: datetime, whole_day: bool) -> dict[str, str]:
    found = moment_at(place, now)
    answers = bool(found.day.spans) if whole_day else found.state == "open"
    values = {f"{prefix}state": "open" if answers else "closed"}
    values |= {f"{prefix}until": clock(f"{found.until:%H:%M}")} if found.until else {}
    return values | ({f"{prefix}next": moment_text(found.following)} if found.following else {})
