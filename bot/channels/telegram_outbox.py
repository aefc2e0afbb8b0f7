"""What goes out to Telegram: tried again while that can help, and nothing of it logged."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, LinkPreviewOptions, MaybeInaccessibleMessage, Message
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram_text import LONGEST, Part, parts, units
from bot.logs import what_failed

_log = logging.getLogger(__name__)
_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
_LASTING = (BadRequest, ChatMigrated, Forbidden, InvalidToken)
_TYPING_AFTER, _TYPING_LASTS = 0.4, 4.0
_POLITE_RETRIES = 2
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
Result = TypeVar("Result")
Keyboard = Sequence[tuple[str, str]]
"""(title, id) of each button, from top to bottom."""


class Outbox:
    """`pauses` are the seconds before each further attempt.

    A timeout may hide that the message did arrive; it is sent again, since an answer twice does less harm than none.
    """

    def __init__(self, bot: Bot, pauses: Sequence[float] = _PAUSES) -> None:
        self._bot, self._pauses = bot, pauses

    async def send(self, chat: int, text: str, keyboard: Keyboard = (), links: Mapping[str, str] | None = None) -> None:
        """In as many messages as needed; the keyboard stands under the last. Raises TelegramError when it cannot be sent."""
        messages = parts(text, links or {})
        for place, part in enumerate(messages, 1):
            await self._send(chat, part, _markup(keyboard) if place == len(messages) else None)

    async def send_file(self, chat: int, name: str, content: str) -> None:
        """Raises TelegramError."""
        await self._insist(lambda: self._bot.send_document(chat, InputFile(content.encode(), filename=name)))

    async def acknowledge(self, query: str) -> None:
        """Ends the waiting sign on a pressed button."""
        await self._politely(lambda: self._bot.answer_callback_query(query))

    async def close_keyboard(self, message: MaybeInaccessibleMessage, chosen: str = "") -> None:
        """Takes the keyboard away; `chosen` stands under the text instead, or in a message of its own where that has no room."""
        chat, number = message.chat.id, message.message_id
        if chosen and isinstance(message, Message) and message.text and units(text := f"{message.text}\n\n{chosen}") <= LONGEST:
            await self._politely(
                lambda: self._bot.edit_message_text(text, chat, number, entities=message.entities, link_preview_options=_NO_PREVIEW, reply_markup=None)
            )
            return
        await self._politely(lambda: self._bot.edit_message_reply_markup(chat, number, reply_markup=None))
        if chosen:
            await self._politely(lambda: self._send(chat, Part(chosen), None))

    @asynccontextmanager
    async def typing(self, chat: int) -> AsyncIterator[None]:
        """Shows that an answer is being made, when making it takes long enough to notice."""
        shown = asyncio.ensure_future(self._show_typing(chat))
        try:
            yield
        finally:
            shown.cancel()
            await asyncio.gather(shown, return_exceptions=True)

    async def _show_typing(self, chat: int) -> None:
        await asyncio.sleep(_TYPING_AFTER)
        with suppress(TelegramError):
            while True:
                await self._bot.send_chat_action(chat, ChatAction.TYPING)
                await asyncio.sleep(_TYPING_LASTS)

    async def _send(self, chat: int, part: Part, markup: InlineKeyboardMarkup | None) -> None:
        await self._insist(lambda: self._bot.send_message(chat, part.text, entities=part.entities, reply_markup=markup, link_preview_options=_NO_PREVIEW))

    async def _insist(self, call: Callable[[], Awaitable[Result]], pauses: Sequence[float] | None = None) -> Result:
        for pause in self._pauses if pauses is None else pauses:
            try:
                return await call()
            except _LASTING:
                raise
            except RetryAfter as error:
                await asyncio.sleep(_seconds(error))
            except TelegramError:
                await asyncio.sleep(pause)
        return await call()

    async def _politely(self, call: Callable[[], Awaitable[Any]]) -> None:
        """For what the answer does not depend on."""
        try:
            await self._insist(call, self._pauses[:_POLITE_RETRIES])
        except TelegramError as error:
            _log.info("Telegram: 答えのほかの1つをやめました", extra=what_failed(error))


def _markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    rows = [[InlineKeyboardButton(title, callback_data=name)] for title, name in keyboard]
    return InlineKeyboardMarkup(rows) if rows else None


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return float(wait if isinstance(wait, int) else wait.total_seconds())
