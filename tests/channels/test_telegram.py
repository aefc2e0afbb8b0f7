"""Telegram as residents meet it: the real bot, a Bot API server on loopback, and what goes wrong between them."""

from __future__ import annotations

import asyncio
import logging
import random
import re
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from bot.channels.buckets import Rate
from bot.channels.inbox import Inbox
from bot.channels.limits import Limits, Rates
from bot.channels.session import Sessions
from bot.channels.telegram import Pace, TelegramChannel
from bot.channels.telegram_text import LONGEST
from bot.settings import TelegramSettings
from tests.channels.inboxes import an_inbox
from tests.fakes.telegram_api import TOKEN, Fault, Message, TelegramApi

if TYPE_CHECKING:
    from bot.engine.bot import Bot

QUICK = Pace(long_poll=2, answer_within=1.5, first_pause=0.05, longest_pause=0.2, last_answers=5, a_second=1_000)
KEY = bytes(range(32))
PRIVACY = "暗証番号は入力しない"
GONE = "このボタンは古くなって"
NO_PHOTOS = "写真は、撮って送らないで"


@pytest.fixture
def api() -> Any:
    with TelegramApi() as api:
        yield api


class Operator:
    """Hears what the channel tells whoever runs it."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def __call__(self, words: str) -> None:
        self.heard.append(words)


@asynccontextmanager
async def running(
    bot: Bot,
    api: TelegramApi,
    operator: Operator | None = None,
    limits: Limits | None = None,
    token: str = TOKEN,
    pace: Pace = QUICK,
    inbox: Inbox | None = None,
) -> AsyncIterator[TelegramChannel]:
    settings = TelegramSettings(token, api=api.url)
    channel = TelegramChannel(bot, Sessions(KEY), limits or Limits(None), inbox or an_inbox(), settings, operator or Operator(), pace)
    await channel.start()
    try:
        yield channel
    finally:
        await channel.stop()


async def seen(api: TelegramApi, chat: int, count: int, seconds: float = 20) -> list[Message]:
    """The chat as soon as it holds `count` of the bot's messages; then a moment, in which no further one may come."""
    await asyncio.to_thread(api.wait_messages, chat, count, seconds)
    await asyncio.sleep(0.2)
    found = api.chat(chat)
    assert len(found) == count, [message.text for message in found]
    return found


async def until(api: TelegramApi, reached: Callable[[], bool], seconds: float = 20) -> None:
    await asyncio.to_thread(api.wait, reached, seconds)


async def test_start_greets_with_the_privacy_line_and_every_municipality(bot: Bot, api: TelegramApi) -> None:
    async with running(bot, api):
        api.say(11, "/start")
        [greeting] = await seen(api, 11, 1)
    assert PRIVACY in greeting.text and greeting.titles == bot.municipality_names()
    assert set(greeting.rows) == {1} and all(len(data.encode()) <= 20 for _, data in greeting.buttons)
    assert [command["command"] for command in api.commands] == ["start", "help", "municipality", "clear"]
    assert all(re.search(r"[ぁ-ん一-龠]", command["description"]) for command in api.commands)


async def test_a_pressed_button_is_answered_and_stays_readable(bot: Bot, api: TelegramApi) -> None:
    async with running(bot, api):
        api.say(12, "窓口は何時までですか")
        [asked] = await seen(api, 12, 1)
        query = api.press(12, "中野区")["callback_query"]["id"]
        asked, answer = await seen(api, 12, 2)
    assert asked.buttons == [] and asked.text.endswith("▶ 中野区")
    assert "午後5時" in answer.text and api.acknowledged == [query]


async def test_a_button_pressed_twice_counts_once(bot: Bot, api: TelegramApi) -> None:
    async with running(bot, api):
        api.say(13, "窓口は何時までですか")
        [asked] = await seen(api, 13, 1)
        for _, data in asked.buttons[:2]:
            api.press_data(13, asked, data)
        asked, answer = await seen(api, 13, 2)
    assert answer.text.count("名古屋市") and len(api.acknowledged) == 2


@pytest.mark.parametrize("data", ["AAAAAAAAAAAA.0", "municipality:nakano", "", "x" * 64])
async def test_a_button_that_is_no_longer_known_says_so_and_shows_the_menu(bot: Bot, api: TelegramApi, data: str) -> None:
    async with running(bot, api):
        api.say(14, "/municipality")
        [asked] = await seen(api, 14, 1)
        api.press_data(14, asked, data)
        asked, told = await seen(api, 14, 2)
    assert asked.buttons == [] and GONE in told.text and "更新" in "".join(told.titles)


async def test_a_button_works_only_in_its_own_chat(bot: Bot, api: TelegramApi) -> None:
    async with running(bot, api):
        for chat in (15, 16):
            api.say(chat, "窓口は何時までですか")
        [mine], [yours] = await seen(api, 15, 1), await seen(api, 16, 1)
        api.press_data(16, yours, dict(mine.buttons)["中野区"])
        _, told = await seen(api, 16, 2)
    assert GONE in told.text and api.chat(15)[0].buttons


async def test_a_long_chosen_message_keeps_its_choice_in_a_message_of_its_own(bot: Bot, api: TelegramApi) -> None:
    async with running(bot, api):
        api.say(17, "/municipality")
        [asked] = await seen(api, 17, 1)
        asked.text = "あ" * LONGEST
        api.press(17, "中野区")
        asked, chosen, _ = await seen(api, 17, 3)
    assert asked.buttons == [] and chosen.text == "▶ 中野区"


async def test_the_checklist_and_its_sources_are_complete(bot: Bot, api: TelegramApi) -> None:
    async with running(bot, api):
        for text in ("中野区です", "更新の持ち物の一覧"):
            api.say(18, text)
        _, answer = await seen(api, 18, 2)
    assert "□ マイナンバーカード" in answer.text and "□ 電子証明書の更新：無料" in answer.text
    links = {entity["url"]: _words(answer.text, entity) for entity in answer.entities if entity["type"] == "text_link"}
    assert links and all(url.startswith("https://") and "「" in words for url, words in links.items())
    bold = [_words(answer.text, entity) for entity in answer.entities if entity["type"] == "bold"]
    assert "【持ち物】" in bold and all(f"\n{heading}\n" in answer.text for heading in bold)


def _words(text: str, entity: dict[str, Any]) -> str:
    start, length = entity["offset"] * 2, entity["length"] * 2
    return text.encode("utf-16-le")[start : start + length].decode("utf-16-le")


async def test_a_date_for_the_calendar_comes_as_a_file(bot: Bot, api: TelegramApi) -> None:
    async with running(bot, api):
        api.say(19, "2024年6月10日に発行、誕生日は8月5日。いつまで使えますか")
        answer, file = await seen(api, 19, 2)
    assert file.document and file.document[0].endswith(".ics") and file.document[1].startswith("BEGIN:VCALENDAR")


async def test_a_long_answer_comes_in_whole_sentences_with_the_buttons_last(api: TelegramApi, bot: Bot) -> None:
    long = "".join(f"電子証明書の{number}番目の決まりです。" for number in range(600))

    class Longwinded:
        def __getattr__(self, name: str) -> Any:
            return getattr(bot, name)

        async def reply(self, *_: Any, **__: Any) -> dict[str, Any]:
            return {"text": long, "buttons": [{"title": "手数料", "payload": "topic:fees"}], "sources": [], "attachments": []}

    async with running(Longwinded(), api):  # type: ignore[arg-type]
        api.say(20, "全部")
        messages = await seen(api, 20, 3)
    assert "".join(message.text for message in messages) == long
    assert all(message.text.endswith("です。") for message in messages) and [bool(message.buttons) for message in messages] == [False, False, True]


async def test_clear_forgets_what_was_said_and_offered(bot: Bot, api: TelegramApi) -> None:
    async with running(bot, api):
        api.say(21, "中野区に住んでいます")
        api.say(21, "/municipality")
        api.say(21, "/clear")
        _, asked, cleared = await seen(api, 21, 3)
        api.press_data(21, asked, dict(asked.buttons)["中野区"])
        api.say(21, "何時までですか")
        *_, gone, again = await seen(api, 21, 5)
    assert "忘れました" in cleared.text and GONE in gone.text
    assert again.titles == bot.municipality_names()


@pytest.mark.parametrize("text", ["/help", "/unknown", "/help@shomei_test_bot"])
async def test_help_says_what_it_can_do(bot: Bot, api: TelegramApi, text: str) -> None:
    async with running(bot, api):
        api.say(22, text)
        [told] = await seen(api, 22, 1)
    assert "文字で送って" in told.text and "手数料" in told.titles


@pytest.mark.parametrize("text", ["/start nakano", "/municipality 中野区"])
async def test_a_link_or_a_word_may_name_the_municipality(bot: Bot, api: TelegramApi, text: str) -> None:
    chat = 23 + len(text)
    async with running(bot, api):
        api.say(chat, "/clear")
        api.say(chat, text)
        api.say(chat, "何時までですか")
        await until(api, lambda: "午後5時" in "".join(api.texts(chat)))
    assert any("中野区の内容で" in shown for shown in api.texts(chat))


_PICTURE = {"photo": [{"file_id": "a", "file_unique_id": "b", "width": 90, "height": 60}]}
_SOUND = {"file_id": "a", "file_unique_id": "b", "duration": 3}
_STICKER = {"file_id": "a", "file_unique_id": "b", "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}


@pytest.mark.parametrize(
    "content",
    [
        _PICTURE,
        {**_PICTURE, "caption": "このカードでいいですか"},
        {"voice": _SOUND},
        {"sticker": _STICKER},
        {"location": {"latitude": 35.0, "longitude": 139.0}},
        {"contact": {"phone_number": "+810000", "first_name": "花"}},
        {"document": {"file_id": "a", "file_unique_id": "b"}},
    ],
    ids=lambda content: "+".join(content),
)
async def test_what_is_no_text_is_told_what_can_be_read(bot: Bot, api: TelegramApi, content: dict[str, Any]) -> None:
    async with running(bot, api):
        api.send(60, **content)
        [told] = await seen(api, 60, 1)
    assert "文字だけ" in told.text and NO_PHOTOS in told.text
    assert not [method for method, _ in api.calls if method.startswith("getFile")]


async def test_pictures_sent_together_get_one_answer(bot: Bot, api: TelegramApi) -> None:
    async with running(bot, api):
        for _ in range(4):
            api.send(61, media_group_id="g1", **_PICTURE)
        api.send(61, media_group_id="g2", **_PICTURE)
        await seen(api, 61, 2)


async def test_an_edited_text_is_told_to_be_sent_anew_and_a_moving_place_is_left_alone(bot: Bot, api: TelegramApi) -> None:
    async with running(bot, api):
        api.edit(62, text="カードをなくした")
        for _ in range(5):
            api.edit(62, location={"latitude": 35.0, "longitude": 139.0, "live_period": 900})
        [told] = await seen(api, 62, 1)
    assert "新しく送って" in told.text


async def test_a_group_gets_one_line_and_then_nothing(bot: Bot, api: TelegramApi) -> None:
    async with running(bot, api):
        api.membership(-100, "left", "member", "supergroup")
        api.say(-100, "/start", kind="supergroup")
        api.say(-100, "カードをなくした", kind="supergroup")
        api.send(-100, kind="supergroup", **_PICTURE)
        api.edit(-100, kind="supergroup", text="/start")
        api.say(-200, "/help@shomei_test_bot", kind="group")
        [line], [other] = await seen(api, -100, 1), await seen(api, -200, 1)
    assert "1対1" in line.text and other.text == line.text and not line.buttons


async def test_whoever_blocks_the_bot_is_forgotten(bot: Bot, api: TelegramApi) -> None:
    async with running(bot, api):
        api.say(63, "中野区に住んでいます")
        await seen(api, 63, 1)
        api.membership(63, "member", "kicked")
        api.membership(63, "kicked", "member")
        api.say(63, "何時までですか")
        _, again = await seen(api, 63, 2)
    assert again.titles == bot.municipality_names()


async def test_a_chat_that_blocked_the_bot_holds_nobody_up(bot: Bot, api: TelegramApi) -> None:
    api.blocked.add(64)
    async with running(bot, api):
        for _ in range(3):
            api.say(64, "手数料は？")
        api.say(65, "手数料は？")
        await seen(api, 65, 1)
    assert api.chat(64) == [] and api.counted["sendMessage"] == 4


async def test_what_came_twice_or_out_of_order_is_answered_once_and_in_order(bot: Bot, api: TelegramApi) -> None:
    questions = ["中野区です", "カードをなくしました", "手数料は？", "代理人なら？", "そこの電話は？"]
    expected = [(await bot.reply("expected", text))["text"] for text in questions]
    api.shuffled = random.Random(3)
    for text in questions[:3]:
        api.say(66, text)
    async with running(bot, api):
        await seen(api, 66, 3)
        api.redeliver(3)
        for text in questions[3:]:
            api.say(66, text)
        await seen(api, 66, 5)
        api.redeliver(2)
        await seen(api, 66, 5)
    assert api.texts(66) == expected


async def test_a_slow_chat_delays_no_other_and_shows_that_somebody_writes(bot: Bot, api: TelegramApi) -> None:
    class Slow:
        def __getattr__(self, name: str) -> Any:
            return getattr(bot, name)

        async def reply(self, conversation: str, text: str, **more: Any) -> dict[str, Any]:
            if text == "長い話":
                await asyncio.sleep(1.5)
            return await bot.reply(conversation, text, **more)

    async with running(Slow(), api):  # type: ignore[arg-type]
        for _ in range(40):
            api.say(67, "長い話")
        api.say(68, "手数料は？")
        await asyncio.to_thread(api.wait_messages, 68, 1, 3)
        await until(api, lambda: bool(api.chat(67)))
        assert 67 in api.typing and 68 not in api.typing


@pytest.mark.parametrize(
    "faults",
    [
        [Fault.flood(1)],
        [Fault.server(), Fault.gateway()],
        [Fault.garbage()],
        [Fault.cut()],
        [Fault.hang(2.5)],
        [Fault.flood(1), Fault.server(), Fault.garbage(), Fault.cut()],
    ],
    ids=lambda faults: "+".join(fault.kind for fault in faults),
)
async def test_an_answer_gets_through_what_passes(bot: Bot, api: TelegramApi, faults: list[Fault]) -> None:
    api.fail("sendMessage", *faults)
    async with running(bot, api):
        api.say(69, "/help")
        [told] = await seen(api, 69, 1)
    assert told.titles and api.counted["sendMessage"] == 1


async def test_the_time_that_telegram_asks_for_is_waited(bot: Bot, api: TelegramApi) -> None:
    api.fail("sendMessage", Fault.flood(2))
    async with running(bot, api):
        began = asyncio.get_running_loop().time()
        api.say(70, "/help")
        await seen(api, 70, 1)
        assert asyncio.get_running_loop().time() - began >= 2


@pytest.mark.parametrize(
    "fault", [Fault.server(), Fault.gateway(), Fault.garbage(), Fault.cut(), Fault.hang(2.5), Fault.hang(2.5, done=True), Fault.flood(1)], ids=lambda f: f.kind
)
async def test_polling_goes_on_after_any_failure(bot: Bot, api: TelegramApi, fault: Fault) -> None:
    api.fail("getUpdates", fault, fault)
    async with running(bot, api):
        api.say(71, "/help")
        await seen(api, 71, 1)


async def test_a_failed_acknowledgement_or_edit_costs_no_answer(bot: Bot, api: TelegramApi) -> None:
    async with running(bot, api):
        api.say(72, "窓口は何時までですか")
        await seen(api, 72, 1)
        api.fail("answerCallbackQuery", *[Fault.server()] * 9)
        api.fail("editMessageText", Fault.garbage())
        api.press(72, "中野区")
        asked, answer = await seen(api, 72, 2)
    assert "午後5時" in answer.text and "▶" in asked.text


async def test_who_writes_too_fast_is_told_once(bot: Bot, api: TelegramApi) -> None:
    async with running(bot, api, limits=Limits()):
        for _ in range(Rates().of_one.burst + 15):
            api.say(73, "はい")
        await until(api, lambda: "集中しています" in "".join(api.texts(73)))
        await asyncio.sleep(0.3)
    assert sum("集中しています" in text for text in api.texts(73)) <= 2


async def test_a_press_that_comes_too_fast_leaves_its_keyboard(bot: Bot, api: TelegramApi) -> None:
    async with running(bot, api, limits=Limits(Rates(of_one=Rate(burst=1, per_second=1)))):
        api.say(81, "窓口は何時までですか")
        await seen(api, 81, 1)
        api.press(81, "中野区")
        asked, busy = await seen(api, 81, 2)
        assert asked.buttons and "集中しています" in busy.text
        await asyncio.sleep(1)
        api.press(81, "中野区")
        *_, answer = await seen(api, 81, 3)
    assert "午後5時" in answer.text


async def test_a_delivery_while_stopping_is_asked_for_again(bot: Bot, api: TelegramApi) -> None:
    settings = TelegramSettings(TOKEN, webhook="https://bot.example.jp", api=api.url)
    channel = TelegramChannel(bot, Sessions(KEY), Limits(None), an_inbox(), settings, Operator(), QUICK)
    await channel.start()
    await until(api, lambda: api.webhook is not None)
    await channel.stop()
    assert api.webhook is not None
    request = SimpleNamespace(headers={"x-telegram-bot-api-secret-token": api.webhook["secret_token"]})
    assert (await channel.webhook(request)).status == 503  # type: ignore[arg-type]


async def test_a_wrong_token_is_told_in_words_and_tried_again(bot: Bot, api: TelegramApi, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    operator, wrong = Operator(), "987654321:AAWrong-token_of_the_tests-987654321"
    async with running(bot, api, operator, token=wrong):
        await until(api, lambda: api.counted["getMe"] >= 3)
        assert len(operator.heard) == 1 and "JPKI_BOT_TELEGRAM_TOKEN" in operator.heard[0] and "ウェブ" in operator.heard[0]
        api.token = wrong
        api.say(74, "/help")
        await seen(api, 74, 1)
    assert any("また受け取れる" in words for words in operator.heard)
    assert "Wrong-token" not in caplog.text + "".join(operator.heard)


async def test_a_network_that_is_down_at_the_start_is_told_in_words_and_tried_again(bot: Bot) -> None:
    with TelegramApi() as gone:
        port = gone.port
    operator = Operator()
    settings = TelegramSettings(TOKEN, api=f"http://127.0.0.1:{port}")
    channel = TelegramChannel(bot, Sessions(KEY), Limits(None), an_inbox(), settings, operator, QUICK)
    await channel.start()
    await asyncio.sleep(1)
    assert len(operator.heard) == 1 and "つながりません" in operator.heard[0]
    with TelegramApi(port=port) as api:
        api.say(75, "/help")
        await seen(api, 75, 1)
        await channel.stop()
    assert TOKEN not in "".join(operator.heard)


async def test_two_pollers_are_reported_in_words_and_answer_each_message_once(bot: Bot, api: TelegramApi) -> None:
    one, two = Operator(), Operator()
    async with running(bot, api, one), running(bot, api, two):
        await until(api, lambda: api.counted["getUpdates"] > 10)
        api.say(76, "/help")
        await asyncio.to_thread(api.wait_messages, 76, 1)
    told = [words for words in (*one.heard, *two.heard) if "409" in words]
    assert told and len(told) <= 2 and "1つだけ" in told[0]


async def test_a_webhook_left_over_does_not_stop_polling(bot: Bot, api: TelegramApi) -> None:
    api.webhook = {"url": "https://elsewhere.example/hook"}
    async with running(bot, api):
        api.say(77, "/help")
        await seen(api, 77, 1)


async def test_what_was_answered_before_a_stop_is_not_answered_after_it(bot: Bot, api: TelegramApi) -> None:
    async with running(bot, api):
        api.say(78, "手数料は？")
        api.say(78, "中野区です")
        await asyncio.to_thread(api.wait_messages, 78, 1)
    assert len(api.chat(78)) == 2
    async with running(bot, api):
        api.say(78, "/help")
        await seen(api, 78, 3)


async def test_what_was_answered_is_confirmed_when_stopped_between_two_attempts(bot: Bot, api: TelegramApi) -> None:
    polls = count()
    api.faulty = lambda method: Fault.server() if method == "getUpdates" and next(polls) == 1 else None
    api.say(79, "手数料は？")
    async with running(bot, api, pace=replace(QUICK, first_pause=60)):
        await until(api, lambda: api.counted["getUpdates: server"] == 1)
        await seen(api, 79, 1)
    async with running(bot, api):
        await seen(api, 79, 1)


async def test_what_takes_too_long_is_left_when_stopping(bot: Bot, api: TelegramApi) -> None:
    class Stuck:
        def __getattr__(self, name: str) -> Any:
            return getattr(bot, name)

        async def reply(self, *_: Any, **__: Any) -> dict[str, Any]:
            await asyncio.sleep(600)
            raise AssertionError

    async with running(Stuck(), api, pace=replace(QUICK, last_answers=0.3)):  # type: ignore[arg-type]
        for _ in range(20):
            api.say(80, "手数料は？")
        await until(api, lambda: bool(api.typing))
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 3
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []


async def test_nothing_typed_and_no_platform_id_is_stored_or_logged(api: TelegramApi, bot: Bot, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    from bot.app import make_bot
    from bot.settings import read_settings

    caplog.set_level(logging.DEBUG)
    stored = make_bot(read_settings(), tmp_path)
    api.fail("getUpdates", Fault.garbage(), Fault.gateway())
    api.fail("sendMessage", Fault.garbage(), *[Fault.gateway()] * 2)
    async with running(stored, api):
        api.say(5550001112, "ヒミツノコトバで更新")
        api.say(5550001112, "私のマイナンバーは 9021 3345 6781 です")
        _, warned = await seen(api, 5550001112, 2)
    assert "入力しないで" in warned.text
    with sqlite3.connect(tmp_path / "conversations.sqlite3") as database:
        names = [row[0] for row in database.execute("SELECT sender_id FROM conversations")]
    assert names == [Sessions(KEY).conversation_of("telegram", "5550001112")]
    at_rest = b"".join(path.read_bytes() for path in tmp_path.glob("*"))
    for secret in ("5550001112", "ヒミツ", "3345", TOKEN, TOKEN.partition(":")[2]):
        assert secret not in caplog.text and secret.encode() not in at_rest, secret
