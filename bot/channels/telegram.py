"""Telegram beside the web server, in the same event loop: polling, or a webhook where a public address is set."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sanic import Blueprint, HTTPResponse, Request
from sanic.response import empty
from telegram import BotCommand, Update
from telegram.error import RetryAfter, TelegramError
from telegram.ext import AIORateLimiter, ApplicationBuilder
from telegram.request import HTTPXRequest

from bot.channels.inbox import Arrival, Inbox, InboxError
from bot.channels.limits import Limits
from bot.channels.session import Sessions
from bot.channels.telegram_arrivals import Arrivals
from bot.channels.telegram_keeping import CHANNEL, kept, name_of
from bot.channels.telegram_outbox import Outbox
from bot.channels.telegram_polls import Polls
from bot.channels.telegram_reception import COMMANDS, WANTED, App, InOrder, Reception
from bot.channels.telegram_trouble import Trouble
from bot.logs import what_failed
from bot.settings import TelegramSettings

if TYPE_CHECKING:
    from bot.engine.bot import Bot

PATH = "/telegram/webhook"
_SECRET_HEADER = "x-telegram-bot-api-secret-token"
_LARGEST_UPDATE = 1_000_000
"""A long Japanese message that answers another comes as escapes and takes far more than its letters."""
_SIDE_BY_SIDE = 10
_RETRIES = 2
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """Seconds, but for `a_second`: how many messages may go out in one. The defaults suit Telegram's own servers."""

    long_poll: int = 25
    answer_within: float = 20.0
    first_pause: float = 1.0
    longest_pause: float = 30.0
    last_answers: float = 10.0
    a_second: float = 30.0


class TelegramChannel:
    """`say` takes words for the operator: what works, what does not, and what to do."""

    def __init__(
        self,
        bot: Bot,
        sessions: Sessions,
        limits: Limits,
        inbox: Inbox,
        settings: TelegramSettings,
        say: Callable[[str], None],
        pace: Pace | None = None,
    ) -> None:
        self._pace, self._settings, self._say = pace or Pace(), settings, say
        self._secret = sessions.secret(f"{CHANNEL}-webhook")
        self._bot, self._inbox, self._trouble = bot, inbox, Trouble(say)
        _keep_quiet()
        self._processor = InOrder(self._acknowledge, self._answered)
        self._application = _application(settings, self._pace, self._processor)
        self._reception = Reception(
            bot,
            lambda chat: sessions.conversation_of(CHANNEL, str(chat)),
            lambda update: sessions.message(f"{CHANNEL} {update}"),
            limits,
            Outbox(self._application.bot),
        )
        self._reception.open(self._application)
        self._arrivals = Arrivals(self._application.update_queue.put_nowait)
        self._offset: int | None = None
        self._work: asyncio.Task[None] | None = None
        self._is_open, self._stopping = False, False

    @property
    def is_delivered_to(self) -> bool:
        """Telegram calls this server, rather than the other way round."""
        return self._settings.webhook is not None

    def waiting(self) -> int:
        """How many updates are not answered yet."""
        return self._application.update_queue.qsize() + len(self._processor)

    async def start(self) -> None:
        """Returns at once: whatever keeps Telegram from being reached, the rest of the server does not wait for it."""
        self._work = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """What has come in is still answered, for a few seconds; the rest lies in the inbox for the next process."""
        self._stopping = True
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)
        self._arrivals.flush()
        if self._application.running:
            await self._finish()
            await self._confirm()
        await self._application.shutdown()
        await self._application.bot.shutdown()

    async def webhook(self, request: Request) -> HTTPResponse:
        """Answered once the update lies in the inbox. 403 without the secret, 503 when it shall come again."""
        if not hmac.compare_digest(request.headers.get(_SECRET_HEADER, "").encode("utf-8", "replace"), self._secret.encode()):
            return empty(status=403)
        if self._stopping or not self._is_open:
            return empty(status=503)
        request.stream.request_max_size = _LARGEST_UPDATE
        await request.receive_body()
        try:
            update = Update.de_json(request.json, self._application.bot)
        except Exception as error:
            # Asking for it again would bring the same.
            _log.error("Telegram: 届いたものを読めませんでした", extra=what_failed(error))
            return empty(status=200)
        try:
            # A caller that hangs up must not part what is written from what is then answered.
            await asyncio.shield(asyncio.ensure_future(self._take([update])))
        except InboxError:
            return empty(status=503)
        return empty(status=200)

    async def _run(self) -> None:
        await self._insist(self._connect)
        self._say(f"Telegram: @{self._application.bot.username} で受け取っています（{'Webhook' if self.is_delivered_to else 'ポーリング'}）")
        while not self.is_delivered_to:
            await self._insist(self._fetch)

    async def _connect(self) -> None:
        """Every step may be done again after a failure of a later one."""
        telegram = self._application.bot
        await self._application.initialize()
        await telegram.set_my_commands([BotCommand(name, self._bot.sentence(f"command_{name}")) for name in COMMANDS])
        if self._settings.webhook:
            address = f"{self._settings.webhook}{PATH}"
            await telegram.set_webhook(address, allowed_updates=WANTED, secret_token=self._secret, max_connections=_SIDE_BY_SIDE)
        else:
            await telegram.delete_webhook()
        if not self._application.running:
            await self._application.start()
        await self._open()

    async def _open(self) -> None:
        """What an earlier process left comes first."""
        if not self._is_open:
            for arrival in await self._inbox.waiting(CHANNEL):
                try:
                    self._application.update_queue.put_nowait(Update.de_json(arrival.body, self._application.bot))
                except Exception as error:
                    _log.error("Telegram: 受信箱に残っていたものを読めませんでした", extra=what_failed(error))
                    await self._inbox.done(CHANNEL, arrival.names[0])
            self._is_open = True

    async def _take(self, updates: Sequence[Update]) -> None:
        """Raises InboxError: then nothing was taken in, and none of it may be confirmed."""
        readable = [(update, arrival) for update in updates if (arrival := self._kept(update))]
        new = await self._inbox.take([arrival for _, arrival in readable])
        self._arrivals.add(update for (update, _), is_new in zip(readable, new, strict=True) if is_new)

    def _kept(self, update: Update) -> Arrival | None:
        """None for what cannot be read: refusing it would only bring it again, and before all that comes after it."""
        try:
            return kept(update, self._bot.masked)
        except Exception as error:
            _log.error("Telegram: 届いたものを読めませんでした", extra=what_failed(error))
            return None

    async def _fetch(self) -> None:
        updates = await self._application.bot.get_updates(self._offset, timeout=self._pace.long_poll, allowed_updates=WANTED)
        if updates:
            in_order = sorted(updates, key=lambda update: update.update_id)
            await self._take(in_order)
            self._offset = max(update.update_id for update in updates) + 1

    async def _finish(self) -> None:
        stopping = asyncio.ensure_future(self._application.stop())
        _, waiting = await asyncio.wait({stopping}, timeout=self._pace.last_answers)
        if waiting:
            self._processor.abandon()
            await stopping

    async def _confirm(self) -> None:
        """Tells Telegram what was received, or it would come again after a restart."""
        if self._offset is not None:
            with suppress(TelegramError, asyncio.TimeoutError):
                await asyncio.wait_for(self._application.bot.get_updates(self._offset, limit=1, timeout=0), self._pace.last_answers)

    async def _insist(self, step: Callable[[], Awaitable[None]]) -> None:
        """Until it is done, with longer and longer pauses."""
        pause = self._pace.first_pause
        while True:
            try:
                await step()
            except Exception as error:
                self._trouble.note(error)
                await asyncio.sleep(_wait(error, pause))
                pause = min(pause * 2, self._pace.longest_pause)
            else:
                self._trouble.over()
                return

    async def _acknowledge(self, update: object) -> None:
        await self._reception.acknowledge(update)

    async def _answered(self, update: object) -> None:
        if isinstance(update, Update):
            await self._inbox.done(CHANNEL, name_of(update))


def telegram_channel(channel: TelegramChannel) -> Blueprint:
    """Starts and stops with the server."""
    blueprint = Blueprint(CHANNEL, url_prefix="/")

    @blueprint.after_server_start
    async def start(*_: Any) -> None:
        await channel.start()

    @blueprint.before_server_stop
    async def stop(*_: Any) -> None:
        await channel.stop()

    if channel.is_delivered_to:

        @blueprint.post(PATH, stream=True)
        async def deliver(request: Request) -> HTTPResponse:
            return await channel.webhook(request)

    return blueprint


def _application(settings: TelegramSettings, pace: Pace, processor: InOrder) -> App:
    # A server on this machine is never behind the proxy that leads outside.
    direct = {"trust_env": False} if settings.api else {}
    calls = HTTPXRequest(64, read_timeout=pace.answer_within, connect_timeout=10, write_timeout=pace.answer_within, pool_timeout=60, httpx_kwargs=direct)
    polls = Polls(2, read_timeout=pace.answer_within, connect_timeout=10, httpx_kwargs=direct)
    builder = ApplicationBuilder().token(settings.token).updater(None).request(calls).get_updates_request(polls)
    if settings.api:
        builder = builder.base_url(f"{settings.api}/bot")
    limiter = AIORateLimiter(overall_max_rate=pace.a_second, max_retries=_RETRIES)
    return builder.rate_limiter(limiter).concurrent_updates(processor).build()


def _wait(error: Exception, pause: float) -> float:
    if not isinstance(error, RetryAfter):
        return pause
    wait = error.retry_after
    return max(pause, float(wait if isinstance(wait, int) else wait.total_seconds()))


def _keep_quiet() -> None:
    """These would write addresses with the token in them, and whole replies with what somebody typed. Trouble is told by us."""
    for name in ("telegram", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
