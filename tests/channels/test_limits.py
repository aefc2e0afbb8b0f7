"""Token buckets with a clock of our own."""

from __future__ import annotations

from contextlib import suppress

import pytest

from bot.channels.buckets import OwnBuckets, Rate
from bot.channels.limits import Limits, Rates, TooMany
from bot.channels.regulars import Regulars

_WIDE = Rate(100, 10)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _limits(clock: Clock, every: Rate = _WIDE, client: Rate = _WIDE) -> Limits:
    rates = Rates(of_one=Rate(2, 0.5), of_client=client, of_all=every, opened_by_client=_WIDE, opened_by_all=Rate(1, 1))
    return Limits(rates, OwnBuckets(clock))


async def test_a_session_that_is_too_fast_waits_and_others_do_not() -> None:
    clock = Clock()
    limits = _limits(clock)
    await limits.message("a")
    await limits.message("a")
    with pytest.raises(TooMany) as refused:
        await limits.message("a")
    assert refused.value.seconds == 2
    await limits.message("b")
    clock.now = 1.9
    with pytest.raises(TooMany):
        await limits.message("a")
    clock.now = 2.0
    await limits.message("a")


async def test_a_bucket_never_holds_more_than_its_burst() -> None:
    clock = Clock()
    limits = _limits(clock)
    clock.now = 1_000
    await limits.message("a")
    await limits.message("a")
    with pytest.raises(TooMany):
        await limits.message("a")


async def test_all_sessions_together_are_limited_and_a_refusal_costs_nothing() -> None:
    clock = Clock()
    limits = _limits(clock, every=Rate(2, 1))
    await limits.message("a")
    await limits.message("b")
    for _ in range(5):
        with pytest.raises(TooMany):
            await limits.message("c")
    clock.now = 1.0
    await limits.message("c")
    clock.now = 2.0
    await limits.message("c")


async def test_a_client_that_opens_session_after_session_is_limited_all_the_same() -> None:
    limits = _limits(Clock(), client=Rate(3, 1))
    for conversation in "abc":
        await limits.message(conversation, "198.51.100.1")
    with pytest.raises(TooMany):
        await limits.message("d", "198.51.100.1")
    await limits.message("d", "198.51.100.2")


async def test_new_sessions_are_limited() -> None:
    clock = Clock()
    limits = _limits(clock)
    await limits.session()
    with pytest.raises(TooMany):
        await limits.session()
    clock.now = 1.0
    await limits.session()


async def test_the_least_recently_used_bucket_is_forgotten_first() -> None:
    buckets = OwnBuckets(Clock(), most=2)
    once = Rate(1, 1)
    assert [await buckets.take([(name, once)]) for name in "abca"] == [0, 0, 0, 0]
    assert await buckets.take([("c", once)]) == 1


async def test_limits_can_be_lifted() -> None:
    limits = Limits(None)
    for _ in range(10_000):
        await limits.message("a", "198.51.100.1")
        await limits.session("198.51.100.1")


async def test_only_so_many_wait_for_an_answer_together() -> None:
    refused: list[str] = []
    limits = Limits(Rates(at_once=2), refused=refused.append)
    with limits.place(), limits.place():
        with pytest.raises(TooMany) as error, limits.place():
            pass
        assert 2 <= error.value.seconds <= 6 and refused == ["pressure"]
    with limits.place():
        pass
    with Limits(None).place(), Limits(None).place():
        pass


async def test_a_question_that_fails_gives_its_place_back() -> None:
    limits = Limits(Rates(at_once=1))
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), limits.place():
            _ = 1 / 0


async def test_who_was_answered_a_moment_ago_leaves_the_last_places_to_others() -> None:
    limits = Limits(Rates(at_once=3, regulars_at_once=2))
    with limits.place("198.51.100.1"), limits.place("198.51.100.2"):
        assert limits.is_full("198.51.100.1") and not limits.is_full("198.51.100.3") and not limits.is_full()
        with pytest.raises(TooMany), limits.place("198.51.100.2"):
            pass
        with limits.place("198.51.100.3"):
            assert limits.is_full("198.51.100.4") and limits.is_full()
    with limits.place("198.51.100.1"), limits.place("198.51.100.1"):
        pass


async def test_who_was_answered_a_moment_ago_leaves_a_part_of_the_rate_to_others() -> None:
    clock = Clock()
    limits = Limits(Rates(of_all=Rate(10, 1), of_regulars=Rate(4, 0.5)), OwnBuckets(clock))
    flooding = [f"198.51.100.{number}" for number in range(4)]
    for client in flooding:
        await limits.message(client, client)
        with limits.place(client):
            pass
    answered = 0
    for number in range(40):
        with suppress(TooMany):
            await limits.message(f"{number}", flooding[number % 4])
            answered += 1
    assert answered == 4, "and not all that is left"
    await limits.message("resident", "203.0.113.1")


def test_a_moment_passes_and_no_more_than_so_many_are_remembered() -> None:
    clock = Clock()
    regulars = Regulars(clock, moment=10, most=3)
    regulars.add("a")
    clock.now = 10
    assert "a" in regulars and "b" not in regulars
    clock.now = 10.1
    assert "a" not in regulars
    for name in "bcde":
        regulars.add(name)
    assert [name for name in "abcde" if name in regulars] == ["c", "d", "e"] and len(regulars._answered) == 3
