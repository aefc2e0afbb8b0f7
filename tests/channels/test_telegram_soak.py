"""2,000 messages of 200 chats over a Telegram that keeps failing: each is answered once, in order within its chat."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from bot.channels.limits import Limits
from bot.channels.session import Sessions
from bot.channels.telegram import Pace, TelegramChannel
from bot.settings import TelegramSettings
from tests.channels.inboxes import an_inbox
from tests.fakes.telegram_api import TOKEN, Fault, TelegramApi

if TYPE_CHECKING:
    from bot.engine.bot import Bot

CHATS, SEED = range(1_000, 1_200), 20_261_120
PACE = Pace(long_poll=2, answer_within=1.5, first_pause=0.02, longest_pause=0.2, a_second=2_000)
PHOTO = {"photo": [{"file_id": "a", "file_unique_id": "b", "width": 9, "height": 6}]}
SENT = {"〔写真〕": "not_text", "〔直した文〕": "edited", "/help": "help", "/municipality": "ask_town"}
"""What is no question, and the sentence that answers it."""
SCRIPTS = (
    (
        "中野区です",
        "カードをなくしました",
        "手数料は？",
        "〔写真〕",
        "代理人なら？",
        "/municipality",
        "そこの電話は？",
        "/help",
        "窓口は何時まで？",
        "〔直した文〕",
    ),
    (
        "杉並区に住んでいます",
        "暗証番号を忘れた",
        "/help",
        "予約はいる？",
        "〔直した文〕",
        "何を持っていく？",
        "〔写真〕",
        "子どもの分は？",
        "窓口はどこ？",
        "どうも",
    ),
    ("/municipality", "更新したい", "名古屋市", "いつからできる？", "〔写真〕", "無料ですか", "/help", "通知が来ない", "〔直した文〕", "人と話したい"),
    ("今日の天気は？", "〔写真〕", "有効期限は？", "野田村です", "/municipality", "何時まで？", "/help", "代わりに行ける？", "〔直した文〕", "さようなら"),
)


class Weather:
    """Faults by chance, from a fixed seed; those that cost whole seconds only a few times."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._costly = {"flood": 5, "hang": 8}
        self.met: Counter[str] = Counter()

    def __call__(self, method: str) -> Fault | None:
        luck = self._chance.random()
        if method not in ("sendMessage", "getUpdates") or luck > 0.12:
            return None
        kinds = [Fault.server(), Fault.gateway(), Fault.garbage(), Fault.cut(), Fault.flood(1), Fault.hang(2)]
        fault = self._chance.choices(kinds, (4, 4, 4, 4, 1, 1))[0]
        if fault.kind in self._costly:
            self._costly[fault.kind] -= 1
            if self._costly[fault.kind] < 0:
                return None
        self.met[fault.kind] += 1
        return fault


@pytest.mark.soak
async def test_every_message_is_answered_once_and_in_order(bot: Bot) -> None:
    chance, weather = random.Random(SEED), Weather(SEED)
    scripts = {chat: SCRIPTS[chat % len(SCRIPTS)] for chat in CHATS}
    expected = {script: await _expected(bot, script) for script in SCRIPTS}
    order = [chat for chat in CHATS for _ in scripts[chat]]
    chance.shuffle(order)
    with TelegramApi() as api:
        api.faulty, api.shuffled = weather, chance
        channel = TelegramChannel(bot, Sessions(bytes(32)), Limits(None), an_inbox(), TelegramSettings(TOKEN, api=api.url), lambda _: None, PACE)
        await channel.start()
        try:
            left = {chat: iter(script) for chat, script in scripts.items()}
            for number, chat in enumerate(order):
                _say(api, chat, next(left[chat]))
                if number % 50 == 0:
                    api.redeliver(chance.randrange(1, 30))
                    await asyncio.sleep(0.02)
            await asyncio.to_thread(api.wait, lambda: sum(len(api.chat(chat)) for chat in CHATS) >= len(order), 240)
            api.redeliver(200)
            await asyncio.sleep(1)
        finally:
            await channel.stop()
        wrong = [chat for chat in CHATS if api.texts(chat) != expected[scripts[chat]]]
    assert wrong == [] and len(order) == 2_000
    assert all(weather.met[kind] >= 3 for kind in ("server", "gateway", "garbage", "cut", "flood", "hang")), weather.met


async def _expected(bot: Bot, script: tuple[str, ...]) -> list[str]:
    conversation = f"soak {script[1]}"
    return [bot.sentence(SENT[text]) if text in SENT else str((await bot.reply(conversation, text))["text"]) for text in script]


def _say(api: TelegramApi, chat: int, text: str) -> None:
    if text == "〔写真〕":
        api.send(chat, **PHOTO)
    elif text == "〔直した文〕":
        api.edit(chat, text="更新")
    else:
        api.say(chat, text)
