"""Reply tokens and push, against a stand-in for LINE and with a clock of our own."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.channels.line_client import LineClient, Outcome
from bot.channels.line_delivery import Delivery
from bot.channels.line_events import Event
from tests.fakes.line_api import TOKEN, LineApi, line_api

_MESSAGES = [{"type": "text", "text": "ヒミツの答え"}]
_USER = "U" + "a" * 32


class Clock:
    """Sleeping takes no time but its own."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


async def unnoted(_: str) -> None:
    """Nobody keeps what is tried."""


@pytest.fixture
def api() -> Iterator[LineApi]:
    with line_api() as api:
        api.hangs = 0.5
        yield api


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client(api: LineApi, clock: Clock) -> AsyncIterator[LineClient]:
    client = LineClient(TOKEN, api.url, api.url, seconds=0.2, clock=clock, sleep=clock.sleep)
    yield client
    await client.close()


def _event(api: LineApi, **more: Any) -> Event:
    event = Event("message", "01A", 1, 1_000.0, _USER, True, False, api.reply_token(_USER), "更新", None, None)
    return replace(event, **more)


async def test_a_reply_uses_its_token_and_nothing_is_pushed(api: LineApi, client: LineClient, clock: Clock) -> None:
    event = _event(api)
    await Delivery(client, True, unnoted, clock).deliver(event, _MESSAGES)
    assert [(sent.user, sent.token) for sent in api.sent] == [(_USER, event.reply_token)] and api.requests == ["POST /v2/bot/message/reply"]


@pytest.mark.parametrize("push", [False, True])
async def test_after_its_life_a_token_is_not_tried(api: LineApi, client: LineClient, clock: Clock, push: bool, caplog: pytest.LogCaptureFixture) -> None:
    delivery, event = Delivery(client, push, unnoted, clock), _event(api)
    clock.now += 50
    assert delivery.can_reach(event) is push
    with caplog.at_level(logging.WARNING):
        await delivery.deliver(event, _MESSAGES)
    assert [sent.token for sent in api.sent] == ([None] if push else [])
    assert ("送れませんでした" in caplog.text) is not push and "ヒミツ" not in caplog.text and _USER not in caplog.text


@pytest.mark.parametrize("push", [False, True])
async def test_a_token_that_line_refuses_is_followed_by_a_push_where_allowed(api: LineApi, client: LineClient, clock: Clock, push: bool) -> None:
    event = _event(api)
    api.expire(event.reply_token or "")
    await Delivery(client, push, unnoted, clock).deliver(event, _MESSAGES)
    assert [sent.token for sent in api.sent] == ([None] if push else [])


@pytest.mark.parametrize("more", [{"redelivered": True}, {"private": False}])
async def test_a_redelivered_event_and_a_group_are_never_pushed_to(api: LineApi, client: LineClient, clock: Clock, more: dict[str, bool]) -> None:
    await Delivery(client, True, unnoted, clock).deliver(_event(api, reply_token=None, **more), _MESSAGES)
    assert api.requests == []


@pytest.mark.parametrize("fault", ["500 after", "cut after", "hang after", "garbage"])
async def test_what_may_have_arrived_is_not_sent_twice(api: LineApi, client: LineClient, clock: Clock, fault: Any) -> None:
    api.fail(fault)
    await Delivery(client, True, unnoted, clock).deliver(_event(api), _MESSAGES)
    assert len(api.sent) == 1 and not [path for path in api.requests if path.endswith("push")]


async def test_where_line_stays_broken_the_answer_is_given_up_in_time(api: LineApi, client: LineClient, clock: Clock) -> None:
    api.fail(*["500"] * 20)
    await Delivery(client, True, unnoted, clock).deliver(_event(api), _MESSAGES)
    assert api.sent == [] and len(api.requests) == 5 and clock.now < 1_050


async def test_a_wait_beyond_the_tokens_life_leads_to_the_push(api: LineApi, client: LineClient, clock: Clock) -> None:
    api.fail("429 long")
    await Delivery(client, True, unnoted, clock).deliver(_event(api), _MESSAGES)
    assert [sent.token for sent in api.sent] == [None] and clock.slept == []


async def test_the_wait_that_line_names_is_kept(api: LineApi, client: LineClient, clock: Clock) -> None:
    api.fail("429", "429")
    await Delivery(client, False, unnoted, clock).deliver(_event(api), _MESSAGES)
    assert len(api.sent) == 1 and clock.slept == [1.0, 1.0]


@pytest.mark.parametrize("fault", ["500 after", "hang after", "cut after", "500", "429"])
async def test_a_push_is_tried_again_and_arrives_once(api: LineApi, client: LineClient, clock: Clock, fault: Any) -> None:
    api.fail(fault)
    assert await client.push(_USER, _MESSAGES, clock() + 60, "01A") is Outcome.ACCEPTED
    assert len(api.sent) == 1 and len(api.requests) == 2


async def test_a_wrong_access_token_is_named(api: LineApi, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    client = LineClient("wrong", api.url, api.url, clock=clock, sleep=clock.sleep)
    with caplog.at_level(logging.WARNING):
        await Delivery(client, True, unnoted, clock).deliver(_event(api), _MESSAGES)
    await client.close()
    assert api.sent == [] and "JPKI_BOT_LINE_TOKEN" in caplog.text and "wrong" not in caplog.text


async def test_where_nothing_listens_the_answer_is_dropped_not_raised(api: LineApi, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    client = LineClient(TOKEN, "http://127.0.0.1:9", "http://127.0.0.1:9", clock=clock, sleep=clock.sleep)
    with caplog.at_level(logging.WARNING):
        await Delivery(client, False, unnoted, clock).deliver(_event(api), _MESSAGES)
    await client.close()
    assert "間に合わなかった" in caplog.text and clock.now < 1_050
