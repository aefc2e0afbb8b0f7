"""Each channel driven as its users drive it, so that one dialogue can be held on all of them.

A new channel adds one asynchronous context manager here, and its line in DRIVERS.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any
from unittest import mock

from bot.channels.console import chat
from bot.channels.limits import Limits
from bot.channels.line import LineDesk
from bot.channels.line_client import LineClient
from bot.channels.line_delivery import Delivery
from bot.channels.line_events import read_events
from bot.channels.line_keeping import CHANNEL
from bot.channels.line_talk import LineTalk
from bot.channels.session import Sessions
from bot.channels.splitting import split
from bot.channels.telegram import Pace, TelegramChannel
from bot.channels.telegram_text import LONGEST
from bot.settings import TelegramSettings
from tests.channels.inboxes import an_inbox
from tests.conftest import server
from tests.fakes.line_api import TOKEN as LINE_TOKEN
from tests.fakes.line_api import line_api
from tests.fakes.line_webhook import LineEvents, a_user, delivery
from tests.fakes.telegram_api import TOKEN, TelegramApi

if TYPE_CHECKING:
    from bot.engine.bot import Bot

_FIGURES = re.compile(r"[0-9][0-9,.:/-]*")
_CHOICES = re.compile(r"\[\d+\] (.+?)(?=  \[\d+\] |$)")
_CONSOLE_CONVERSATION = "console"


@dataclass(frozen=True)
class Press:
    """A button of the last answer, by its title."""

    title: str


Turn = str | Press


@dataclass(frozen=True)
class Shown:
    """What an answer was about, and what the channel showed of it."""

    topic: str | None
    figures: frozenset[str]
    buttons: tuple[str, ...]

    @classmethod
    def of(cls, topic: str | None, text: str, buttons: Sequence[str]) -> Shown:
        return cls(topic, frozenset(_FIGURES.findall(text)), tuple(buttons))


Dialogue = Callable[[Sequence[Turn]], Awaitable[list[Shown]]]
Driver = Callable[["Bot", Path], AbstractAsyncContextManager[Dialogue]]


class Witness:
    """A bot that keeps its answers: what a chat app shows does not name its topic."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self.answers: list[dict[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bot, name)

    async def reply(self, *arguments: Any, **more: Any) -> dict[str, Any]:
        answer = await self._bot.reply(*arguments, **more)
        self.answers.append(answer)
        return answer


@asynccontextmanager
async def brain(bot: Bot, _: Path) -> AsyncIterator[Dialogue]:
    """No channel at all: what every channel has to show."""

    async def hold(turns: Sequence[Turn]) -> list[Shown]:
        conversation, answers = secrets.token_hex(8), list[dict[str, Any]]()
        for turn in turns:
            choice = _payload(answers[-1], turn.title) if isinstance(turn, Press) else None
            answers.append(await bot.reply(conversation, _words(turn), choice=choice))
        return [_from_answer(answer) for answer in answers]

    yield hold


@asynccontextmanager
async def web(_: Bot, folder: Path) -> AsyncIterator[Dialogue]:
    """The JSON endpoint of a started server."""
    with server(folder, JPKI_BOT_LIMITS="off") as (client, _process):

        async def hold(turns: Sequence[Turn]) -> list[Shown]:
            session = {"Authorization": f"Bearer {client.post('/api/session').json()['session']}"}
            answers: list[dict[str, Any]] = []
            for turn in turns:
                choice = {"choice": _payload(answers[-1], turn.title)} if isinstance(turn, Press) else {}
                answers.append(client.post("/api/messages", headers=session, json={"text": _words(turn), **choice}).json())
            return [_from_answer(answer) for answer in answers]

        yield hold


@asynccontextmanager
async def console(bot: Bot, _: Path) -> AsyncIterator[Dialogue]:
    """`jpki-bot chat`: a button is pressed by its number."""

    async def hold(turns: Sequence[Turn]) -> list[Shown]:
        witness, screen, printed, rest = Witness(bot), io.StringIO(), list[str](), iter(turns)

        def typed(_: str) -> str:
            printed.append(screen.getvalue())
            screen.truncate(0)
            screen.seek(0)
            turn = next(rest, "終了")
            return str(_titles(printed[-1]).index(turn.title) + 1) if isinstance(turn, Press) else turn

        await bot.forget(_CONSOLE_CONVERSATION)
        with mock.patch("builtins.input", typed), contextlib.redirect_stdout(screen):
            await asyncio.to_thread(chat, witness, None, False)  # type: ignore[arg-type]
        return [Shown.of(answer["topic"], _body(text), _titles(text)) for answer, text in zip(witness.answers, printed[1:], strict=True)]

    yield hold


@asynccontextmanager
async def telegram(bot: Bot, _: Path) -> AsyncIterator[Dialogue]:
    """Private chats on a Bot API server."""
    pace = Pace(long_poll=2, answer_within=5, a_second=1_000)
    witness, chats = Witness(bot), count(50_001)
    with TelegramApi() as api:
        channel = TelegramChannel(witness, Sessions(bytes(32)), Limits(None), an_inbox(), TelegramSettings(TOKEN, api=api.url), lambda _: None, pace)  # type: ignore[arg-type]

        async def say(chat: int, turn: Turn) -> Shown:
            before, known = len(api.chat(chat)), len(witness.answers)
            if isinstance(turn, Press):
                api.press(chat, turn.title)
            else:
                api.say(chat, turn)
            await asyncio.to_thread(api.wait, lambda: len(witness.answers) > known)
            answer = witness.answers[-1]
            parts = len(split(answer["text"], LONGEST))
            messages = await asyncio.to_thread(api.wait_messages, chat, before + parts + len(answer["attachments"]))
            texts = messages[before : before + parts]
            return Shown.of(answer["topic"], "\n".join(message.text for message in texts), texts[-1].titles)

        async def hold(turns: Sequence[Turn]) -> list[Shown]:
            chat = next(chats)
            return [await say(chat, turn) for turn in turns]

        await channel.start()
        try:
            yield hold
        finally:
            await channel.stop()


@asynccontextmanager
async def line(bot: Bot, _: Path) -> AsyncIterator[Dialogue]:
    """Chats with LINE's API on loopback; a button is pressed as the quick reply that was shown."""
    witness = Witness(bot)
    with line_api() as api:
        client, events, inbox = LineClient(LINE_TOKEN, api.url, api.url), LineEvents(api), an_inbox()
        desk = LineDesk(LineTalk(witness, Limits(None), None), Delivery(client, False, partial(inbox.trying, CHANNEL)), Sessions(bytes(32)), inbox, bot.masked)  # type: ignore[arg-type]

        async def say(user: str, turn: Turn) -> Shown:
            before = api.sent_to(user)
            pressed = next((button for sent in before[-1:] for button in sent.buttons if isinstance(turn, Press) and button["displayText"] == turn.title), None)
            event = events.text(user, turn) if isinstance(turn, str) else events.postback(user, pressed["data"] if pressed else "")
            assert await desk.accept(read_events(delivery(event), monotonic()))
            sent = (await asyncio.to_thread(api.wait_for, user, len(before) + 1))[-1]
            words = [message["text"] for message in sent.messages[: len(split(witness.answers[-1]["text"], 5_000))]]
            return Shown.of(witness.answers[-1]["topic"], "\n".join(words), [button["displayText"] for button in sent.buttons])

        async def hold(turns: Sequence[Turn]) -> list[Shown]:
            user = a_user()
            return [await say(user, turn) for turn in turns]

        await desk.open()
        try:
            yield hold
        finally:
            await desk.close()
            await client.close()


DRIVERS: dict[str, Driver] = {"web": web, "console": console, "telegram": telegram, "line": line}


def _words(turn: Turn) -> str:
    return turn.title if isinstance(turn, Press) else turn


def _payload(answer: dict[str, Any], title: str) -> str:
    return next(str(button["payload"]) for button in answer["buttons"] if button["title"] == title)


def _from_answer(answer: dict[str, Any]) -> Shown:
    return Shown.of(answer["topic"], answer["text"], [button["title"] for button in answer["buttons"]])


def _titles(screen: str) -> list[str]:
    return _CHOICES.findall(_last_choices(screen))


def _body(screen: str) -> str:
    return screen.replace(_last_choices(screen), "")


def _last_choices(screen: str) -> str:
    return next((line for line in reversed(screen.splitlines()) if line.startswith("[1] ")), "")
