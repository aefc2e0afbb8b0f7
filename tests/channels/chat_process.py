"""Both chat channels and their inbox with a bot that says back what it was told: a process that starts in no time, to be killed often."""

from __future__ import annotations

import asyncio
import os
import random
from functools import partial
from pathlib import Path
from typing import Any

from sanic import Sanic

from bot.channels.limits import Limits
from bot.channels.line import LineDesk, line_channel
from bot.channels.line_client import LineClient
from bot.channels.line_delivery import Delivery
from bot.channels.line_keeping import CHANNEL
from bot.channels.line_talk import LineTalk
from bot.channels.session import Sessions
from bot.channels.sqlite_inbox import SqliteInbox
from bot.channels.telegram import Pace, TelegramChannel, telegram_channel
from bot.language.private_data import Masked, mask
from bot.settings import TelegramSettings
from tests.channels.inboxes import faults
from tests.fakes.line_api import TOKEN as LINE_TOKEN
from tests.fakes.line_webhook import SECRET
from tests.fakes.telegram_api import TOKEN

SLOWEST_ANSWER = 0.03


class Echo:
    """As much of the bot as the channels ask for."""

    async def reply(self, conversation: str, text: str, **_: Any) -> dict[str, Any]:
        await asyncio.sleep(random.uniform(0, SLOWEST_ANSWER))
        return {"text": text, "buttons": [], "sources": [], "attachments": [], "checklist": [], "municipality": None}

    def sentence(self, name: str) -> str:
        return name

    def trouble(self) -> str:
        return "trouble"

    def masked(self, text: str) -> Masked:
        return mask(text)


def serve(state: Path, port: int, line_api: str, telegram_api: str) -> None:
    """Its output goes to `process.log` in `state`."""
    with (state / "process.log").open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    bot: Any = Echo()
    sessions, limits = Sessions.kept_in(state), Limits(None)
    inbox = SqliteInbox(state / "inbox.sqlite3", sessions, faults())
    server = Sanic("chat_process", configure_logging=False)
    pace = Pace(long_poll=2, answer_within=5, first_pause=0.05, longest_pause=0.2, a_second=1_000)
    telegram = TelegramChannel(bot, sessions, limits, inbox, TelegramSettings(TOKEN, api=telegram_api), print, pace)
    server.blueprint(telegram_channel(telegram))
    client = LineClient(LINE_TOKEN, line_api, line_api)
    desk = LineDesk(LineTalk(bot, limits, None), Delivery(client, True, partial(inbox.trying, CHANNEL)), sessions, inbox, bot.masked)
    server.blueprint(line_channel(desk, client, SECRET))
    server.run(host="127.0.0.1", port=port, workers=1, access_log=False, debug=False, motd=False)
