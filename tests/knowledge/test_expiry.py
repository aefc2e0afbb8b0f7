from __future__ import annotations

from calendar import isleap
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.turn import Content
from bot.knowledge.expiry import Rules, birthday_in, first_renewal_day, grace_end, last_day, nth_birthday
from bot.knowledge.lookup import Facts

RULES = Rules(
    birthdays=5,
    birthdays_renewed=6,
    months=3,
    offset=1,
    city_offset=None,
    grace_months=3,
)
ISSUES = st.dates(date(2016, 1, 1), date(2060, 12, 31))
BIRTHDAYS = st.dates(date(2000, 1, 1), date(2000, 12, 31)).map(lambda day: (day.month, day.day))
FOUR_YEARS, FIVE_YEARS, SIX_YEARS = 1461, 1827, 2192
"""Days; five and six years with both leap days that they can hold."""


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(("town", "city_offset"), [(None, None), ("nakano", None), ("suginami", 2), ("nagoya", 0), ("nishitokyo", 0), ("noda", 0)])
def test_the_figures_come_from_the_knowledge_base(content: Content, town: str | None, city_offset: int | None) -> None:
    rules = Rules.of(Facts(content.base, town, date(2026, 11, 20)))
    assert (rules.birthdays, rules.birthdays_renewed, rules.months, rules.offset, rules.grace_months) == (5, 6, 3, 1, 3)
    assert rules.city_offset == city_offset


@pytest.mark.parametrize("key", ["validity.birthdays", "validity.birthdays_renewed", "renewal.months", "renewal.start_offset", "health.grace_months"])
def test_a_figure_that_is_not_in_force_is_named_and_never_guessed(content: Content, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    held = Facts.value
    monkeypatch.setattr(Facts, "value", lambda facts, wanted: None if wanted == key else held(facts, wanted))
    with pytest.raises(ValueError, match=key):
        Rules.of(Facts(content.base, None, date(2026, 11, 20)))


@pytest.mark.parametrize(
    ("issued", "birthday", "ends"),
    [
        ("2021-06-09", (6, 10), "2025-06-10"),
        ("2021-06-10", (6, 10), "2026-06-10"),
        ("2021-06-11", (6, 10), "2026-06-10"),
        ("2021-12-30", (12, 31), "2025-12-31"),
        ("2021-12-31", (12, 31), "2026-12-31"),
        ("2022-01-01", (12, 31), "2026-12-31"),
        ("2021-12-31", (1, 1), "2026-01-01"),
        ("2022-01-01", (1, 1), "2027-01-01"),
        ("2022-01-02", (1, 1), "2027-01-01"),
        # Born on 29 February.
        ("2021-02-27", (2, 29), "2025-02-28"),
        ("2021-02-28", (2, 29), "2026-02-28"),
        ("2021-03-01", (2, 29), "2026-02-28"),
        ("2023-02-27", (2, 29), "2027-02-28"),
        ("2023-02-28", (2, 29), "2028-02-29"),
        ("2023-03-01", (2, 29), "2028-02-29"),
        ("2024-02-28", (2, 29), "2028-02-29"),
        ("2024-02-29", (2, 29), "2029-02-28"),
        ("2024-03-01", (2, 29), "2029-02-28"),
        # Issued on 29 February.
        ("2024-02-29", (2, 28), "2029-02-28"),
        ("2024-02-29", (3, 1), "2028-03-01"),
        ("2024-02-29", (12, 3), "2028-12-03"),
        ("2024-02-29", (1, 15), "2029-01-15"),
    ],
)
def test_it_ends_on_the_fifth_birthday_after_the_day_of_issue(issued: str, birthday: tuple[int, int], ends: str) -> None:
    assert last_day(day(issued), *birthday, RULES) == day(ends)


@pytest.mark.parametrize(
    ("issued", "birthday", "ends"),
    [
        ("2021-09-04", (12, 3), "2026-12-03"),
        ("2021-12-02", (12, 3), "2026-12-03"),
        ("2021-12-04", (12, 3), "2027-12-03"),
        ("2022-02-27", (2, 29), "2027-02-28"),
        ("2023-01-10", (2, 29), "2028-02-29"),
        ("2021-11-30", (1, 1), "2027-01-01"),
    ],
)
def test_renewed_in_time_it_ends_on_the_sixth_birthday(issued: str, birthday: tuple[int, int], ends: str) -> None:
    assert last_day(day(issued), *birthday, RULES, renewed=True) == day(ends)


@pytest.mark.parametrize(
    ("card", "ends", "renewed"),
    [
        ("2025-11-30", "2025-11-30", "2025-11-30"),
        ("2025-12-02", "2025-12-02", "2025-12-02"),
        ("2025-12-03", "2025-12-03", "2025-12-03"),
        ("2025-12-04", "2025-12-03", "2025-12-04"),
        ("2026-12-02", "2025-12-03", "2026-12-02"),
        ("2026-12-03", "2025-12-03", "2026-12-03"),
        ("2026-12-04", "2025-12-03", "2026-12-03"),
        ("2031-12-03", "2025-12-03", "2026-12-03"),
    ],
)
def test_it_never_outlives_the_card(card: str, ends: str, renewed: str) -> None:
    found = [last_day(date(2021, 10, 10), 12, 3, RULES, renewed=again, card=day(card)) for again in (False, True)]
    assert found == [day(ends), day(renewed)]


@pytest.mark.parametrize(
    ("year", "month", "on", "expected"),
    [
        (2024, 2, 29, "2024-02-29"),
        (2025, 2, 29, "2025-02-28"),
        (2100, 2, 29, "2100-02-28"),
        (2025, 2, 28, "2025-02-28"),
        (2025, 12, 31, "2025-12-31"),
    ],
)
def test_29_february_is_the_28th_in_a_common_year(year: int, month: int, on: int, expected: str) -> None:
    assert birthday_in(year, month, on) == day(expected)


@pytest.mark.parametrize(
    ("ends", "first"),
    [
        ("2026-07-15", "2026-04-16"),
        ("2026-12-03", "2026-09-04"),
        ("2026-01-01", "2025-10-02"),
        # No such day three months before: the first of the next month.
        ("2026-05-31", "2026-03-01"),
        ("2026-05-30", "2026-03-01"),
        ("2026-05-29", "2026-03-01"),
        ("2026-05-28", "2026-03-01"),
        ("2026-05-27", "2026-02-28"),
        ("2028-05-31", "2028-03-01"),
        ("2028-05-30", "2028-03-01"),
        ("2028-05-29", "2028-03-01"),
        ("2028-05-28", "2028-02-29"),
        ("2028-05-27", "2028-02-28"),
        ("2026-07-31", "2026-05-01"),
        ("2026-07-30", "2026-05-01"),
        ("2026-07-29", "2026-04-30"),
        ("2026-12-31", "2026-10-01"),
        ("2026-12-30", "2026-10-01"),
        ("2026-12-29", "2026-09-30"),
        # The month before is longer.
        ("2026-11-30", "2026-08-31"),
        ("2026-11-29", "2026-08-30"),
        ("2026-09-30", "2026-07-01"),
        ("2026-08-31", "2026-06-01"),
        ("2027-02-28", "2026-11-29"),
        ("2028-02-29", "2027-11-30"),
        # Over the turn of the year.
        ("2026-03-31", "2026-01-01"),
        ("2026-03-30", "2025-12-31"),
        ("2027-01-31", "2026-11-01"),
    ],
)
def test_nationwide_renewal_opens_the_day_after_the_day_three_months_before(ends: str, first: str) -> None:
    assert first_renewal_day(day(ends), 3, 1) == day(first)


@pytest.mark.parametrize(
    ("ends", "offset", "first"),
    [
        ("2026-07-15", 0, "2026-04-15"),
        ("2026-07-15", 2, "2026-04-17"),
        ("2026-05-28", 2, "2026-03-02"),
        ("2028-05-28", 2, "2028-03-01"),
        ("2028-05-27", 2, "2028-02-29"),
        ("2026-05-31", 2, "2026-03-02"),
        ("2026-11-30", 2, "2026-09-01"),
        ("2026-11-30", 0, "2026-08-30"),
        ("2026-03-30", 2, "2026-01-01"),
        ("2026-01-01", 0, "2025-10-01"),
    ],
)
def test_a_city_s_own_way_of_counting_moves_the_first_day(ends: str, offset: int, first: str) -> None:
    assert first_renewal_day(day(ends), 3, offset) == day(first)


@pytest.mark.parametrize(
    ("ends", "grace"),
    [
        ("2026-12-01", "2027-03-31"),
        ("2026-12-03", "2027-03-31"),
        ("2026-12-31", "2027-03-31"),
        ("2027-01-01", "2027-04-30"),
        ("2026-11-30", "2027-02-28"),
        ("2027-11-01", "2028-02-29"),
        ("2026-09-30", "2026-12-31"),
        ("2026-10-01", "2027-01-31"),
        ("2026-02-28", "2026-05-31"),
        ("2028-02-29", "2028-05-31"),
        ("2025-08-05", "2025-11-30"),
    ],
)
def test_the_insurance_grace_ends_with_the_third_month_after(ends: str, grace: str) -> None:
    assert grace_end(day(ends), 3) == day(grace)


def is_birthday(on: date, birthday: tuple[int, int]) -> bool:
    """By the calendar alone: the day itself, or 28 February where there is no 29th."""
    return (on.month, on.day) == birthday or (birthday == (2, 29) and (on.month, on.day) == (2, 28) and not isleap(on.year))


@settings(max_examples=60, deadline=None)
@given(ISSUES, BIRTHDAYS, st.booleans())
def test_just_five_birthdays_lie_after_the_issue_and_up_to_the_last_day(issued: date, birthday: tuple[int, int], renewed: bool) -> None:
    ends = last_day(issued, *birthday, RULES, renewed=renewed)
    passed = [issued + timedelta(days=n) for n in range(1, (ends - issued).days + 1)]
    assert sum(is_birthday(on, birthday) for on in passed) == (6 if renewed else 5)
    assert is_birthday(ends, birthday)


@given(ISSUES, BIRTHDAYS, st.none() | st.dates(date(2016, 1, 1), date(2070, 12, 31)))
def test_the_last_day_is_a_birthday_or_the_card_s(issued: date, birthday: tuple[int, int], card: date | None) -> None:
    ends = last_day(issued, *birthday, RULES, card=card)
    assert ends == card or is_birthday(ends, birthday)
    assert card is None or ends <= card


@given(ISSUES, BIRTHDAYS)
def test_it_lasts_more_than_four_and_at_most_five_years_and_one_more_when_renewed(issued: date, birthday: tuple[int, int]) -> None:
    first, renewed = (last_day(issued, *birthday, RULES, renewed=again) for again in (False, True))
    assert FOUR_YEARS < (first - issued).days <= FIVE_YEARS
    assert FIVE_YEARS <= (renewed - issued).days <= SIX_YEARS
    assert (renewed.year, first.year) == (first.year + 1, renewed.year - 1)


@given(ISSUES, BIRTHDAYS)
def test_one_day_later_never_ends_earlier(issued: date, birthday: tuple[int, int]) -> None:
    assert last_day(issued, *birthday, RULES) <= last_day(issued + timedelta(days=1), *birthday, RULES)


@given(ISSUES)
def test_renewal_opens_within_the_three_months_before_and_never_after_the_last_day(ends: date) -> None:
    """Three months are 89 to 92 days, and the day after them is one nearer."""
    first = first_renewal_day(ends, 3, 1)
    assert 88 <= (ends - first).days <= 91
    assert first <= first_renewal_day(ends + timedelta(days=1), 3, 1)


@given(ISSUES)
def test_each_way_of_counting_lies_one_day_after_the_other(ends: date) -> None:
    same_date, next_day, day_after_next = (first_renewal_day(ends, 3, offset) for offset in (0, 1, 2))
    assert (next_day - same_date, day_after_next - next_day) == (timedelta(days=1), timedelta(days=1))


@given(ISSUES, BIRTHDAYS, st.integers(1, 92))
def test_renewing_within_the_window_never_shortens(issued: date, birthday: tuple[int, int], days_left: int) -> None:
    """Whatever day of the window is chosen, the next one ends on the fifth birthday after the present last day."""
    ends = last_day(issued, *birthday, RULES)
    renewal = ends - timedelta(days=days_left)
    renewed = last_day(max(renewal, first_renewal_day(ends, 3, 1)), *birthday, RULES, renewed=True)
    assert renewed.year == ends.year + 5
    assert is_birthday(renewed, birthday)


@given(ISSUES, BIRTHDAYS, st.integers(92, 364))
def test_issuing_anew_before_the_window_costs_a_year(issued: date, birthday: tuple[int, int], days_left: int) -> None:
    """The fifth birthday after it: four years after the present last day, not five."""
    ends = last_day(issued, *birthday, RULES)
    anew = last_day(ends - timedelta(days=days_left), *birthday, RULES)
    assert anew.year == ends.year + 4
    assert is_birthday(anew, birthday)


@given(ISSUES)
def test_the_grace_ends_on_the_last_day_of_a_month_more_than_three_months_later(ends: date) -> None:
    grace = grace_end(ends, 3)
    assert (grace + timedelta(days=1)).day == 1
    assert (grace.year * 12 + grace.month) - (ends.year * 12 + ends.month) == 3


@given(ISSUES, BIRTHDAYS, st.integers(1, 10))
def test_birthdays_follow_each_other_a_year_apart(issued: date, birthday: tuple[int, int], nth: int) -> None:
    found = nth_birthday(issued, *birthday, nth)
    assert found > issued
    assert nth_birthday(found, *birthday, 1) == nth_birthday(issued, *birthday, nth + 1)
