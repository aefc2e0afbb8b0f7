"""What an earlier process took in and did not finish: answered as it would have been, and nobody sees it twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic, time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot as TelegramBot
from telegram import Update

from bot.channels.inbox import Arrival
from bot.channels.limits import Limits
from bot.channels.line import LineDesk
from bot.channels.line_client import LineClient
from bot.channels.line_delivery import Delivery
from bot.channels.line_events import Event, read_events
from bot.channels.line_keeping import CHANNEL, kept, restored
from bot.channels.line_talk import LineTalk
from bot.channels.session import Sessions
from bot.channels.sqlite_inbox import SqliteInbox
from bot.channels.telegram_keeping import kept as kept_update
from bot.channels.telegram_keeping import name_of
from bot.language.private_data import mask
from tests.channels.drivers import Witness
from tests.channels.inboxes import KEY, an_inbox, faults
from tests.channels.test_telegram import running, seen
from tests.fakes.line_api import TOKEN as LINE_TOKEN
from tests.fakes.line_api import LineApi, line_api
from tests.fakes.line_webhook import LineEvents, a_user, again, delivery
from tests.fakes.telegram_api import TOKEN, TelegramApi

if TYPE_CHECKING:
    from bot.engine.bot import Bot

SECRET_NUMBER = "9021 3345 6781"
TO_THE_POINT = ("中野区に住んでいます", "暗証番号を忘れた", "4桁のほう", "はい")
"""The last answers a question of the bot's: said once more it would mean nothing."""
PICTURE = {"photo": [{"file_id": "a", "file_unique_id": "b", "width": 90, "height": 60}]}


class KilledInbox(SqliteInbox):
    """Of a process that is killed between its last answer and marking it."""

    _last: tuple[str, str] | None = None

    async def done(self, channel: str, name: str) -> None:
        before, self._last = self._last, (channel, name)
        if before:
            await super().done(*before)


@pytest.fixture
def line() -> Iterator[LineApi]:
    with line_api() as api:
        yield api


@pytest.fixture
def telegram() -> Iterator[TelegramApi]:
    with TelegramApi() as api:
        yield api


@asynccontextmanager
async def desk(
    bot: Any, api: LineApi, path: Path, *, push: bool = False, killed: bool = False, clock: Callable[[], float] = monotonic
) -> AsyncIterator[LineDesk]:
    """One process's life."""
    inbox = (KilledInbox if killed else SqliteInbox)(path, Sessions(KEY), faults())
    client = LineClient(LINE_TOKEN, api.url, api.url)
    deliver = Delivery(client, push, partial(inbox.trying, CHANNEL), clock)
    opened = LineDesk(LineTalk(bot, Limits(None), None), deliver, Sessions(KEY), inbox, bot.masked)
    await opened.open()
    try:
        yield opened
    finally:
        await opened.close()
        await client.close()
        await inbox.close()


def events_of(*raw: dict[str, Any]) -> list[Event]:
    return read_events(delivery(*raw), monotonic())


async def shown(api: LineApi, user: str, count: int = 1) -> list[str]:
    return [sent.text for sent in await asyncio.to_thread(api.wait_for, user, count)]


async def test_an_answer_that_was_sent_before_the_kill_is_not_shown_again_and_counts_once(bot: Bot, line: LineApi, tmp_path: Path) -> None:
    user, events, path = a_user(), LineEvents(line), tmp_path / "inbox.sqlite3"
    raw = [events.text(user, text) for text in TO_THE_POINT]
    async with desk(bot, line, path, killed=True) as first:
        for event in raw:
            assert await first.accept(events_of(event))
        before = await shown(line, user, 4)
    witness = Witness(bot)
    async with desk(witness, line, path) as second:
        assert await second.accept(events_of(*map(again, raw)))
        assert await second.accept(events_of(events.text(user, "手数料は?")))
        after = await shown(line, user, 5)
    assert after[:4] == before and len(after) == 5 and line.refused == ["Invalid reply token"]
    assert witness.answers[0]["text"] == before[3]


async def test_a_push_that_was_sent_before_the_kill_is_refused_by_its_key(bot: Bot, line: LineApi, tmp_path: Path) -> None:
    user, path = a_user(), tmp_path / "inbox.sqlite3"
    event = LineEvents(line).text(user, "手数料は?")
    line.expire(event["replyToken"])
    for killed in (True, True, False):
        async with desk(bot, line, path, push=True, killed=killed, clock=lambda: monotonic() + 60) as process:
            assert await process.accept(events_of(event))
            await shown(line, user)
    assert len(line.sent_to(user)) == 1 and line.refused == ["The retry key is already accepted"] * 2


@pytest.mark.parametrize(("tried", "sent"), [(False, 1), (True, 0)], ids=["surely unsent", "perhaps sent"])
async def test_after_the_tokens_life_only_what_was_surely_not_sent_is_pushed(
    bot: Bot, line: LineApi, tmp_path: Path, caplog: pytest.LogCaptureFixture, tried: bool, sent: int
) -> None:
    user, path = a_user(), tmp_path / "inbox.sqlite3"
    [event] = events_of(LineEvents(line).text(user, "手数料は?"))
    inbox = an_inbox(path)
    await inbox.take([kept(event, bot.masked, 0, 0, tried)])
    await inbox.close()
    with caplog.at_level(logging.WARNING):
        async with desk(bot, line, path, push=True):
            await asyncio.sleep(0)
    assert [one.token for one in line.sent_to(user)] == [None] * sent and ("送れませんでした" in caplog.text) is not bool(sent)


async def test_a_caller_that_hangs_up_costs_no_answer(bot: Bot, line: LineApi, tmp_path: Path) -> None:
    user = a_user()
    async with desk(bot, line, tmp_path / "inbox.sqlite3") as process:
        call = asyncio.ensure_future(process.accept(events_of(LineEvents(line).text(user, "手数料は?"))))
        await asyncio.sleep(0)
        call.cancel()
        assert "200円" in (await shown(line, user))[0]


@given(st.floats(0, 1e6), st.floats(0, 1e9), st.floats(-1e6, 1e6))
def test_an_event_is_as_old_as_it_is_and_never_from_the_future(age: float, now: float, passed: float) -> None:
    event = Event("message", "01A", 5, 0.0, "U1", True, False, "token", "更新", None, None)
    found = restored(kept(event, mask, age, now, False), now + passed, 50.0)
    assert found.received <= 50.0 and found.received == pytest.approx(50 - max(0, passed + age), abs=1e-3)
    assert replace(found, received=0.0, again=False) == event


async def test_a_masked_number_is_warned_of_also_after_a_restart(bot: Bot, line: LineApi, telegram: TelegramApi, tmp_path: Path) -> None:
    user, text = a_user(), f"私のマイナンバーは {SECRET_NUMBER} です。更新の手数料は？"
    expected = (await bot.reply("warned", text))["text"]
    [event] = events_of(LineEvents(line).text(user, text))
    inbox = await left_behind(bot, tmp_path / "inbox.sqlite3", telegram.say(6_007, text))
    await inbox.take([kept(event, bot.masked, 0, time(), False)])
    async with running(bot, telegram, inbox=inbox):
        [warned] = await seen(telegram, 6_007, 1)
    await inbox.close()
    async with desk(bot, line, tmp_path / "inbox.sqlite3"):
        assert await shown(line, user) == [expected]
    assert warned.text == expected and "入力しないで" in expected


async def test_a_picture_of_an_album_is_answered_once_over_a_restart(bot: Bot, line: LineApi, tmp_path: Path) -> None:
    user, events, path = a_user(), LineEvents(line), tmp_path / "inbox.sqlite3"
    album = [events.message(user, "image", imageSet={"id": f"set of {user}", "index": place, "total": 2}) for place in (1, 2)]
    async with desk(bot, line, path) as first:
        assert await first.accept(events_of(album[0]))
        await shown(line, user)
    async with desk(bot, line, path) as second:
        assert await second.accept(events_of(album[1], album[0]))
        assert await second.accept(events_of(events.text(user, "手数料は?")))
        assert "200円" in (await shown(line, user, 2))[1]


async def left_behind(bot: Bot, path: Path, *updates: dict[str, Any]) -> SqliteInbox:
    """The inbox of a process that was killed as soon as it had taken these."""
    inbox, telegram = an_inbox(path), TelegramBot(TOKEN)
    await inbox.take([kept_update(Update.de_json(update, telegram), bot.masked) for update in updates])
    await inbox.close()
    return an_inbox(path)


Say = Callable[[TelegramApi, int], dict[str, Any]]
_KINDS: dict[str, Say] = {
    "text": lambda api, chat: api.say(chat, "更新の手数料は？", reply_to_message=api.message_from(chat, text="前の話")),
    "command": lambda api, chat: api.say(chat, "/help@shomei_test_bot"),
    "town": lambda api, chat: api.say(chat, "/municipality 中野区"),
    "start": lambda api, chat: api.say(chat, "/start"),
    "unknown command": lambda api, chat: api.say(chat, "/unheard"),
    "picture": lambda api, chat: api.send(chat, caption="これでいいですか", **PICTURE),
    "sticker": lambda api, chat: api.send(
        chat,
        sticker={"file_id": "a", "file_unique_id": "b", "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False},
    ),
    "edit": lambda api, chat: api.edit(chat, text="カードをなくした"),
    "old button": lambda api, chat: api.press_data(chat, api.chat(chat)[0], "AAAAAAAAAAAA.0"),
}
_SILENT: dict[str, Say] = {
    "pinned": lambda api, chat: api.send(chat, pinned_message=api.message_from(chat, text="x")),
    "moving place": lambda api, chat: api.edit(chat, location={"latitude": 35.0, "longitude": 139.0, "live_period": 900}),
    "unblocked": lambda api, chat: api.membership(chat, "kicked", "member"),
}


@pytest.mark.parametrize("kind", sorted(_KINDS))
async def test_an_update_left_behind_is_answered_as_it_would_have_been(bot: Bot, telegram: TelegramApi, tmp_path: Path, kind: str) -> None:
    live, left = 6_001, 6_002
    async with running(bot, telegram):
        for chat in (live, left):
            telegram.say(chat, "/clear")
            await seen(telegram, chat, 1)
        _KINDS[kind](telegram, live)
        expected = [message.text for message in await seen(telegram, live, 2)][1:]
    # It also waits to be fetched, unconfirmed: it is known, and answered once.
    inbox = await left_behind(bot, tmp_path / "inbox.sqlite3", _KINDS[kind](telegram, left))
    async with running(bot, telegram, inbox=inbox):
        assert [message.text for message in await seen(telegram, left, 2)][1:] == expected
    assert await inbox.waiting("telegram") == []
    await inbox.close()


@pytest.mark.parametrize("kind", sorted(_SILENT))
async def test_what_is_no_message_is_left_alone_also_after_a_restart(bot: Bot, telegram: TelegramApi, tmp_path: Path, kind: str) -> None:
    inbox = await left_behind(bot, tmp_path / "inbox.sqlite3", _SILENT[kind](telegram, 6_003), telegram.say(6_003, "/help"))
    async with running(bot, telegram, inbox=inbox):
        [told] = await seen(telegram, 6_003, 1)
    assert "文字で送って" in told.text
    await inbox.close()


async def test_what_an_earlier_version_left_is_in_the_way_of_nothing(bot: Bot, line: LineApi, telegram: TelegramApi, tmp_path: Path) -> None:
    path, user = tmp_path / "inbox.sqlite3", a_user()
    inbox = an_inbox(path)
    await inbox.take([Arrival("telegram", ("1",), {"update_id": 1, "message": {"text": "x"}}), Arrival("line", ("2",), {"word": "x"})])
    async with running(bot, telegram, inbox=inbox):
        telegram.say(6_008, "/help")
        await seen(telegram, 6_008, 1)
    await inbox.close()
    async with desk(bot, line, path) as process:
        assert await process.accept(events_of(LineEvents(line).text(user, "手数料は?")))
        assert "200円" in (await shown(line, user))[0]
    left = an_inbox(path)
    assert [*await left.waiting("line"), *await left.waiting("telegram")] == []
    await left.close()


async def test_a_group_and_a_block_left_behind_are_still_what_they_were(bot: Bot, telegram: TelegramApi, tmp_path: Path) -> None:
    async with running(bot, telegram):
        telegram.say(6_004, "中野区に住んでいます")
        await seen(telegram, 6_004, 1)
    updates = (
        telegram.membership(-600, "left", "member", "supergroup"),
        telegram.say(-600, "カードをなくした", kind="supergroup"),
        telegram.membership(6_004, "member", "kicked"),
        telegram.say(6_004, "何時までですか"),
    )
    inbox = await left_behind(bot, tmp_path / "inbox.sqlite3", *updates)
    async with running(bot, telegram, inbox=inbox):
        [line] = await seen(telegram, -600, 1)
        _, asked = await seen(telegram, 6_004, 2)
    assert "1対1" in line.text and asked.titles == bot.municipality_names()
    await inbox.close()


async def test_nothing_of_whoever_sent_it_is_kept_but_what_the_answer_needs(bot: Bot, telegram: TelegramApi) -> None:
    quoted = {**telegram.message_from(6_005, text="ヒミツの引用")}
    update = telegram.say(6_005, f"番号は {SECRET_NUMBER} です", reply_to_message=quoted)
    update["message"]["from"] |= {"username": "ヒミツのなまえ", "last_name": "ヒミツ"}
    found = kept_update(Update.de_json(update, TelegramBot(TOKEN)), bot.masked)
    assert found == Arrival(
        "telegram",
        (str(update["update_id"]),),
        {
            "update_id": update["update_id"],
            "message": {
                "message_id": update["message"]["message_id"],
                "date": update["message"]["date"],
                "chat": {"id": 6_005, "type": "private"},
                "text": bot.masked(f"番号は {SECRET_NUMBER} です").text,
                "entities": [],
            },
            "jpki_bot_hidden": ["individual_number"],
        },
    )
    assert SECRET_NUMBER not in str(found) and "8月5日" not in bot.masked("誕生日は8月5日").text and name_of(Update(7)) == "7"


async def test_an_answer_that_was_perhaps_sent_is_sent_again_and_the_conversation_moves_once(bot: Bot, telegram: TelegramApi, tmp_path: Path) -> None:
    path = tmp_path / "inbox.sqlite3"
    killed = KilledInbox(path, Sessions(KEY), faults())
    async with running(bot, telegram, inbox=killed):
        for text in TO_THE_POINT:
            telegram.say(6_006, text)
        *_, answer = await seen(telegram, 6_006, 4)
    await killed.close()
    inbox = an_inbox(path)
    async with running(bot, telegram, inbox=inbox):
        *_, repeated = await seen(telegram, 6_006, 5)
    assert repeated.text == answer.text
    await inbox.close()
