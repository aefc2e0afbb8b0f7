from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.model import Hours, YearEnd
from bot.knowledge.opening import Calendar, Moment, day_at, in_year_end, moment_at
from bot.settings import JAPAN

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]
USUAL = YearEnd(first="12-29", last="01-03")
HOLIDAYS_2026 = {
    "2026-01-01", "2026-01-12", "2026-02-11", "2026-02-23", "2026-03-20", "2026-04-29", "2026-05-04", "2026-05-05", "2026-05-06",
    "2026-07-20", "2026-08-11", "2026-09-21", "2026-09-22", "2026-09-23", "2026-10-12", "2026-11-03", "2026-11-23",
}  # fmt: skip
"""On weekdays; 2026-05-03 is a Sunday. Copied by hand from the Cabinet Office's list."""


def hours(days: Sequence[str], opens: str, closes: str, closed: Sequence[str] = (), weeks: Sequence[int] = ()) -> Hours:
    return Hours.parse_obj({"days": list(days), "opens": opens, "closes": closes, "closed": list(closed), "weeks": list(weeks)})


def place(*patterns: Hours, year_end: YearEnd = USUAL, closed_on: Sequence[str] = ()) -> Calendar:
    return Calendar(patterns, year_end, [date.fromisoformat(day) for day in closed_on])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JAPAN)


def found(calendar: Calendar, moment: str) -> Moment:
    return moment_at(calendar, at(moment))


OFFICE = hours(WEEKDAYS, "08:30", "17:00", ["holidays", "year_end"])
COUNTER = place(OFFICE)
HOTLINE = place(
    hours(WEEKDAYS, "09:30", "20:00", ["holidays", "year_end"]),
    hours(["sat", "sun", "holiday"], "09:30", "17:30", ["year_end"]),
)
LUNCH = place(hours(WEEKDAYS, "08:30", "12:00", ["holidays", "year_end"]), hours(WEEKDAYS, "13:00", "17:00", ["holidays", "year_end"]))
EVERY_DAY = place(hours([*WEEKDAYS, "sat", "sun"], "08:00", "21:00"))
SECOND_SUNDAY = place(OFFICE, hours(["sun"], "09:00", "12:00", weeks=[2]))


@pytest.mark.parametrize(
    ("calendar", "moment", "state", "until", "following"),
    [
        (COUNTER, "2026-11-20T00:00", "before", None, "2026-11-20T08:30"),
        (COUNTER, "2026-11-20T08:29", "before", None, "2026-11-20T08:30"),
        (COUNTER, "2026-11-20T08:29:59.999999", "before", None, "2026-11-20T08:30"),
        (COUNTER, "2026-11-20T08:30", "open", "17:00", "2026-11-24T08:30"),
        (COUNTER, "2026-11-20T08:31", "open", "17:00", "2026-11-24T08:30"),
        (COUNTER, "2026-11-20T16:59", "open", "17:00", "2026-11-24T08:30"),
        (COUNTER, "2026-11-20T16:59:59.999999", "open", "17:00", "2026-11-24T08:30"),
        (COUNTER, "2026-11-20T17:00", "after", None, "2026-11-24T08:30"),
        (COUNTER, "2026-11-20T17:01", "after", None, "2026-11-24T08:30"),
        (COUNTER, "2026-11-20T23:59", "after", None, "2026-11-24T08:30"),
        (COUNTER, "2026-11-19T17:00", "after", None, "2026-11-20T08:30"),
        (COUNTER, "2026-11-21T10:00", "closed", None, "2026-11-24T08:30"),
        (COUNTER, "2026-11-22T23:59", "closed", None, "2026-11-24T08:30"),
        (COUNTER, "2026-11-23T12:00", "closed", None, "2026-11-24T08:30"),
        (COUNTER, "2026-12-28T16:59", "open", "17:00", "2027-01-04T08:30"),
        (COUNTER, "2026-12-28T17:00", "after", None, "2027-01-04T08:30"),
        (COUNTER, "2026-12-29T10:00", "closed", None, "2027-01-04T08:30"),
        (COUNTER, "2026-12-31T23:59", "closed", None, "2027-01-04T08:30"),
        (COUNTER, "2027-01-01T00:00", "closed", None, "2027-01-04T08:30"),
        (COUNTER, "2027-01-04T08:29", "before", None, "2027-01-04T08:30"),
        (COUNTER, "2027-01-04T08:30", "open", "17:00", "2027-01-05T08:30"),
        (COUNTER, "2026-05-01T17:00", "after", None, "2026-05-07T08:30"),
        (COUNTER, "2026-09-18T17:00", "after", None, "2026-09-24T08:30"),
        (LUNCH, "2026-11-20T11:59", "open", "12:00", "2026-11-20T13:00"),
        (LUNCH, "2026-11-20T12:00", "before", None, "2026-11-20T13:00"),
        (LUNCH, "2026-11-20T12:59", "before", None, "2026-11-20T13:00"),
        (LUNCH, "2026-11-20T13:00", "open", "17:00", "2026-11-24T08:30"),
        (LUNCH, "2026-11-20T17:00", "after", None, "2026-11-24T08:30"),
        (LUNCH, "2026-11-20T08:00", "before", None, "2026-11-20T08:30"),
        (HOTLINE, "2026-11-20T19:59", "open", "20:00", "2026-11-21T09:30"),
        (HOTLINE, "2026-11-20T20:00", "after", None, "2026-11-21T09:30"),
        (HOTLINE, "2026-11-21T17:29", "open", "17:30", "2026-11-22T09:30"),
        (HOTLINE, "2026-11-21T17:30", "after", None, "2026-11-22T09:30"),
        (HOTLINE, "2026-11-23T17:29", "open", "17:30", "2026-11-24T09:30"),
        (HOTLINE, "2026-11-23T19:00", "after", None, "2026-11-24T09:30"),
        (HOTLINE, "2026-05-06T18:00", "after", None, "2026-05-07T09:30"),
        (HOTLINE, "2026-09-22T17:00", "open", "17:30", "2026-09-23T09:30"),
        (HOTLINE, "2026-12-29T12:00", "closed", None, "2027-01-04T09:30"),
        (HOTLINE, "2027-01-02T12:00", "closed", None, "2027-01-04T09:30"),
        (EVERY_DAY, "2027-01-01T07:59", "before", None, "2027-01-01T08:00"),
        (EVERY_DAY, "2027-01-01T20:59", "open", "21:00", "2027-01-02T08:00"),
        (EVERY_DAY, "2026-11-23T21:00", "after", None, "2026-11-24T08:00"),
        (SECOND_SUNDAY, "2026-11-07T10:00", "closed", None, "2026-11-08T09:00"),
        (SECOND_SUNDAY, "2026-11-06T17:00", "after", None, "2026-11-08T09:00"),
        (SECOND_SUNDAY, "2026-11-08T11:59", "open", "12:00", "2026-11-09T08:30"),
        (SECOND_SUNDAY, "2026-11-15T10:00", "closed", None, "2026-11-16T08:30"),
    ],
)  # fmt: skip
def test_a_place_at_a_moment(calendar: Calendar, moment: str, state: str, until: str | None, following: str) -> None:
    got = found(calendar, moment)
    assert (got.state, got.until, got.following) == (state, time.fromisoformat(until) if until else None, at(following))


@pytest.mark.parametrize(
    ("day", "closed", "holiday"),
    [
        ("2026-11-20", None, None),
        ("2026-11-21", "day_off", None),
        ("2026-11-22", "day_off", None),
        ("2026-11-23", "holiday", "勤労感謝の日"),
        ("2026-05-03", "day_off", "憲法記念日"),
        ("2026-05-06", "holiday", "振替休日"),
        ("2025-02-24", "holiday", "振替休日"),
        ("2025-11-24", "holiday", "振替休日"),
        ("2024-08-12", "holiday", "振替休日"),
        ("2024-09-23", "holiday", "振替休日"),
        ("2027-03-22", "holiday", "振替休日"),
        ("2026-09-22", "holiday", "国民の休日"),
        ("2032-09-21", "holiday", "国民の休日"),
        ("2019-05-02", "holiday", "国民の休日|休日"),
        ("2026-03-20", "holiday", "春分の日"),
        ("2027-09-23", "holiday", "秋分の日"),
        ("2026-01-12", "holiday", "成人の日"),
        ("2026-10-12", "holiday", "スポーツの日"),
        ("2026-12-28", None, None),
        ("2026-12-29", "year_end", None),
        ("2026-12-31", "year_end", None),
        ("2027-01-01", "year_end", "元日"),
        ("2027-01-02", "year_end", None),
        ("2027-01-03", "year_end", None),
        ("2027-01-04", None, None),
        ("2028-01-03", "year_end", None),
        ("2028-01-04", None, None),
        ("2024-02-29", None, None),
    ],
)  # fmt: skip
def test_a_day_without_service_tells_why(day: str, closed: str | None, holiday: str | None) -> None:
    got = day_at(COUNTER, date.fromisoformat(day))
    assert got.closed == closed
    assert bool(got.spans) == (closed is None)
    assert (got.holiday is None) == (holiday is None)
    assert holiday is None or any(name in (got.holiday or "") for name in holiday.split("|"))


def test_a_counter_is_closed_on_just_the_weekends_and_holidays_of_a_whole_year() -> None:
    calendar = place(hours(WEEKDAYS, "08:30", "17:00", ["holidays"]))
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    closed = {day.isoformat() for day in days if day.isoweekday() < 6 and not day_at(calendar, day).spans}
    assert closed == HOLIDAYS_2026
    assert not any(day_at(calendar, day).spans for day in days if day.isoweekday() > 5)


@pytest.mark.parametrize(
    ("closed", "day", "reason"),
    [
        ([], "2026-11-23", None),
        ([], "2026-12-30", None),
        (["holidays"], "2026-12-30", None),
        (["holidays"], "2027-01-01", "holiday"),
        (["year_end"], "2026-11-23", None),
        (["year_end"], "2027-01-01", "year_end"),
        (["holidays", "year_end"], "2026-11-23", "holiday"),
    ],
)
def test_a_place_closes_only_on_the_kinds_of_days_that_its_pattern_names(closed: list[str], day: str, reason: str | None) -> None:
    assert day_at(place(hours(WEEKDAYS, "09:00", "17:00", closed)), date.fromisoformat(day)).closed == reason


@pytest.mark.parametrize(
    ("first", "last", "inside", "outside"),
    [
        ("12-29", "01-03", ["2026-12-29", "2026-12-31", "2027-01-01", "2027-01-03"], ["2026-12-28", "2027-01-04", "2026-06-30"]),
        ("12-28", "01-04", ["2026-12-28", "2027-01-04"], ["2026-12-27", "2027-01-05"]),
        ("12-31", "01-01", ["2026-12-31", "2027-01-01"], ["2026-12-30", "2027-01-02"]),
        ("12-29", "12-31", ["2026-12-29", "2026-12-31"], ["2026-12-28", "2027-01-01", "2027-01-03"]),
        ("01-01", "01-03", ["2027-01-01", "2027-01-03"], ["2026-12-31", "2027-01-04"]),
        ("12-31", "12-31", ["2026-12-31"], ["2026-12-30", "2027-01-01"]),
    ],
)
def test_both_ends_of_the_year_end_are_closed(first: str, last: str, inside: list[str], outside: list[str]) -> None:
    closing = YearEnd(first=first, last=last)
    assert all(in_year_end(closing, date.fromisoformat(day)) for day in inside)
    assert not any(in_year_end(closing, date.fromisoformat(day)) for day in outside)


def test_the_page_s_own_year_end_moves_the_last_and_the_first_day() -> None:
    calendar = place(OFFICE, year_end=YearEnd(first="12-27", last="01-05"))
    assert found(calendar, "2026-12-25T17:00").following == at("2027-01-06T08:30")
    assert day_at(calendar, date(2026, 12, 28)).closed == "year_end"


@pytest.mark.parametrize(
    ("closed_on", "moment", "state", "closed", "following"),
    [
        (["2026-11-24"], "2026-11-24T10:00", "closed", "closed_on", "2026-11-25T08:30"),
        (["2026-11-24"], "2026-11-20T17:00", "after", None, "2026-11-25T08:30"),
        (["2026-11-24", "2026-11-25"], "2026-11-23T10:00", "closed", "holiday", "2026-11-26T08:30"),
        (["2026-11-23"], "2026-11-23T10:00", "closed", "closed_on", "2026-11-24T08:30"),
        (["2027-01-04"], "2026-12-28T17:00", "after", None, "2027-01-05T08:30"),
        (["2026-11-25"], "2026-11-24T10:00", "open", None, "2026-11-26T08:30"),
    ],
)
def test_a_single_closed_day_is_passed_over(closed_on: list[str], moment: str, state: str, closed: str | None, following: str) -> None:
    got = found(place(OFFICE, closed_on=closed_on), moment)
    assert (got.state, got.day.closed, got.following) == (state, closed, at(following))


@pytest.mark.parametrize(
    ("days", "weeks", "open_days"),
    [
        (["sun"], [1], [1]),
        (["sun"], [2], [8]),
        (["sun"], [5], [29]),
        (["sat"], [4], [28]),
        (["sat"], [5], []),
        (["sat"], [1, 3], [7, 21]),
        (["sun", "sat"], [2], [8, 14]),
        (["sat"], [], [7, 14, 21, 28]),
        (["mon"], [4], [23]),
        (["mon"], [5], [30]),
    ],
)
def test_the_nth_weekday_of_november_2026(days: list[str], weeks: list[int], open_days: list[int]) -> None:
    """A Sunday is the first of the month, so that the first Saturday is the 7th."""
    calendar = place(hours(days, "09:00", "12:00", weeks=weeks))
    assert [n for n in range(1, 31) if day_at(calendar, date(2026, 11, n)).spans] == open_days


def test_a_pattern_for_holidays_opens_on_them_whatever_the_weekday() -> None:
    calendar = place(hours(["holiday"], "10:00", "15:00"))
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert {day.isoformat() for day in days if day_at(calendar, day).spans} == HOLIDAYS_2026 | {"2026-05-03"}


def test_a_holiday_takes_the_hours_of_its_own_pattern_and_not_those_of_the_weekday() -> None:
    assert day_at(HOTLINE, date(2026, 11, 23)).spans == ((time(9, 30), time(17, 30)),)
    assert day_at(HOTLINE, date(2026, 11, 24)).spans == ((time(9, 30), time(20)),)


def test_spans_of_a_day_stand_in_order_however_the_patterns_are_written() -> None:
    calendar = place(hours(["fri"], "13:00", "17:00"), hours(["fri"], "08:30", "12:00"))
    assert day_at(calendar, date(2026, 11, 20)).spans == ((time(8, 30), time(12)), (time(13), time(17)))


def test_a_pattern_of_one_weekday_adds_a_span_to_that_day_alone() -> None:
    calendar = place(OFFICE, hours(["wed"], "18:00", "20:00", ["holidays", "year_end"]))
    assert found(calendar, "2026-11-25T17:30").state == "before"
    assert found(calendar, "2026-11-25T18:00").state == "open"
    assert found(calendar, "2026-11-26T18:00").state == "after"
    assert found(calendar, "2026-09-23T18:00").state == "closed"


@pytest.mark.parametrize("second", [("17:00", "19:00"), ("08:30", "19:00"), ("13:00", "19:00")])
def test_spans_that_touch_or_overlap_are_one_service_time(second: tuple[str, str]) -> None:
    """延長窓口: whoever asks at 16 o'clock is told 19, and no second opening in between."""
    got = found(place(OFFICE, hours(["wed"], *second, ["holidays", "year_end"])), "2026-11-25T12:00")
    assert (got.state, got.until, got.following) == ("open", time(19), at("2026-11-26T08:30"))


def test_a_long_closure_is_looked_over_to_its_end() -> None:
    closed_on = [(date(2026, 12, 1) + timedelta(days=n)).isoformat() for n in range(20)]
    assert found(place(OFFICE, closed_on=closed_on), "2026-11-30T17:00").following == at("2026-12-21T08:30")


def test_no_opening_within_a_month_is_said_to_be_unknown() -> None:
    closed_on = [(date(2026, 12, 1) + timedelta(days=n)).isoformat() for n in range(60)]
    got = found(place(OFFICE, closed_on=closed_on), "2026-12-01T10:00")
    assert (got.state, got.following) == ("closed", None)


def test_a_place_without_hours_is_never_open() -> None:
    got = found(place(), "2026-11-20T10:00")
    assert (got.state, got.until, got.following, got.day.closed) == ("closed", None, None, "day_off")


CLOCKS = st.integers(0, 24 * 4 - 1).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
DAYS = st.sampled_from([*WEEKDAYS, "sat", "sun", "holiday"])
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2029, 12, 31)).map(lambda moment: moment.replace(tzinfo=JAPAN))
ON_THE_MINUTE = st.builds(
    lambda day, clock, minute: datetime.combine(day, time.fromisoformat(clock), tzinfo=JAPAN) + timedelta(minutes=minute),
    st.dates(date(2025, 1, 1), date(2029, 12, 31)), CLOCKS, st.integers(-1, 1),
)  # fmt: skip


@st.composite
def patterns(draw: st.DrawFn) -> Hours:
    opens, closes = sorted(draw(st.lists(CLOCKS, min_size=2, max_size=2, unique=True)))
    closed = draw(st.lists(st.sampled_from(["holidays", "year_end"]), unique=True))
    return hours(draw(st.lists(DAYS, min_size=1, unique=True)), opens, closes, closed, draw(st.lists(st.integers(1, 5), unique=True, max_size=3)))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    start = draw(st.dates(date(2025, 1, 1), date(2029, 12, 31)))
    closed_on = [start + timedelta(days=n) for n in range(draw(st.integers(0, 40)))]
    year_end = draw(st.sampled_from([USUAL, YearEnd(first="12-28", last="01-04"), YearEnd(first="01-01", last="01-03")]))
    return Calendar(draw(st.lists(patterns(), max_size=3)), year_end, closed_on)


def within(calendar: Calendar, moment: datetime) -> bool:
    clock = f"{moment:%H:%M}"
    return any(f"{opens:%H:%M}" <= clock < f"{closes:%H:%M}" for opens, closes in day_at(calendar, moment.date()).spans)


@settings(max_examples=250, deadline=None)
@given(calendars(), st.one_of(MOMENTS, ON_THE_MINUTE))
def test_a_place_is_open_exactly_within_the_spans_of_the_day_and_opens_again_later(calendar: Calendar, moment: datetime) -> None:
    got = moment_at(calendar, moment)
    assert (got.state == "open") == within(calendar, moment)
    assert (got.until is not None) == (got.state == "open")
    assert (got.state == "closed") == (not got.day.spans)
    assert got.until is None or got.until > moment.time()
    if got.following is not None:
        assert got.following > moment
        assert moment_at(calendar, got.following).state == "open"


@settings(max_examples=100, deadline=None)
@given(calendars(), MOMENTS)
def test_no_opening_lies_between_a_closed_moment_and_the_next_opening(calendar: Calendar, moment: datetime) -> None:
    got = moment_at(calendar, moment)
    if got.state == "open":
        return
    until = min(got.following or moment + timedelta(days=28), moment + timedelta(days=28))
    quarter = moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0) + timedelta(minutes=15)
    while quarter < until:
        assert not within(calendar, quarter)
        quarter += timedelta(minutes=15)


@settings(max_examples=100)
@given(st.dates(date(2024, 11, 1), date(2025, 3, 31)), st.integers(1, 31), st.integers(1, 31))
def test_the_year_end_is_every_day_from_its_first_to_its_last(day: date, first: int, last: int) -> None:
    starts, ends = date(2024, 12, first), date(2025, 1, last)
    assert in_year_end(YearEnd(first=f"{starts:%m-%d}", last=f"{ends:%m-%d}"), day) == (starts <= day <= ends)
