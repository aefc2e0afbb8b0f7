"""Killed at random points under load: whatever was acknowledged is answered by the next process, in order, and not twice."""

from __future__ import annotations

import http.client
import multiprocessing
import random
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.channels.chat_process import SLOWEST_ANSWER, serve
from tests.conftest import free_port, server
from tests.fakes.line_api import TOKEN as LINE_TOKEN
from tests.fakes.line_api import LineApi, line_api
from tests.fakes.line_webhook import SECRET, Event, LineEvents, a_user, again, delivery, signature
from tests.fakes.telegram_api import TOKEN, TelegramApi

if TYPE_CHECKING:
    from bot.engine.bot import Bot

KILLS, SEED = 20, 20_261_125
LINE_USERS, TELEGRAM_CHATS = 6, range(3_001, 3_009)
MOST_UNANSWERED, MOST_IN_A_LIFE = 4, 25
_NAMES = "赤青黄緑白黒金銀"
"""No digits: what is replayed has been masked."""
REFUSED = {"Invalid reply token", "messages: Size must be between 1 and 5", "The request body could not be parsed as JSON."}
"""A token that was used before the kill, and requests whose sender was killed in the middle of them."""
A_MOMENT = 3.0
"""A message that was sent longer than this before a kill has been marked as answered."""


_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.channels.chat_process"])


@contextmanager
def chat_process(state: Path, port: int, line: LineApi, telegram: TelegramApi) -> Iterator[None]:
    """Ready when it is entered, killed when it is left."""
    process = _processes.Process(target=serve, args=(state, port, line.url, telegram.url))
    process.start()
    try:
        _until(lambda: _listens(port) or not process.is_alive())
        assert process.is_alive(), (state / "process.log").read_text(encoding="utf-8")
        yield
    finally:
        process.kill()
        process.join(10)


class LineUsers:
    """Each says one thing after the other, as LINE delivers it: again, with its mark, until somebody takes it."""

    def __init__(self, api: LineApi, port: int, users: int) -> None:
        self._api, self._events, self._port = api, LineEvents(api), port
        self.said: dict[str, list[str]] = {a_user(): [] for _ in range(users)}
        self.delivered_again = 0
        self._enough, self._gone = threading.Event(), threading.Event()
        self._pool = ThreadPoolExecutor(users)
        self._talks = [self._pool.submit(self._talk, user, name) for user, name in zip(self.said, _NAMES, strict=False)]

    def wait_for(self, more: int) -> None:
        """Until that many more have been acknowledged."""
        begun = self.spoken()
        _until(lambda: self.spoken() >= begun + more)

    def spoken(self) -> int:
        return sum(map(len, self.said.values()))

    def stop(self) -> None:
        """Each ends with what somebody has taken."""
        self._enough.set()
        for talk in self._talks:
            talk.result(60)

    def close(self) -> None:
        self._enough.set()
        self._gone.set()
        self._pool.shutdown()

    def _talk(self, user: str, name: str) -> None:
        while not self._enough.is_set():
            text = f"{name}さんの質問{len(self.said[user])}"
            if _deliver(self._port, self._events.text(user, text), self._goes_on):
                self.said[user].append(text)
            while len(self.said[user]) - len(self._api.sent_to(user)) >= MOST_UNANSWERED and not self._enough.is_set():
                time.sleep(0.03)

    def _goes_on(self) -> bool:
        self.delivered_again += 1
        return not self._gone.is_set()


class TelegramChats:
    """Each writes as fast as it is answered."""

    def __init__(self, api: TelegramApi) -> None:
        self._api = api
        self.said: dict[int, list[str]] = {chat: [] for chat in TELEGRAM_CHATS}
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._talk)
        self._thread.start()

    def stop(self) -> None:
        self._enough.set()
        self._thread.join()

    def _talk(self) -> None:
        while not self._enough.wait(0.03):
            for (chat, said), name in zip(self.said.items(), _NAMES, strict=False):
                if len(said) - len(set(self._api.texts(chat))) < MOST_UNANSWERED:
                    said.append(f"{name}さんの質問{len(said)}")
                    self._api.say(chat, said[-1])


@pytest.mark.soak
def test_whatever_was_acknowledged_is_answered_after_twenty_kills(tmp_path: Path) -> None:
    chance, port, kills = random.Random(SEED), free_port(), list[float]()
    with line_api() as line, TelegramApi() as telegram:
        users, chats = LineUsers(line, port, LINE_USERS), TelegramChats(telegram)
        try:
            for _ in range(KILLS):
                with chat_process(tmp_path, port, line, telegram):
                    users.wait_for(chance.randrange(1, MOST_IN_A_LIFE))
                    time.sleep(chance.uniform(0, SLOWEST_ANSWER))
                    kills.append(time.monotonic())
            with chat_process(tmp_path, port, line, telegram):
                users.stop()
                chats.stop()
                _until(lambda: all(set(said) <= {sent.text for sent in line.sent_to(user)} for user, said in users.said.items()), 30)
                _until(lambda: all(set(said) <= set(telegram.texts(chat)) for chat, said in chats.said.items()), 30)
                time.sleep(0.5)
        finally:
            users.close()
            chats.stop()
        for user, said in users.said.items():
            assert [sent.text for sent in line.sent_to(user)] == said
        repeated = [_repeats(telegram, chat, said, kills) for chat, said in chats.said.items()]
    spoken = users.spoken(), sum(map(len, chats.said.values()))
    assert min(spoken) > KILLS * 5 and users.delivered_again > 0 and set(line.refused) <= REFUSED
    print(f"LINE {spoken[0]}, of them delivered again {users.delivered_again}, refused {len(line.refused)}; Telegram {spoken[1]}, twice {sum(repeated)}")
    assert _left(tmp_path) == 0


def _repeats(api: TelegramApi, chat: int, said: list[str], kills: list[float]) -> int:
    """How many answers came twice. Each time the first of them must have been sent in the moment before a kill."""
    shown = api.chat(chat)
    once = [message for place, message in enumerate(shown) if place == 0 or message.text != shown[place - 1].text]
    assert [message.text for message in once] == said
    for first, second in zip(shown, shown[1:], strict=False):
        if first.text == second.text:
            assert any(first.at <= kill + 0.05 <= second.at + 0.05 and kill - first.at < A_MOMENT for kill in kills)
    return len(shown) - len(once)


@pytest.mark.soak
async def test_the_conversation_goes_on_as_if_nobody_had_been_killed(tmp_path: Path, bot: Bot) -> None:
    expected = {script: await _answers(bot, script) for script in _QUESTIONS}
    port, chance = free_port(), random.Random(SEED)
    with line_api() as line, TelegramApi() as telegram:
        events, users = LineEvents(line), {a_user(): script for script in _QUESTIONS * 6}
        chats = {4_000 + place: script for place, script in enumerate(_QUESTIONS * 6)}
        settings = {"LINE_SECRET": SECRET, "LINE_TOKEN": LINE_TOKEN, "LINE_API": line.url, "LINE_PUSH": "1", "LIMITS": "off"}
        settings |= {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API": telegram.url}
        environment = {f"JPKI_BOT_{name}": value for name, value in settings.items()}
        work = [(who, place) for place in range(len(_QUESTIONS[0])) for who in (*users, *chats)]

        def talk() -> None:
            for who, place in work:
                if isinstance(who, int):
                    telegram.say(who, chats[who][place])
                else:
                    _deliver(port, events.text(who, users[who][place]))
                time.sleep(0.02)

        talking = threading.Thread(target=talk)
        talking.start()
        for _ in range(3):
            with server(tmp_path, port=port, **environment) as (_, process):
                time.sleep(chance.uniform(0.2, 1.2))
                process.kill()
        with server(tmp_path, port=port, **environment):
            talking.join(120)
            _until(lambda: len(line.sent) + _dropped(tmp_path) >= sum(map(len, users.values())), 60)
            _until(lambda: all(len(_once(telegram.texts(chat))) >= len(_once(expected[script])) for chat, script in chats.items()), 60)
        # Where it starts so slowly that reply tokens run out, what may have been sent already is dropped, and said to be.
        missing = [_missing([sent.text for sent in line.sent_to(user)], expected[script]) for user, script in users.items()]
        assert sum(missing) == _dropped(tmp_path)
        assert [chat for chat, script in chats.items() if _once(telegram.texts(chat)) != _once(expected[script])] == []


async def _answers(bot: Bot, script: tuple[str, ...]) -> list[str]:
    return [str((await bot.reply(f"killed {script[0]}", text))["text"]) for text in script]


def _missing(shown: list[str], expected: list[str]) -> int:
    """How many were left out; what was shown must stand in the order of `expected`."""
    rest = iter(expected)
    assert all(text in rest for text in shown)
    return len(expected) - len(shown)


def _dropped(state: Path) -> int:
    return (state / "server.log").read_text(encoding="utf-8").count("答えを送れませんでした")


_QUESTIONS = (
    ("中野区です", "暗証番号を忘れた", "4桁のほう", "はい", "手数料は？", "最初の話に戻って"),
    ("杉並区に住んでいます", "カードをなくしました", "そうじゃなくて", "予約はいる？", "何を持っていく？", "窓口はどこ？"),
)
"""Some mean something else when they are said twice."""


def test_what_cannot_be_written_is_not_acknowledged_and_comes_again(tmp_path: Path) -> None:
    port, blocked = free_port(), tmp_path / "inbox.sqlite3"
    blocked.mkdir()
    with line_api() as line, TelegramApi() as telegram, chat_process(tmp_path, port, line, telegram):
        user = a_user()
        event = LineEvents(line).text(user, "きょうの質問")
        telegram.say(3_100, "きょうの質問")
        assert [_post(port, event) for _ in range(3)] == [503] * 3
        telegram.wait(lambda: telegram.counted["getMe"] > 0)
        time.sleep(1)
        assert telegram.chat(3_100) == [] and line.sent_to(user) == []
        blocked.rmdir()
        _deliver(port, event)
        assert line.wait_for(user)[0].text == "きょうの質問"
        telegram.wait_messages(3_100, 1)
    assert len(line.sent_to(user)) == 1 and len(telegram.chat(3_100)) == 1
    log = (tmp_path / "process.log").read_text(encoding="utf-8")
    assert "inbox.sqlite3: 受信箱に書けません" in log and "なおりました" in log and "きょうの質問" not in log


def _once(texts: list[str]) -> list[str]:
    return [text for place, text in enumerate(texts) if place == 0 or text != texts[place - 1]]


def _deliver(port: int, event: Event, goes_on: Callable[[], bool] = lambda: True) -> bool:
    """Until it is acknowledged, or given up."""
    while _post(port, event) != 200:
        if not goes_on():
            return False
        event = again(event)
        time.sleep(0.05)
    return True


def _post(port: int, event: Event) -> int | None:
    """None where nobody answers."""
    body = delivery(event)
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        try:
            connection.request("POST", "/line/webhook", body, {"x-line-signature": signature(body)})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _left(state: Path) -> int:
    with sqlite3.connect(state / "inbox.sqlite3") as database:
        return int(database.execute("SELECT count(*) FROM waiting").fetchone()[0])


def _until(reached: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, f"not reached in {seconds} s"
        time.sleep(0.02)
