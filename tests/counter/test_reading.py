"""A reading between the two processes: states only, taken back whole or not at all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.counter.reading import Auth, Reading, ReadingError, Situation

READ = Reading(Situation.read, Auth("within", date(2024, 3, 1), date(2029, 3, 20)), "present", 3, "locked")


@pytest.mark.parametrize("reading", [READ, Reading(Situation.read, Auth("foreign")), *(Reading(s) for s in Situation if s is not Situation.read)])
def test_a_reading_comes_back_as_it_went(reading: Reading) -> None:
    assert Reading.of(reading.as_dict()) == reading


@pytest.mark.parametrize(
    "change",
    [
        {"situation": "valid"},
        {"situation": None},
        {"auth": ["valid", "2024-03-01", "2029-03-20"]},
        {"auth": ["within", None, None]},
        {"auth": ["within", "2024-03-01", None]},
        {"auth": ["foreign", "2024-03-01", "2029-03-20"]},
        {"auth": ["within", "2024-03-01", "2029-02-30"]},
        {"auth": ["within"]},
        {"auth": None},
        {"sign": "absent"},
        {"tries": [0, 5]},
        {"tries": [16, 5]},
        {"tries": [True, 5]},
        {"tries": ["three", 5]},
        {"tries": [3]},
        {"tries": [3, 5, 7]},
    ],
)
def test_what_was_changed_on_the_way_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ReadingError) as refused:
        Reading.of(READ.as_dict() | change)
    assert str(refused.value) == "no reading"


@pytest.mark.parametrize("data", [None, [], "read", 1, {}, {"situation": "read"}])
def test_what_is_no_reading_is_refused(data: object) -> None:
    with pytest.raises(ReadingError):
        Reading.of(data)
